package dev.lateen.install.dashboard;

import java.util.Locale;

/** What a dashboard takes from the machine that it is opened on. */
final class DashboardBootstrap {
    private DashboardBootstrap() {}

    /** The operating system's name, lower-case; empty where there is none. */
    static String system() {
        return System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    }
}

package dev.lateen.install.dashboard;

import java.io.IOException;

/** The user's browser, by the command that each system has for it. */
final class Browser {
    private Browser() {}

    /** Whether something was started to show a page; whether that shows it, only the user sees. */
    static boolean open(String url) {
        String system = DashboardBootstrap.system();
        String[] command = system.contains("win")
                ? new String[] {"rundll32", "url.dll,FileProtocolHandler", url}
                : new String[] {system.contains("mac") ? "open" : "xdg-open", url};
        try {
            new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}

package dev.lateen.install;

/** Says which log manager Java takes. Not in {@link LastingLog}: a class begins with the one that it extends, which would have chosen by then. */
final class LogManagerChoice {
    private LogManagerChoice() {}

    /** {@link LastingLog}; to be called before anything logs. */
    static void lasting() {
        System.setProperty("java.util.logging.manager", LastingLog.class.getName());
    }
}

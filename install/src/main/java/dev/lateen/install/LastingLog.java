package dev.lateen.install;

import java.util.logging.LogManager;

/** Java's logging, but that its handlers last to the end of the process: it takes them away when a signal comes, and then nobody would hear how a proxy drains. Named by a property before the first line. */
public final class LastingLog extends LogManager {
    private volatile boolean lasting;

    /** Called by Java. */
    public LastingLog() {}

    /** Takes all handlers away. @param last whether those that come now last; else they are closed when a signal comes */
    static void clear(boolean last) {
        LogManager manager = LogManager.getLogManager();
        if (manager instanceof LastingLog own) {
            own.lasting = false;
            own.reset();
            own.lasting = last;
        } else {
            manager.reset();
        }
    }

    /** By Java itself, when the process ends. */
    @Override
    public void reset() {
        if (!lasting) {
            super.reset();
        }
    }
}

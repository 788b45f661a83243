package dev.lateen.proxy.telemetry;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one access log lost: told once when it begins and once, with the number of lines, when it is over, and not for each line. Written by the log's
 * writer, read by anybody.
 */
final class LogLosses {
    private static final Logger LOG = LoggerFactory.getLogger(LogLosses.class);

    private final String name;
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private long refusedBefore;
    private long droppedBefore;
    private boolean failing;
    private boolean behind;

    LogLosses(String name) {
        this.name = name;
    }

    /** Lines that the file did not take. */
    long refused() {
        return refused.get();
    }

    /** Writes that failed. */
    long failures() {
        return failures.get();
    }

    void failed(int lines, IOException reason) {
        refused.addAndGet(lines);
        failures.incrementAndGet();
        if (!failing) {
            failing = true;
            LOG.warn("access log {}: {}; lines are lost until it can be written to again", name, reason.getMessage());
        }
    }

    void written() {
        if (failing) {
            failing = false;
            long lines = refused.get() - refusedBefore;
            refusedBefore = refused.get();
            LOG.warn("access log {}: can be written to again; {} lines were lost", name, lines);
        }
    }

    /** @param dropped lines that found no room so far; {@code caughtUp} whether nothing waits now */
    void look(long dropped, boolean caughtUp) {
        if (dropped > droppedBefore && !behind) {
            behind = true;
            LOG.warn("access log {}: more lines come than can be written; those without room are lost", name);
        } else if (behind && caughtUp) {
            behind = false;
            LOG.warn("access log {}: keeps up again; {} lines were lost", name, dropped - droppedBefore);
            droppedBefore = dropped;
        }
    }
}

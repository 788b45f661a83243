package dev.lateen.proxy.xds;

import java.util.concurrent.atomic.AtomicLong;

/** What became of the streams to a server, and what went over them. Counted on one thread, read by any. */
public final class StreamCounts {
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong errors = new AtomicLong();
    private final AtomicLong endings = new AtomicLong();
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong responses = new AtomicLong();

    void failed() {
        failures.incrementAndGet();
    }

    void broke() {
        errors.incrementAndGet();
    }

    void ended() {
        endings.incrementAndGet();
    }

    void sent() {
        requests.incrementAndGet();
    }

    void received() {
        responses.incrementAndGet();
    }

    /** Streams that could not be opened. */
    public long connectionFailures() {
        return failures.get();
    }

    /** Streams that broke. */
    public long connectionErrors() {
        return errors.get();
    }

    /** Streams that the server ended in good order. */
    public long cancellations() {
        return endings.get();
    }

    /** Messages to the server. */
    public long requests() {
        return requests.get();
    }

    /** Messages from it. */
    public long responses() {
        return responses.get();
    }
}

package dev.lateen.proxy.http;

/**
 * How much of requests' bodies one event loop holds in all, so that very many requests at once can't use up the memory that the others need to be
 * read at all. Used on that event loop only.
 */
final class HeldBodies {
    /** Bytes. A sidecar has 64 MiB for its connections, on two event loops as a rule. */
    static final long LIMIT = 8 * 1024 * 1024;

    private long held;

    void add(long bytes) {
        held += bytes;
    }

    void remove(long bytes) {
        held -= bytes;
    }

    boolean full() {
        return held >= LIMIT;
    }
}

package dev.lateen.proxy.http.pool;

/**
 * How much of bodies one event loop holds in all, of requests that pass and of calls of the proxy's own, so that very many at once can't use up the memory that the
 * others need to be read at all. Used on that event loop only.
 */
public final class HeldBodies {
    /** Bytes. A sidecar has 64 MiB for its connections, on two event loops as a rule. */
    public static final long LIMIT = 8 * 1024 * 1024;

    private long held;

    /** So many bytes more are held. */
    public void add(long bytes) {
        held += bytes;
    }

    /** So many bytes, added before, are held no longer. */
    public void remove(long bytes) {
        held -= bytes;
    }

    /** Whether nothing more may be held. */
    public boolean full() {
        return held >= LIMIT;
    }
}

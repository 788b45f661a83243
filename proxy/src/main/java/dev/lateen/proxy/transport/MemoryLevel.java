package dev.lateen.proxy.transport;

/**
 * How much of the direct memory is in use, and what follows: how much one read may take, how much one connection may let wait unsent, and for how long a
 * connection may make no progress. Each level is reached well before the one where others would feel it.
 */
public enum MemoryLevel {
    /** Less than an eighth. */
    AMPLE(Integer.MAX_VALUE, 1024 * 1024, Long.MAX_VALUE),
    /** Less than a quarter. */
    TIGHT(16 * 1024, 64 * 1024, 5_000_000_000L),
    /** Less than three eighths. */
    SCARCE(4 * 1024, 16 * 1024, 2_000_000_000L),
    /** More, or nearly all of it reserved: nothing more is held for slow readers. */
    SHORT(2 * 1024, 4 * 1024, 250_000_000L);

    private final int read;
    private final int share;
    private final long patienceNanos;

    MemoryLevel(int read, int share, long patienceNanos) {
        this.read = read;
        this.share = share;
        this.patienceNanos = patienceNanos;
    }

    /** The most that one read may take, in bytes. */
    public int read() {
        return read;
    }

    /** How much a connection may let wait unsent before whoever fills it pauses, in bytes. */
    public int share() {
        return share;
    }

    /** How long a connection may hold memory without any progress, in nanoseconds. */
    public long patienceNanos() {
        return patienceNanos;
    }
}

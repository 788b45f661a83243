package dev.lateen.proxy.transport;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import java.util.function.LongSupplier;

/**
 * How much of the process's direct memory is taken. At its limit every connection that wants to read would fail, also those that hold nothing; so what
 * slow readers can make the data path hold ends before, by {@link MemoryLevel}s. Safe for use by several threads. While little is reserved, asking is one
 * read of a counter; else an answer holds for a millisecond, or until a mebibyte more was read.
 */
public final class DirectMemory {
    private static final long HOLDS_NANOS = 1_000_000;
    private static final int HOLDS_BYTES = 1024 * 1024;

    private final ByteBufAllocator allocator;
    private final LongSupplier nanos;
    private final long eighth;
    private final boolean counted;
    private volatile long countedNanos;
    private volatile MemoryLevel level = MemoryLevel.AMPLE;

    /** Threads may lose each other's bytes: it only makes the next count come a little later. */
    private int readSince;

    /**
     * @param allocator the data path's
     * @param nanos a monotonic clock
     * @param limit bytes that may be taken
     */
    public DirectMemory(ByteBufAllocator allocator, LongSupplier nanos, long limit) {
        this.allocator = allocator;
        this.nanos = nanos;
        this.countedNanos = nanos.getAsLong() - HOLDS_NANOS;
        eighth = limit / 8;
        counted = PlatformDependent.usedDirectMemory() >= 0;
    }

    /** Of this process's own limit: {@code io.netty.maxDirectMemory}, else the JVM's. */
    public static DirectMemory ofProcess(ByteBufAllocator allocator, LongSupplier nanos) {
        return new DirectMemory(allocator, nanos, PlatformDependent.maxDirectMemory());
    }

    /** The level now. */
    public MemoryLevel level() {
        if (counted && PlatformDependent.usedDirectMemory() < eighth) {
            return MemoryLevel.AMPLE;
        }
        long now = nanos.getAsLong();
        if (now - countedNanos >= HOLDS_NANOS || readSince >= HOLDS_BYTES) {
            countedNanos = now;
            readSince = 0;
            level = count();
        }
        return level;
    }

    /** So much is being read. */
    void reading(int bytes) {
        readSince += bytes;
    }

    /**
     * By what is in use; but an eighth in use counts as short while seven are reserved, as the pools of the event loops don't lend each other their empty
     * pages: the last of the memory is reserved long before all of it is used.
     */
    private MemoryLevel count() {
        if (!(allocator instanceof PooledByteBufAllocator pool)) {
            return MemoryLevel.AMPLE;
        }
        long used = pool.pinnedDirectMemory();
        if (used < eighth) {
            return MemoryLevel.AMPLE;
        }
        if (used >= 3 * eighth || pool.metric().usedDirectMemory() >= 6 * eighth) {
            return MemoryLevel.SHORT;
        }
        return used >= 2 * eighth ? MemoryLevel.SCARCE : MemoryLevel.TIGHT;
    }
}

package dev.lateen.proxy.transport;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import java.util.function.LongSupplier;

/**
 * How much of the process's direct memory is taken. At its limit every connection that wants to read would fail, also those that hold nothing; so what
 * slow readers can make the data path hold ends before. Safe for use by several threads. Counting takes each arena's lock, so an answer holds for a
 * millisecond.
 */
public final class DirectMemory {
    private static final long HOLDS_NANOS = 1_000_000;

    private final ByteBufAllocator allocator;
    private final LongSupplier nanos;
    private final long reservedLimit;
    private final long filledLimit;
    private final long usedLimit;
    private volatile long countedNanos;
    private volatile boolean wasShort;

    /** @param allocator the data path's @param nanos a monotonic clock */
    public DirectMemory(ByteBufAllocator allocator, LongSupplier nanos) {
        this.allocator = allocator;
        this.nanos = nanos;
        this.countedNanos = nanos.getAsLong() - HOLDS_NANOS;
        long max = PlatformDependent.maxDirectMemory();
        reservedLimit = max / 8 * 5;
        filledLimit = max / 8;
        usedLimit = max / 8 * 3;
    }

    /**
     * Whether three eighths are in use, or an eighth while five are reserved: the pools of the event loops don't lend each other their empty pages, so the
     * last of the memory is reserved long before all of it is used.
     */
    public boolean isShort() {
        long now = nanos.getAsLong();
        if (now - countedNanos >= HOLDS_NANOS) {
            countedNanos = now;
            wasShort = count();
        }
        return wasShort;
    }

    private boolean count() {
        if (!(allocator instanceof PooledByteBufAllocator pool)) {
            return false;
        }
        long used = pool.pinnedDirectMemory();
        return used >= usedLimit || used >= filledLimit && pool.metric().usedDirectMemory() >= reservedLimit;
    }
}

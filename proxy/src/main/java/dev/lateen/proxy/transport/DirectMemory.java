package dev.lateen.proxy.transport;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;

/**
 * How much of the process's direct memory is taken. At its limit every connection that wants to read would fail, also those that hold nothing; so what
 * slow readers can make the data path hold ends before. Safe for use by several threads.
 */
public final class DirectMemory {
    private final ByteBufAllocator allocator;
    private final long reservedLimit;
    private final long usedLimit;

    /** @param allocator the data path's */
    public DirectMemory(ByteBufAllocator allocator) {
        this.allocator = allocator;
        long max = PlatformDependent.maxDirectMemory();
        reservedLimit = max / 8 * 5;
        usedLimit = max / 2;
    }

    /** Whether five eighths are taken and half is in use: a pool's empty pages are not yet a need. */
    public boolean isShort() {
        long reserved = PlatformDependent.usedDirectMemory();
        if (reserved >= 0 && reserved < reservedLimit) {
            return false;
        }
        return allocator instanceof PooledByteBufAllocator pool && pool.pinnedDirectMemory() >= usedLimit;
    }
}

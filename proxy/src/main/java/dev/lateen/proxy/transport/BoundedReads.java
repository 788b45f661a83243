package dev.lateen.proxy.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * Reads as much at once as recent reads brought, but less the less memory there is: thousands of connections that have something to read at the same moment
 * would else take all of it in one turn, before anybody could ask them to wait.
 */
final class BoundedReads implements RecvByteBufAllocator {
    private final DirectMemory memory;
    private final AdaptiveRecvByteBufAllocator sizes;

    /** @param first bytes that the first read takes @param most bytes that one read takes at most */
    BoundedReads(DirectMemory memory, int least, int first, int most) {
        this.memory = memory;
        sizes = new AdaptiveRecvByteBufAllocator(least, first, most);
    }

    /** The same with other sizes. */
    BoundedReads with(int least, int first, int most) {
        return new BoundedReads(memory, least, first, most);
    }

    @Override
    @SuppressWarnings("deprecation")
    public Handle newHandle() {
        return new Bounded(sizes.newHandle());
    }

    @SuppressWarnings("deprecation")
    private final class Bounded extends DelegatingHandle implements ExtendedHandle {
        Bounded(Handle sizes) {
            super(sizes);
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            int size = Math.min(guess(), memory.level().read());
            memory.reading(size);
            return allocator.ioBuffer(size);
        }

        /** One read a turn where memory is not ample, so that whoever holds too much can be paused meanwhile. */
        @Override
        public boolean continueReading() {
            return super.continueReading() && memory.level() == MemoryLevel.AMPLE;
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
            return ((ExtendedHandle) delegate()).continueReading(maybeMore) && memory.level() == MemoryLevel.AMPLE;
        }
    }
}

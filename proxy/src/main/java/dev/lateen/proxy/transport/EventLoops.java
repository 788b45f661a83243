package dev.lateen.proxy.transport;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.spi.transport.Transport;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The event loops that carry the data path: Vert.x's own, so that one verticle owns the proxy's life and nothing runs beside it. Epoll where
 * Vert.x was started with its native transport, else NIO. Safe for use by several threads.
 */
public final class EventLoops {
    private final List<EventLoop> loops;
    private final Transport transport;
    private final boolean epoll;
    private final ByteBufAllocator allocator;
    private final DirectMemory memory;
    private final AtomicInteger turn = new AtomicInteger();

    private EventLoops(List<EventLoop> loops, Transport transport, boolean epoll) {
        this.loops = List.copyOf(loops);
        this.transport = transport;
        this.epoll = epoll;
        this.allocator = allocator(loops.size());
        this.memory = DirectMemory.ofProcess(allocator, System::nanoTime);
    }

    /** The loops of {@code vertx}; they end with it. */
    public static EventLoops of(Vertx vertx) {
        VertxInternal internal = (VertxInternal) vertx;
        EventLoopGroup group = internal.nettyEventLoopGroup();
        List<EventLoop> all = new ArrayList<>();
        for (EventExecutor executor : group) {
            all.add((EventLoop) executor);
        }
        boolean epoll = all.getFirst() instanceof IoEventLoop io && io.isIoType(EpollIoHandler.class);
        return new EventLoops(all, internal.transport(), epoll);
    }

    /** The next loop in turn. */
    public EventLoop next() {
        return loops.get(Math.floorMod(turn.getAndIncrement(), loops.size()));
    }

    /** All loops, at least one. */
    public List<EventLoop> all() {
        return loops;
    }

    /** Whether sockets are epoll's; {@code SO_ORIGINAL_DST} and {@code IP_TRANSPARENT} need that. */
    public boolean epoll() {
        return epoll;
    }

    /** Where the data path takes its buffers from. */
    public ByteBufAllocator allocator() {
        return allocator;
    }

    /** How much of it is left. */
    public DirectMemory memory() {
        return memory;
    }

    /** Makes accepting channels for these loops. */
    public ChannelFactory<? extends ServerChannel> serverChannels() {
        return transport.serverChannelFactory(false);
    }

    /** The class of datagram channels for these loops. */
    public Class<? extends DatagramChannel> datagrams() {
        return epoll ? EpollDatagramChannel.class : NioDatagramChannel.class;
    }

    /** Makes connecting channels for these loops. */
    public ChannelFactory<? extends SocketChannel> channels() {
        ChannelFactory<? extends Channel> factory = transport.channelFactory(false);
        return () -> (SocketChannel) factory.newChannel();
    }

    /** Makes channels for these loops that connect to Unix domain sockets. */
    ChannelFactory<? extends DuplexChannel> unixChannels() {
        return epoll ? EpollDomainSocketChannel::new : NioDomainSocketChannel::new;
    }

    /** The address of a Unix domain socket, for {@link #unixChannels}. */
    SocketAddress unixAddress(String path) {
        return epoll ? new DomainSocketAddress(path) : UnixDomainSocketAddress.of(path);
    }

    /**
     * One arena a loop, so that loops share nothing, in chunks of 1 MiB instead of Netty's 4: an arena keeps its last chunk for ever, and a small
     * proxy's resident memory is counted in such chunks. Other threads get no cache of their own.
     */
    private static ByteBufAllocator allocator(int loops) {
        int pageSize = 8192;
        int maxOrder = 7;
        int smallCache = 64;
        int normalCache = 8;
        return new PooledByteBufAllocator(true, loops, loops, pageSize, maxOrder, smallCache, normalCache, false);
    }
}

package dev.lateen.proxy.dns;

import dev.lateen.api.metrics.MetricsSource;
import dev.lateen.proxy.model.NameTable;
import dev.lateen.proxy.names.Names;
import dev.lateen.proxy.transport.EventLoops;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.timeout.IdleStateHandler;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DNS for the pod's application, as Istio's agent answers it on port 15053: names of the mesh from the table that the control plane tells, everything else by the pod's own
 * servers. All its sockets live on one event loop. Public methods may be called from any thread.
 */
public final class DnsServer {
    private static final Logger LOG = LoggerFactory.getLogger(DnsServer.class);

    /** Far longer than any question. */
    private static final int LONGEST_QUERY = 4096;

    private static final int LENGTH = 2;
    private static final int TCP_READ = 2048;

    private final Vertx vertx;
    private final EventLoops loops;
    private final DnsSettings settings;
    private final EventLoop loop;
    private final ChannelGroup listening;
    private final ChannelGroup clients;
    private final ChannelGroup asking;
    private final DnsStats stats = new DnsStats();
    private final Resolver resolver;
    private final Forwarder forwarder;

    /**
     * @param chance of the questions that are passed on: not to be guessed
     * @param nanos a clock that only goes forward
     */
    public DnsServer(Vertx vertx, EventLoops loops, DnsSettings settings, RandomGenerator chance, LongSupplier nanos) {
        this.vertx = vertx;
        this.loops = loops;
        this.settings = settings;
        this.loop = loops.next();
        this.listening = new DefaultChannelGroup(loop);
        this.clients = new DefaultChannelGroup(loop);
        this.asking = new DefaultChannelGroup(loop);
        this.forwarder = new Forwarder(loops, loop, settings, stats, asking, chance, nanos);
        this.resolver = new Resolver(forwarder, stats, chance);
    }

    /** Binds all addresses; fails naming one that can't be bound. Until names are told every question is answered with a failure. */
    public Future<Void> start() {
        List<Future<Void>> bound = new ArrayList<>();
        for (InetSocketAddress address : settings.listen()) {
            bound.add(bound("UDP", address, bindUdp(address)));
            bound.add(bound("TCP", address, bindTcp(address)));
        }
        return onOwnContext(Future.join(bound)
                .onSuccess(_ -> LOG.info(
                        "DNS is answered at {}; servers for other names: {}", settings.listen(), settings.servers()))
                .recover(e -> stop().transform(_ -> Future.failedFuture(e)))
                .mapEmpty());
    }

    /** Sockets tell on their event loop; whoever waits for that goes on where he was. */
    private Future<Void> onOwnContext(Future<Void> done) {
        Context context = vertx.getOrCreateContext();
        Promise<Void> here = Promise.promise();
        done.onComplete(result -> context.runOnContext(_ -> here.handle(result)));
        return here.future();
    }

    private Future<Void> bound(String protocol, InetSocketAddress address, ChannelFuture binding) {
        Promise<Void> done = Promise.promise();
        binding.addListener((ChannelFuture bound) -> {
            if (bound.isSuccess()) {
                listening.add(bound.channel());
                done.complete();
            } else {
                done.fail(new IOException(
                        "DNS address " + address.getHostString() + ":" + address.getPort() + " (" + protocol + "): "
                                + bound.cause().getMessage(),
                        bound.cause()));
            }
        });
        return done.future();
    }

    private ChannelFuture bindUdp(InetSocketAddress address) {
        return new Bootstrap()
                .group(loop)
                .channel(loops.datagrams())
                .option(ChannelOption.ALLOCATOR, loops.allocator())
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(LONGEST_QUERY))
                .handler(new UdpQueries(resolver))
                .bind(address);
    }

    private ChannelFuture bindTcp(InetSocketAddress address) {
        return new ServerBootstrap()
                .group(loop)
                .channelFactory(loops.serverChannels())
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.ALLOCATOR, loops.allocator())
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(TCP_READ))
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel client) {
                        enter(client);
                    }
                })
                .bind(address);
    }

    private void enter(Channel client) {
        DnsSettings.Limits limits = settings.limits();
        if (clients.size() >= limits.connections()) {
            client.close();
            return;
        }
        clients.add(client);
        client.pipeline()
                .addLast(new IdleStateHandler(0, 0, limits.idle().toMillis(), TimeUnit.MILLISECONDS))
                .addLast(new LengthFieldBasedFrameDecoder(LONGEST_QUERY + LENGTH, 0, LENGTH, 0, LENGTH))
                .addLast(new TcpQueries(resolver, limits.perConnection()));
    }

    /** Answers by a newer table from now on. @return done when it is in force */
    public Future<Void> apply(NameTable now) {
        return vertx.executeBlocking(() -> Names.of(now, settings.scope()), true)
                .onSuccess(names -> {
                    resolver.replace(names);
                    LOG.debug(
                            "DNS knows {} names of {} hosts",
                            names.size(),
                            now.hosts().size());
                })
                .mapEmpty();
    }

    /** The table that is answered by; null before the first. */
    public @Nullable NameTable table() {
        Names names = resolver.names();
        return names == null ? null : names.table();
    }

    /** What was asked so far. */
    public MetricsSource metrics() {
        return stats;
    }

    /** The addresses really bound. */
    List<InetSocketAddress> addresses() {
        return listening.stream()
                .map(channel -> (InetSocketAddress) channel.localAddress())
                .distinct()
                .toList();
    }

    /** Questions that other servers are being asked, TCP clients, and sockets that ask. */
    int open() {
        return forwarder.underWay() + clients.size() + asking.size();
    }

    /** Unbinds, and closes what is open: who still waits for an answer gets none. */
    public Future<Void> stop() {
        Promise<Void> done = Promise.promise();
        loop.execute(() -> {
            forwarder.close();
            listening
                    .close()
                    .addListener(_ ->
                            clients.close().addListener(_ -> asking.close().addListener(_ -> done.complete())));
        });
        return onOwnContext(done.future());
    }
}

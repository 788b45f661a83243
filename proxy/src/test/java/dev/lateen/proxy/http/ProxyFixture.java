package dev.lateen.proxy.http;

import static java.util.Objects.requireNonNull;

import dev.lateen.proxy.chain.ChainKey;
import dev.lateen.proxy.chain.FilterChainRuntime;
import dev.lateen.proxy.http.filter.Asking;
import dev.lateen.proxy.http.filter.FilterStates;
import dev.lateen.proxy.http.filter.FilterVerdict;
import dev.lateen.proxy.http.filter.HttpFilter;
import dev.lateen.proxy.http.filter.RouteFilters;
import dev.lateen.proxy.inforce.Current;
import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Cluster.UpstreamProtocol;
import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.FilterChain;
import dev.lateen.proxy.model.FilterChainMatch;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.LoadAssignment;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.Route;
import dev.lateen.proxy.model.RouteTable;
import dev.lateen.proxy.route.RouteFixtures;
import dev.lateen.proxy.transport.ConnectFailure;
import dev.lateen.proxy.transport.DirectMemory;
import dev.lateen.proxy.transport.MemoryLevel;
import dev.lateen.proxy.transport.NameResolver;
import dev.lateen.proxy.transport.SocketOptions;
import dev.lateen.proxy.transport.UpstreamConnector;
import dev.lateen.proxy.upstream.Timers;
import dev.lateen.proxy.upstream.UpstreamCluster;
import dev.lateen.proxy.upstream.UpstreamClusters;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The HTTP data path behind real sockets on one event loop, with clusters and routes of a test's own. */
final class ProxyFixture implements AutoCloseable {
    private final Watching watching = new Watching();
    final List<Watching.Completed> completed = watching.completed;
    final AtomicInteger upstreamConnections = new AtomicInteger();
    final AtomicInteger protocolErrors = watching.protocolErrors;
    final AtomicInteger prematureResets = watching.prematureResets;
    final List<HttpFilter> filters = new ArrayList<>();
    /** Compiled for each route; all of {@link #filters} unless a test says otherwise. */
    volatile FilterChains chains = (manager, entry) ->
            RouteFilters.of(filters, IntStream.range(0, filters.size()).boxed().toList());

    final List<Channel> accepted = new CopyOnWriteArrayList<>();
    UpstreamClusters clusters;
    private final Map<String, Cluster> configured = new HashMap<>();
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Map<String, Listener> listeners = new HashMap<>();
    private final Current current;
    private RouteTable table = RouteFixtures.table();
    private final HttpServer server;
    volatile Supplier<MemoryLevel> memory = () -> MemoryLevel.AMPLE;
    private @Nullable ByteBufAllocator allocator;
    private @Nullable DirectMemory direct;
    volatile LongSupplier nanos = System::nanoTime;

    @Nullable
    ChannelHandler upstreamTls;

    private ManagerSettings settings = new ManagerSettings();
    private final List<Channel> listening = new ArrayList<>();

    ProxyFixture() {
        NameResolver none = name -> CompletableFuture.failedFuture(new IllegalStateException(name));
        clusters = new UpstreamClusters(none, Timers.on(loops.next()), new SplittableRandom(3));
        current = new Current(clusters, watching);
        List<EventLoop> all = new ArrayList<>();
        loops.forEach(loop -> all.add((EventLoop) loop));
        server = new HttpServer(new HttpServices(
                all,
                current,
                clusters,
                new Filters(
                        (manager, entry) -> chains.compile(manager, entry),
                        FilterStates.of(
                                Timers.on(loops.next()), () -> current().get().snapshot())),
                connector(),
                InstantSource.system(),
                () -> nanos.getAsLong(),
                () -> memory.get(),
                "192.0.2.7",
                () -> new SplittableRandom(5)));
    }

    /** Waits for what never comes. */
    static FilterVerdict forLong() {
        return new FilterVerdict.Wait(
                Asking.of(new CompletableFuture<>()), Duration.ofHours(1), FilterVerdict.CONTINUE);
    }

    Current current() {
        return current;
    }

    ManagerSettings settings() {
        return settings;
    }

    /** Buffers are taken from {@code pool} from now on, {@code limit} bytes at most. */
    ProxyFixture memory(ByteBufAllocator pool, long limit) {
        DirectMemory bounded = new DirectMemory(pool, System::nanoTime, limit);
        allocator = pool;
        direct = bounded;
        memory = bounded::level;
        return this;
    }

    private void options(Channel channel) {
        if (allocator != null && direct != null) {
            SocketOptions.apply(channel, allocator, direct);
        }
    }

    private UpstreamConnector connector() {
        return (loop, target, last) -> {
            upstreamConnections.incrementAndGet();
            Promise<Channel> made = loop.newPromise();
            new Bootstrap()
                    .group(loop)
                    .channel(NioSocketChannel.class)
                    .handler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            options(channel);
                        }
                    })
                    .connect(target.address())
                    .addListener((io.netty.channel.ChannelFuture connected) -> {
                        if (connected.isSuccess()) {
                            if (upstreamTls != null) {
                                connected.channel().pipeline().addLast(upstreamTls);
                            }
                            connected.channel().pipeline().addLast(last);
                            made.setSuccess(connected.channel());
                        } else {
                            made.setFailure(new ConnectFailure(
                                    ConnectFailure.REMOTE, "delayed connect error: Connection refused"));
                        }
                    });
            return made;
        };
    }

    ProxyFixture cluster(String name, UpstreamProtocol protocol, int... ports) {
        return cluster(name, protocol, new Cluster.CircuitBreakers(1000, 1000, 1000, 1000, -1, 0), 0, ports);
    }

    ProxyFixture cluster(
            String name, UpstreamProtocol protocol, Cluster.CircuitBreakers breakers, int maxRequests, int... ports) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (int port : ports) {
            endpoints.add(new Endpoint("127.0.0.1", port, "", 1, Endpoint.Health.HEALTHY, Map.of(), ""));
        }
        LoadAssignment assignment = new LoadAssignment(
                name,
                List.of(new LoadAssignment.LocalityEndpoints(
                        new LoadAssignment.Locality("", "", ""), 1, 0, endpoints)));
        configured.put(
                name,
                new Cluster(
                        name,
                        name,
                        new Cluster.Discovery.Static(assignment),
                        new Cluster.LoadBalancing(
                                Cluster.LbPolicy.ROUND_ROBIN, new Cluster.LbSettings(2, 1024, 65537, 50, false)),
                        breakers,
                        null,
                        Cluster.TransportSockets.CLEAR,
                        protocol,
                        new Cluster.ConnectionOptions(
                                Duration.ofSeconds(5),
                                Duration.ofHours(1),
                                maxRequests,
                                null,
                                null,
                                0,
                                null,
                                null,
                                null),
                        Cluster.Origin.NONE));
        return this;
    }

    /** From the next routes on. */
    ProxyFixture withoutCluster(String name) {
        configured.remove(name);
        return this;
    }

    ProxyFixture routes(Route... routes) {
        return routes(RouteFixtures.table(RouteFixtures.host("*", routes)));
    }

    ProxyFixture routes(RouteTable routes) {
        table = routes;
        apply();
        return this;
    }

    private void apply() {
        current.put(new ProxySnapshot(
                current.get().snapshot().version() + 1,
                Map.copyOf(listeners),
                Map.of("rds", table),
                Map.copyOf(configured),
                Map.of(),
                Map.of()));
    }

    /** The cluster in force. */
    UpstreamCluster cluster(String name) {
        return requireNonNull(current.get().cluster(name), name);
    }

    /** Serves {@code channel} on its own thread and clock. */
    void serve(Channel channel, boolean http2) {
        HttpConnectionManager manager = settings.manager();
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        FilterChainRuntime chain = runtime(manager);
        server.start(
                channel,
                current.get(),
                chain,
                manager,
                new ConnectionFacts(1, address, address, false, false, "", null),
                http2);
    }

    private FilterChainRuntime runtime(HttpConnectionManager manager) {
        FilterChain chain = new FilterChain("chain", FilterChainMatch.ANY, null, Duration.ZERO, List.of(), manager);
        String name = "listener " + listeners.size();
        Listener listener = new Listener(
                name,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                List.of(),
                Listener.Binding.PLAIN,
                false,
                Listener.Direction.OUTBOUND,
                new Listener.ListenerFilters(
                        false, false, false, false, null, Duration.ZERO, false, List.of(), List.of()),
                List.of(chain),
                null,
                List.of());
        listeners.put(name, listener);
        apply();
        return requireNonNull(current.get().listeners().chain(new ChainKey(name, FilterChainMatch.ANY)));
    }

    /** Begins to listen. @return the port */
    int listen(boolean http2) throws Exception {
        HttpConnectionManager manager = settings.manager();
        FilterChainRuntime runtime = runtime(manager);
        Channel bound = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public boolean isSharable() {
                        return true;
                    }

                    @Override
                    public void channelActive(ChannelHandlerContext ctx) {
                        Channel channel = ctx.channel();
                        accepted.add(channel);
                        options(channel);
                        ctx.pipeline().remove(this);
                        ConnectionFacts facts = new ConnectionFacts(
                                accepted.size(),
                                (InetSocketAddress) channel.remoteAddress(),
                                (InetSocketAddress) channel.localAddress(),
                                false,
                                false,
                                "",
                                null);
                        server.start(channel, current.get(), runtime, manager, facts, http2);
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        listening.add(bound);
        return ((InetSocketAddress) bound.localAddress()).getPort();
    }

    /** The only exchange so far, once it is over. */
    Watching.Completed only() {
        org.awaitility.Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> completed.size() == 1);
        return completed.getFirst();
    }

    @Override
    public void close() {
        for (Channel channel : listening) {
            channel.close().syncUninterruptibly();
        }
        for (Channel channel : accepted) {
            channel.close().syncUninterruptibly();
        }
        server.close();
        clusters.close();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
}

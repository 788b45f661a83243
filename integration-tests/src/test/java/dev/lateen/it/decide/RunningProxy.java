package dev.lateen.it.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.Filters;
import dev.lateen.proxy.http.HttpServer;
import dev.lateen.proxy.http.HttpServices;
import dev.lateen.proxy.http.filter.FilterCompiler;
import dev.lateen.proxy.http.filter.FilterCounters;
import dev.lateen.proxy.http.filter.FilterStates;
import dev.lateen.proxy.http.filter.LocalWorkload;
import dev.lateen.proxy.inforce.Current;
import dev.lateen.proxy.inforce.InForce;
import dev.lateen.proxy.listener.ListenerSettings;
import dev.lateen.proxy.listener.ListenerStatus;
import dev.lateen.proxy.listener.Listeners;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.ExchangeObserver;
import dev.lateen.proxy.message.Observers;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.message.TcpObserver;
import dev.lateen.proxy.message.TcpSession;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.NetworkFilterConfig;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.TcpProxy;
import dev.lateen.proxy.model.TerminalFilter;
import dev.lateen.proxy.policy.ConnectionAuthorizer;
import dev.lateen.proxy.tcp.TcpProxying;
import dev.lateen.proxy.tls.TlsContexts;
import dev.lateen.proxy.transport.EventLoops;
import dev.lateen.proxy.transport.NettyNameResolver;
import dev.lateen.proxy.transport.SocketConnector;
import dev.lateen.proxy.upstream.Timers;
import dev.lateen.proxy.upstream.UpstreamClusters;
import io.netty.channel.Channel;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A proxy's whole data path in this process, on one event loop: real sockets, snapshots that a test puts in force, and what it saw of each exchange and session. */
final class RunningProxy implements AutoCloseable, Observers {
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final NettyNameResolver resolver;
    private final UpstreamClusters clusters;
    private final Current current;
    private final TlsContexts tls;
    private final HttpServer http;
    private final Listeners listeners;
    private final Map<Integer, InetSocketAddress> headedFor = new ConcurrentHashMap<>();
    private final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();

    /**
     * What was seen of an exchange or a session when it was over.
     *
     * @param client the port of the client
     * @param terminal of the filter chain that it came by
     */
    record Seen(int client, TerminalFilter terminal, String cluster, int attempts, String details, boolean delayed) {}

    RunningProxy(Chance chance) {
        EventLoops loops = EventLoops.of(vertx);
        resolver = new NettyNameResolver(loops.next(), loops.datagrams());
        clusters = new UpstreamClusters(resolver, Timers.on(loops.next()), chance);
        current = new Current(clusters, this);
        tls = new TlsContexts(() -> current.get().snapshot());
        SocketConnector connector = new SocketConnector(loops, tls, resolver);
        InstantSource clock = InstantSource.system();
        http = new HttpServer(new HttpServices(
                loops.all(),
                current,
                clusters,
                new Filters(
                        new FilterCompiler(LocalWorkload.NONE, new FilterCounters())::compile,
                        FilterStates.of(
                                Timers.on(loops.next()), () -> current.get().snapshot())),
                connector,
                clock,
                System::nanoTime,
                loops.memory()::level,
                "127.0.0.1",
                () -> chance));
        TcpProxying tcp = new TcpProxying(
                connector, () -> chance, clock, System::nanoTime, "node", Map.of(), loops.memory()::level);
        listeners = new Listeners(
                new Listeners.Surroundings(
                        current::get,
                        loops,
                        tls,
                        new ConnectionAuthorizer()::denial,
                        http,
                        tcp,
                        clock,
                        System::nanoTime),
                ListenerSettings.DEFAULT.withDrainTime(Duration.ofSeconds(1)),
                this::headedFor);
    }

    private @Nullable InetSocketAddress headedFor(Channel channel) {
        return headedFor.get(((InetSocketAddress) channel.remoteAddress()).getPort());
    }

    /** Puts a snapshot in force, and waits until it is. */
    void put(ProxySnapshot snapshot) throws Exception {
        current.put(snapshot);
        List<ListenerStatus> statuses =
                listeners.follow().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
        assertThat(statuses).noneMatch(status -> status.state() == ListenerStatus.State.FAILED);
    }

    InForce inForce() {
        return current.get();
    }

    /** A connection from this port was headed for somewhere else before it came here. */
    void redirect(int fromPort, InetSocketAddress original) {
        headedFor.put(fromPort, original);
    }

    /** What was seen of the exchange or session of the client with this port. */
    Seen of(int client) throws InterruptedException {
        while (true) {
            Seen next = seen.poll(60, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("nothing was seen of " + client);
            }
            if (next.client() == client) {
                return next;
            }
        }
    }

    @Override
    public ExchangeObserver http(HttpConnectionManager manager, Listener.Direction direction) {
        return new ExchangeObserver() {
            @Override
            public void onComplete(ExchangeFacts exchange) {
                seen.add(new Seen(
                        exchange.connection().remoteAddress().getPort(),
                        manager,
                        exchange.cluster() == null ? "" : exchange.cluster().name(),
                        exchange.attempts(),
                        exchange.responseCodeDetails(),
                        exchange.hasFlag(ResponseFlag.DELAY_INJECTED)));
            }
        };
    }

    @Override
    public TcpObserver tcp(TcpProxy proxy, List<NetworkFilterConfig> networkFilters, Listener.Direction direction) {
        return new TcpObserver() {
            @Override
            public void onClose(TcpSession session) {
                seen.add(new Seen(
                        session.connection().remoteAddress().getPort(),
                        proxy,
                        session.cluster() == null ? "" : session.cluster().name(),
                        1,
                        session.connectionTerminationDetails(),
                        false));
            }
        };
    }

    @Override
    public void close() throws Exception {
        listeners
                .drain(Duration.ofMillis(100))
                .toCompletionStage()
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
        http.close();
        clusters.close();
        resolver.close();
        tls.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
}

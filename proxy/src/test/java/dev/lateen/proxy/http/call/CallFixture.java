package dev.lateen.proxy.http.call;

import static java.util.Objects.requireNonNull;

import dev.lateen.proxy.http.FilterChains;
import dev.lateen.proxy.http.Filters;
import dev.lateen.proxy.http.HttpServer;
import dev.lateen.proxy.http.HttpServices;
import dev.lateen.proxy.http.filter.FilterStates;
import dev.lateen.proxy.inforce.Current;
import dev.lateen.proxy.message.CallObserver;
import dev.lateen.proxy.message.ExchangeObserver;
import dev.lateen.proxy.message.Observers;
import dev.lateen.proxy.message.TcpObserver;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Cluster.CircuitBreakers;
import dev.lateen.proxy.model.Cluster.LbPolicy;
import dev.lateen.proxy.model.Cluster.LbSettings;
import dev.lateen.proxy.model.Cluster.OutlierDetection;
import dev.lateen.proxy.model.Cluster.UpstreamProtocol;
import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.Endpoint.Health;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.NetworkFilterConfig;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.model.TcpProxy;
import dev.lateen.proxy.model.UpstreamTls;
import dev.lateen.proxy.tls.TlsContexts;
import dev.lateen.proxy.transport.EventLoops;
import dev.lateen.proxy.transport.SocketConnector;
import dev.lateen.proxy.upstream.Timers;
import dev.lateen.proxy.upstream.UpstreamCluster;
import dev.lateen.proxy.upstream.UpstreamClusters;
import dev.lateen.proxy.upstream.UpstreamFixtures;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Clusters with real connections on two event loops, called as the proxy calls them, and servers for them on event loops of their own. */
public final class CallFixture implements AutoCloseable {
    public static final CircuitBreakers NO_LIMITS = new CircuitBreakers(10_000, 10_000, 10_000, 10_000, -1, 0);

    /** For what comes at once; only a test that fails waits so long. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    private final Vertx far = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final EventLoops loops = EventLoops.of(vertx);
    private final UpstreamClusters clusters;
    private final Current current;
    private final TlsContexts tls;
    private final Map<String, Cluster> configured = new HashMap<>();
    private final Map<String, Secret> secrets = new HashMap<>();
    private final HttpServer proxy;
    private boolean closed;

    /** Clusters and statuses, as they are counted. */
    final List<String> answered = new CopyOnWriteArrayList<>();

    public CallFixture() {
        clusters = new UpstreamClusters(
                name -> CompletableFuture.failedFuture(new IllegalStateException(name)),
                Timers.on(loops.next()),
                new SplittableRandom(3));
        current = new Current(clusters, new Counting());
        tls = new TlsContexts(() -> current.get().snapshot());
        proxy = new HttpServer(new HttpServices(
                loops.all(),
                current,
                clusters,
                new Filters(
                        FilterChains.NONE,
                        FilterStates.of(
                                Timers.on(loops.next()), () -> current().get().snapshot())),
                new SocketConnector(
                        loops, tls, name -> CompletableFuture.failedFuture(new IllegalStateException(name))),
                InstantSource.system(),
                System::nanoTime,
                loops.memory()::level,
                "192.0.2.7",
                () -> new SplittableRandom(5)));
    }

    private Current current() {
        return current;
    }

    private final class Counting implements Observers {
        @Override
        public CallObserver calls() {
            return (cluster, status, nanos) -> answered.add(cluster.name() + " " + status);
        }

        @Override
        public ExchangeObserver http(HttpConnectionManager manager, Listener.Direction direction) {
            return ExchangeObserver.NONE;
        }

        @Override
        public TcpObserver tcp(TcpProxy tcp, List<NetworkFilterConfig> filters, Listener.Direction direction) {
            return TcpObserver.NONE;
        }
    }

    public CallFixture secret(Secret secret) {
        secrets.put(secret.name(), secret);
        return this;
    }

    /** A cluster of hosts on this machine. */
    public CallFixture cluster(String name, UpstreamProtocol protocol, int... ports) {
        return cluster(name, protocol, NO_LIMITS, null, null, ports);
    }

    public CallFixture cluster(
            String name,
            UpstreamProtocol protocol,
            CircuitBreakers breakers,
            @Nullable OutlierDetection outliers,
            @Nullable UpstreamTls socket,
            int... ports) {
        Endpoint[] endpoints = new Endpoint[ports.length];
        for (int i = 0; i < ports.length; i++) {
            endpoints[i] = new Endpoint("127.0.0.1", ports[i], "", 1, Health.HEALTHY, Map.of(), "");
        }
        configured.put(
                name,
                new Cluster(
                        name,
                        name,
                        UpstreamFixtures.fixed(UpstreamFixtures.locality("z", 1, 0, endpoints)),
                        new Cluster.LoadBalancing(LbPolicy.ROUND_ROBIN, new LbSettings(2, 1024, 65537, 0, false)),
                        breakers,
                        outliers,
                        new Cluster.TransportSockets(socket, List.of()),
                        protocol,
                        Cluster.ConnectionOptions.of(Duration.ofSeconds(20)),
                        Cluster.Origin.NONE));
        return apply();
    }

    CallFixture without(String name) {
        configured.remove(name);
        return apply();
    }

    private CallFixture apply() {
        current.put(new ProxySnapshot(
                current.get().snapshot().version() + 1,
                Map.of(),
                Map.of(),
                Map.copyOf(configured),
                Map.of(),
                Map.copyOf(secrets)));
        return this;
    }

    UpstreamCluster upstream(String name) {
        return requireNonNull(current.get().cluster(name), name);
    }

    /** Begins to listen. @return the port */
    public int serve(HttpServerOptions options, Handler<HttpServerRequest> handler) throws Exception {
        return done(far.createHttpServer(options.setHost("127.0.0.1").setPort(0))
                        .requestHandler(handler)
                        .listen())
                .actualPort();
    }

    public int serve(Handler<HttpServerRequest> handler) throws Exception {
        return serve(new HttpServerOptions(), handler);
    }

    static <T> T done(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    public CallLoops calls() {
        return proxy;
    }

    Pending call(Function<ClusterCalls, Pending> caller) {
        return proxy.call(caller);
    }

    /** A call's outcome in words, once it is there. */
    static final class Told {
        private final CompletableFuture<String> words = new CompletableFuture<>();

        void http(CallOutcome<HttpAnswer> outcome) {
            tell(
                    switch (outcome) {
                        case CallOutcome.Answered<HttpAnswer>(HttpAnswer answer) ->
                            answer.status() + " " + text(answer.body());
                        case CallOutcome.Failed<HttpAnswer>(CallFailure failure) -> failure.text();
                    });
        }

        void grpc(CallOutcome<GrpcAnswer> outcome) {
            tell(
                    switch (outcome) {
                        case CallOutcome.Answered<GrpcAnswer>(GrpcAnswer answer) -> text(answer.message());
                        case CallOutcome.Failed<GrpcAnswer>(CallFailure failure) -> failure.text();
                    });
        }

        private void tell(String outcome) {
            if (!words.complete(outcome)) {
                throw new AssertionError("told twice: " + words.join() + ", " + outcome);
            }
        }

        String words() throws Exception {
            return words.get(30, TimeUnit.SECONDS);
        }

        boolean silent() {
            return !words.isDone();
        }
    }

    static String text(ByteBuf content) {
        return content.toString(StandardCharsets.UTF_8);
    }

    static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    /** A GET and what comes of it. */
    String get(String cluster) throws Exception {
        return get(cluster, CallLimits.of(PATIENCE));
    }

    String get(String cluster, CallLimits limits) throws Exception {
        Told told = new Told();
        call(calls -> calls.http(cluster, HttpCall.get("reviews", "/"), limits, told::http));
        return told.words();
    }

    /** One message there and what comes back. */
    String say(String cluster, String method, String message, CallLimits limits) throws Exception {
        Told told = new Told();
        call(calls ->
                calls.unary(cluster, new GrpcCall("echo", "lateen.Echo", method), bytes(message), limits, told::grpc));
        return told.words();
    }

    @Override
    public void close() throws Exception {
        if (closed) {
            return;
        }
        closed = true;
        List<Future<?>> ends = new ArrayList<>();
        proxy.close();
        clusters.close();
        tls.close();
        ends.add(far.close());
        ends.add(vertx.close());
        done(Future.all(ends));
    }
}

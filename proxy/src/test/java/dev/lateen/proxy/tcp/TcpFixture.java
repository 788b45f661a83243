package dev.lateen.proxy.tcp;

import dev.lateen.proxy.inforce.Current;
import dev.lateen.proxy.listener.BoundPorts;
import dev.lateen.proxy.listener.ListenerSettings;
import dev.lateen.proxy.listener.Listeners;
import dev.lateen.proxy.message.TcpSession;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.DownstreamTls;
import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.FilterChain;
import dev.lateen.proxy.model.FilterChainMatch;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.LoadAssignment;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.model.StringMatcher;
import dev.lateen.proxy.model.TcpProxy;
import dev.lateen.proxy.model.TlsSettings;
import dev.lateen.proxy.model.TlsSettings.SecretSource;
import dev.lateen.proxy.model.UpstreamTls;
import dev.lateen.proxy.tls.TlsContexts;
import dev.lateen.proxy.transport.EventLoops;
import dev.lateen.proxy.transport.MemoryLevel;
import dev.lateen.proxy.transport.SocketConnector;
import dev.lateen.proxy.upstream.Timers;
import dev.lateen.proxy.upstream.UpstreamClusters;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** Relays before applications that a test plays. */
abstract class TcpFixture {
    static final String IDENTITY = "spiffe://cluster.local/ns/default/sa/app";

    final Vertx vertx =
            Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(2));
    final EventLoops loops = EventLoops.of(vertx);
    final UpstreamClusters clusters = new UpstreamClusters(
            name -> CompletableFuture.failedFuture(new IOException(name)), Timers.on(loops.next()), new Random(1));
    final WatchedSessions watched = new WatchedSessions();
    final Current current = new Current(clusters, watched);
    final TlsContexts tls = new TlsContexts(() -> current.get().snapshot());
    final List<AutoCloseable> open = new ArrayList<>();
    final Map<String, Listener> listeners = new HashMap<>();
    final Map<String, Cluster> configured = new HashMap<>();
    final Map<String, Secret> secrets = new HashMap<>();
    final Listeners servers = new Listeners(
            new Listeners.Surroundings(
                    current::get,
                    loops,
                    tls,
                    (policies, facts) -> null,
                    (channel, inForce, chain, manager, facts, http2) -> channel.close(),
                    new TcpProxying(
                            new SocketConnector(
                                    loops, tls, name -> CompletableFuture.failedFuture(new UnknownHostException(name))),
                            SplittableRandom::new,
                            InstantSource.system(),
                            System::nanoTime,
                            "sidecar~10.0.0.1~echo-1.default~default.svc.cluster.local",
                            Map.of("WORKLOAD_NAME", "echo-v1", "NAMESPACE", "default"),
                            () -> MemoryLevel.AMPLE),
                    InstantSource.system(),
                    System::nanoTime),
            ListenerSettings.DEFAULT);
    ServerSocket application = server();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
        servers.drain(Duration.ZERO).toCompletionStage().toCompletableFuture().get();
        clusters.close();
        tls.close();
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    record Pair(Socket client, Socket app) {}

    static TlsSettings settings() {
        return new TlsSettings(
                "",
                "",
                List.of(),
                List.of("istio-peer-exchange", "istio"),
                List.of(new SecretSource.Sds("default")),
                new TlsSettings.Validation(
                        new SecretSource.Sds("ROOTCA"),
                        false,
                        false,
                        List.of(TlsSettings.SanMatcher.any(new StringMatcher.Exact(IDENTITY, false))),
                        List.of(),
                        List.of()));
    }

    void listen(String name, String cluster, int attempts, Duration idle) throws Exception {
        listen(name, cluster, null, attempts, idle);
    }

    void listen(String name, String cluster, @Nullable DownstreamTls tlsSettings, int attempts, Duration idle)
            throws Exception {
        TcpProxy proxy = new TcpProxy(
                name,
                List.of(new TcpProxy.WeightedTcpCluster(cluster, 1)),
                1,
                idle,
                Duration.ZERO,
                false,
                attempts,
                List.of());
        FilterChain chain =
                new FilterChain(name, FilterChainMatch.ANY, tlsSettings, Duration.ofSeconds(15), List.of(), proxy);
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        // Listeners are told apart by address: port 0 may be asked for once by each loopback address.
        InetSocketAddress address = name.equals("inbound") ? new InetSocketAddress("127.0.0.2", 0) : anyPort;
        listeners.put(
                name,
                new Listener(
                        name,
                        address,
                        List.of(),
                        Listener.Binding.PLAIN,
                        false,
                        Listener.Direction.INBOUND,
                        new Listener.ListenerFilters(
                                false, false, false, false, null, Duration.ZERO, true, List.of(), List.of()),
                        List.of(chain),
                        null,
                        List.of()));
        apply();
    }

    void cluster(String name, @Nullable UpstreamTls upstreamTls, ServerSocket server) throws Exception {
        cluster(name, upstreamTls, server.getLocalPort());
    }

    void cluster(String name, @Nullable UpstreamTls upstreamTls, int... ports) throws Exception {
        String host = name.equals("inbound") ? "127.0.0.2" : "127.0.0.1";
        List<Endpoint> endpoints = new ArrayList<>();
        for (int port : ports) {
            endpoints.add(new Endpoint(host, port, "", 1, Endpoint.Health.HEALTHY, Map.of(), ""));
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
                                Cluster.LbPolicy.ROUND_ROBIN, new Cluster.LbSettings(2, 1024, 65537, 0, false)),
                        new Cluster.CircuitBreakers(1000, 1000, 1000, 3, -1, 0),
                        null,
                        new Cluster.TransportSockets(upstreamTls, List.of()),
                        Cluster.UpstreamProtocol.HTTP1,
                        Cluster.ConnectionOptions.of(Duration.ofSeconds(20)),
                        Cluster.Origin.NONE));
        apply();
    }

    void apply() throws Exception {
        ProxySnapshot next = new ProxySnapshot(
                current.get().snapshot().version() + 1, listeners, Map.of(), configured, Map.of(), secrets);
        current.put(next);
        servers.follow().toCompletionStage().toCompletableFuture().get();
    }

    int port(String name) {
        return BoundPorts.of(servers, name);
    }

    Socket client(String listener) throws IOException {
        String host = listener.equals("inbound") ? "127.0.0.2" : "127.0.0.1";
        Socket socket = new Socket(host, port(listener));
        socket.setSoTimeout(30_000);
        open.add(socket);
        return socket;
    }

    Pair connect(String listener) throws IOException {
        Socket client = client(listener);
        Socket app;
        try {
            app = application.accept();
        } catch (SocketTimeoutException e) {
            List<String> reasons = watched.ended.stream()
                    .map(TcpSession::upstreamTransportFailure)
                    .toList();
            throw new AssertionError("no connection reached the application; sessions ended by " + reasons, e);
        }
        app.setSoTimeout(30_000);
        open.add(app);
        return new Pair(client, app);
    }

    ServerSocket server() {
        try {
            ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            socket.setSoTimeout(30_000);
            open.add(socket);
            return socket;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    static String line(Socket socket) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = socket.getInputStream().read();
                b != '\n' && b >= 0;
                b = socket.getInputStream().read()) {
            line.append((char) b);
        }
        return line.toString();
    }
}

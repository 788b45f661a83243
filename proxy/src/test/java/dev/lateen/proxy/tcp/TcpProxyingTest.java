package dev.lateen.proxy.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lateen.proxy.inforce.Current;
import dev.lateen.proxy.listener.ListenerSettings;
import dev.lateen.proxy.listener.Listeners;
import dev.lateen.proxy.message.ExchangeObserver;
import dev.lateen.proxy.message.Observers;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.message.TcpObserver;
import dev.lateen.proxy.message.TcpSession;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.DownstreamTls;
import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.FilterChain;
import dev.lateen.proxy.model.FilterChainMatch;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.LoadAssignment;
import dev.lateen.proxy.model.NetworkFilterConfig;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.model.StringMatcher;
import dev.lateen.proxy.model.TcpProxy;
import dev.lateen.proxy.model.TlsSettings;
import dev.lateen.proxy.model.TlsSettings.SecretSource;
import dev.lateen.proxy.model.UpstreamTls;
import dev.lateen.proxy.tls.TestCertificates;
import dev.lateen.proxy.tls.TlsContexts;
import dev.lateen.proxy.transport.EventLoops;
import dev.lateen.proxy.transport.MemoryLevel;
import dev.lateen.proxy.transport.SocketConnector;
import dev.lateen.proxy.upstream.Timers;
import dev.lateen.proxy.upstream.UpstreamClusters;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
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
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client's socket, the proxy, an application's socket; all on loopback. */
class TcpProxyingTest {
    private static final String IDENTITY = "spiffe://cluster.local/ns/default/sa/app";

    private final Vertx vertx =
            Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(2));
    private final EventLoops loops = EventLoops.of(vertx);
    private final UpstreamClusters clusters = new UpstreamClusters(
            name -> CompletableFuture.failedFuture(new IOException(name)), Timers.on(loops.next()), new Random(1));
    private final Current current = new Current(clusters, new Watching());
    private final TlsContexts tls = new TlsContexts(() -> current.get().snapshot());
    private final BlockingQueue<TcpSession> opened = new LinkedBlockingQueue<>();
    private final BlockingQueue<TcpSession> ended = new LinkedBlockingQueue<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Map<String, Listener> listeners = new HashMap<>();
    private final Map<String, Cluster> configured = new HashMap<>();
    private final Map<String, Secret> secrets = new HashMap<>();
    private final Listeners servers = new Listeners(
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
    private ServerSocket application = server();

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

    @Test
    void bytesGoBothWaysAndAreCounted() throws Exception {
        listen("in", "app", 1, Duration.ZERO);
        cluster("app", null, application);
        Pair pair = connect("in");
        say(pair.client, "hello\n");
        assertThat(line(pair.app)).isEqualTo("hello");
        say(pair.app, "how are you\n");
        assertThat(line(pair.client)).isEqualTo("how are you");
        pair.client.close();
        assertThat(pair.app.getInputStream().read()).isEqualTo(-1);
        pair.app.close();
        TcpSession session = ended();
        assertThat(session.receivedBytes()).isEqualTo(6);
        assertThat(session.sentBytes()).isEqualTo(12);
        assertThat(session.responseFlags()).isZero();
        assertThat(opened).containsExactly(session);
    }

    @Test
    void clientMayEndItsSideAndStillHearTheAnswer() throws Exception {
        listen("in", "app", 1, Duration.ZERO);
        cluster("app", null, application);
        halfCloseBothWays(connect("in"));
    }

    @Test
    void halfCloseGoesThroughMutualTlsBetweenTwoProxies() throws Exception {
        TestCertificates mesh = new TestCertificates("O=cluster.local");
        secrets.put("default", mesh.workload("default", IDENTITY));
        secrets.put("ROOTCA", mesh.roots("ROOTCA"));
        listen("inbound", "app", new DownstreamTls(settings(), true), 1, Duration.ZERO);
        cluster("app", null, application);
        cluster("inbound", new UpstreamTls(settings(), "outbound_.1_._.app", false, false), port("inbound"));
        listen("outbound", "inbound", 1, Duration.ZERO);
        halfCloseBothWays(connect("outbound"));
        List<TcpSession> sessions = List.of(ended(), ended());
        assertThat(sessions).anySatisfy(session -> {
            assertThat(session.upstreamMutualTls()).isTrue();
            assertThat(session.connection().tls()).isNull();
            assertThat(session.upstreamPeer().workload()).isEqualTo("echo-v1");
        });
        assertThat(sessions).anySatisfy(session -> {
            assertThat(session.connection().peerPrincipal()).isEqualTo(IDENTITY);
            assertThat(session.downstreamPeer().workload()).isEqualTo("echo-v1");
        });
    }

    private void halfCloseBothWays(Pair pair) throws Exception {
        say(pair.client, "question");
        pair.client.shutdownOutput();
        assertThat(new String(pair.app.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                .isEqualTo("question");
        say(pair.app, "answer");
        pair.app.shutdownOutput();
        assertThat(new String(pair.client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                .isEqualTo("answer");
    }

    @Test
    void applicationMayEndItsSideFirst() throws Exception {
        listen("in", "app", 1, Duration.ZERO);
        cluster("app", null, application);
        Pair pair = connect("in");
        say(pair.app, "banner");
        pair.app.shutdownOutput();
        assertThat(new String(pair.client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                .isEqualTo("banner");
        say(pair.client, "bye\n");
        assertThat(line(pair.app)).isEqualTo("bye");
    }

    @Test
    void whatTheApplicationResetIsNoEndToTheClient() throws Exception {
        listen("in", "app", 1, Duration.ZERO);
        cluster("app", null, application);
        Pair pair = connect("in");
        say(pair.client, "hello\n");
        assertThat(line(pair.app)).isEqualTo("hello");
        pair.app.setSoLinger(true, 0);
        pair.app.close();
        assertThatThrownBy(() -> pair.client.getInputStream().read()).isInstanceOf(SocketException.class);
        assertThat(ended().responseFlags()).isEqualTo(ResponseFlag.UPSTREAM_REMOTE_RESET.bit());
    }

    @Test
    void whatTheClientResetIsNoEndToTheApplication() throws Exception {
        listen("in", "app", 1, Duration.ZERO);
        cluster("app", null, application);
        Pair pair = connect("in");
        say(pair.client, "hello\n");
        assertThat(line(pair.app)).isEqualTo("hello");
        pair.client.setSoLinger(true, 0);
        pair.client.close();
        assertThatThrownBy(() -> pair.app.getInputStream().read()).isInstanceOf(SocketException.class);
        assertThat(ended().responseFlags()).isZero();
    }

    @Test
    void refusedHostIsFollowedByAnother() throws Exception {
        int dead = deadPort();
        listen("in", "app", 10, Duration.ZERO);
        cluster("app", null, dead, application.getLocalPort());
        for (int i = 0; i < 6; i++) {
            Pair pair = connect("in");
            say(pair.client, "hello\n");
            assertThat(line(pair.app)).isEqualTo("hello");
        }
    }

    @Test
    void nobodyThereEndsTheConnectionAndSaysWhy() throws Exception {
        listen("in", "app", 1, Duration.ZERO);
        cluster("app", null, deadPort());
        Socket client = client("in");
        assertThat(client.getInputStream().read()).isEqualTo(-1);
        TcpSession session = ended();
        assertThat(session.upstreamTransportFailure()).isEqualTo("delayed connect error: Connection refused");
        assertThat(session.responseFlags())
                .isEqualTo(ResponseFlag.UPSTREAM_CONNECTION_FAILURE.bit()
                        | ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED.bit());
        assertThat(opened).isEmpty();
    }

    @Test
    void unknownClusterAndClusterWithoutHostsSaySo() throws Exception {
        listen("in", "nowhere", 1, Duration.ZERO);
        assertThat(client("in").getInputStream().read()).isEqualTo(-1);
        assertThat(ended().responseFlags()).isEqualTo(ResponseFlag.NO_CLUSTER_FOUND.bit());
        cluster("nowhere", null, new int[0]);
        assertThat(client("in").getInputStream().read()).isEqualTo(-1);
        assertThat(ended().responseFlags()).isEqualTo(ResponseFlag.NO_HEALTHY_UPSTREAM.bit());
    }

    @Test
    void slowReaderHoldsBackTheSender() throws Exception {
        listen("in", "app", 1, Duration.ZERO);
        cluster("app", null, application);
        Pair pair = connect("in");
        int total = 64 * 1024 * 1024;
        CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> sendPattern(pair.client, total));
        // The kernel's and the proxy's buffers fill up, far below what is to be sent, and then nothing moves.
        await().pollInterval(Duration.ofMillis(300))
                .until(new Settled(
                        () -> opened.peek() == null ? 0 : opened.peek().receivedBytes()));
        assertThat(opened.element().receivedBytes()).isLessThan(total / 2);
        assertThat(sending).isNotDone();
        InputStream in = pair.app.getInputStream();
        byte[] buffer = new byte[65536];
        long read = 0;
        for (int n = in.read(buffer); n > 0; n = read == total ? -1 : in.read(buffer)) {
            for (int i = 0; i < n; i++) {
                if (buffer[i] != (byte) ((read + i) % 251)) {
                    throw new AssertionError("byte " + (read + i));
                }
            }
            read += n;
        }
        assertThat(read).isEqualTo(total);
        sending.get(30, TimeUnit.SECONDS);
    }

    @Test
    void silentConnectionEndsWhenItsIdleTimeIsOver() throws Exception {
        listen("in", "app", 1, Duration.ofMillis(50));
        cluster("app", null, application);
        Pair pair = connect("in");
        assertThat(pair.client.getInputStream().read()).isEqualTo(-1);
        assertThat(ended().responseFlags()).isEqualTo(ResponseFlag.STREAM_IDLE_TIMEOUT.bit());
    }

    @Test
    void configChangeLeavesALiveConnectionAlone() throws Exception {
        listen("in", "app", 1, Duration.ZERO);
        cluster("app", null, application);
        Pair pair = connect("in");
        say(pair.client, "one\n");
        assertThat(line(pair.app)).isEqualTo("one");
        configured.remove("app");
        listen("in", "other", 1, Duration.ZERO);
        say(pair.client, "two\n");
        assertThat(line(pair.app)).isEqualTo("two");
    }

    @Test
    void unmatchedIdentityOfTheServerIsATlsFailure() throws Exception {
        TestCertificates mesh = new TestCertificates("O=cluster.local");
        secrets.put("default", mesh.workload("default", IDENTITY));
        secrets.put("ROOTCA", mesh.roots("ROOTCA"));
        listen("inbound", "app", new DownstreamTls(settings(), true), 1, Duration.ZERO);
        TlsSettings strict = new TlsSettings(
                "",
                "",
                List.of(),
                List.of("istio"),
                List.of(new SecretSource.Sds("default")),
                new TlsSettings.Validation(
                        new SecretSource.Sds("ROOTCA"),
                        false,
                        false,
                        List.of(TlsSettings.SanMatcher.any(
                                new StringMatcher.Exact("spiffe://cluster.local/ns/default/sa/other", false))),
                        List.of(),
                        List.of()));
        cluster("inbound", new UpstreamTls(strict, "", false, false), port("inbound"));
        listen("outbound", "inbound", 1, Duration.ZERO);
        assertThat(client("outbound").getInputStream().read()).isEqualTo(-1);
        await().until(() -> ended.stream()
                .anyMatch(session -> session.upstreamTransportFailure().contains("CERTIFICATE_VERIFY_FAILED")));
    }

    /** True once a growing number has stopped growing. */
    private static final class Settled implements java.util.concurrent.Callable<Boolean> {
        private final java.util.function.LongSupplier number;
        private long before = -1;

        Settled(java.util.function.LongSupplier number) {
            this.number = number;
        }

        @Override
        public Boolean call() {
            long now = number.getAsLong();
            boolean same = now > 0 && now == before;
            before = now;
            return same;
        }
    }

    private final class Watching implements Observers {
        @Override
        public ExchangeObserver http(HttpConnectionManager manager, Listener.Direction direction) {
            return ExchangeObserver.NONE;
        }

        @Override
        public TcpObserver tcp(TcpProxy proxy, List<NetworkFilterConfig> filters, Listener.Direction direction) {
            return new TcpObserver() {
                @Override
                public void onOpen(TcpSession session) {
                    opened.add(session);
                }

                @Override
                public void onClose(TcpSession session) {
                    ended.add(session);
                }
            };
        }
    }

    private record Pair(Socket client, Socket app) {}

    private static void sendPattern(Socket socket, int total) {
        try {
            OutputStream out = socket.getOutputStream();
            byte[] buffer = new byte[251 * 256];
            for (int i = 0; i < buffer.length; i++) {
                buffer[i] = (byte) (i % 251);
            }
            for (int sent = 0; sent < total; sent += buffer.length) {
                out.write(buffer, 0, Math.min(buffer.length, total - sent));
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static TlsSettings settings() {
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

    private void listen(String name, String cluster, int attempts, Duration idle) throws Exception {
        listen(name, cluster, null, attempts, idle);
    }

    private void listen(String name, String cluster, @Nullable DownstreamTls tlsSettings, int attempts, Duration idle)
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
                        true,
                        false,
                        Listener.Direction.INBOUND,
                        new Listener.ListenerFilters(
                                false, false, false, false, Duration.ZERO, true, List.of(), List.of()),
                        List.of(chain),
                        null,
                        List.of()));
        apply();
    }

    private void cluster(String name, @Nullable UpstreamTls upstreamTls, ServerSocket server) throws Exception {
        cluster(name, upstreamTls, server.getLocalPort());
    }

    private void cluster(String name, @Nullable UpstreamTls upstreamTls, int... ports) throws Exception {
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

    private void apply() throws Exception {
        ProxySnapshot next = new ProxySnapshot(
                current.get().snapshot().version() + 1, listeners, Map.of(), configured, Map.of(), secrets);
        current.put(next);
        servers.follow().toCompletionStage().toCompletableFuture().get();
    }

    private int port(String name) {
        return servers.status().stream()
                .filter(s -> s.name().equals(name))
                .findFirst()
                .orElseThrow()
                .address()
                .getPort();
    }

    private Socket client(String listener) throws IOException {
        String host = listener.equals("inbound") ? "127.0.0.2" : "127.0.0.1";
        Socket socket = new Socket(host, port(listener));
        socket.setSoTimeout(30_000);
        open.add(socket);
        return socket;
    }

    private Pair connect(String listener) throws IOException {
        Socket client = client(listener);
        Socket app;
        try {
            app = application.accept();
        } catch (SocketTimeoutException e) {
            List<String> reasons =
                    ended.stream().map(TcpSession::upstreamTransportFailure).toList();
            throw new AssertionError("no connection reached the application; sessions ended by " + reasons, e);
        }
        app.setSoTimeout(30_000);
        open.add(app);
        return new Pair(client, app);
    }

    private ServerSocket server() {
        try {
            ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            socket.setSoTimeout(30_000);
            open.add(socket);
            return socket;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static int deadPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private TcpSession ended() throws InterruptedException {
        TcpSession session = ended.poll(30, TimeUnit.SECONDS);
        assertThat(session).as("a session that ended").isNotNull();
        return session;
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String line(Socket socket) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = socket.getInputStream().read();
                b != '\n' && b >= 0;
                b = socket.getInputStream().read()) {
            line.append((char) b);
        }
        return line.toString();
    }
}

package dev.lateen.proxy.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.Leaks;
import dev.lateen.proxy.inforce.Current;
import dev.lateen.proxy.listener.ListenerSettings;
import dev.lateen.proxy.listener.Listeners;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.message.TcpSession;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.FilterChain;
import dev.lateen.proxy.model.FilterChainMatch;
import dev.lateen.proxy.model.HeaderMutations.AppendAction;
import dev.lateen.proxy.model.HeaderMutations.HeaderValueOption;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.LoadAssignment;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.TcpProxy;
import dev.lateen.proxy.model.TcpProxy.TunnelingConfig;
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
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client's socket, the proxy, and the socket of a proxy ahead that speaks HTTP/1.1 by hand. */
class TunnelTest {
    private static final TunnelingConfig CONNECT = new TunnelingConfig("far.test:443", false, "/", List.of());
    private static final TunnelingConfig POST = new TunnelingConfig("far.test:443", true, "/way", List.of());

    private final Vertx vertx =
            Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(1));
    private final EventLoops loops = EventLoops.of(vertx);
    private final UpstreamClusters clusters = new UpstreamClusters(
            name -> CompletableFuture.failedFuture(new IOException(name)), Timers.on(loops.next()), new Random(1));
    private final WatchedSessions watched = new WatchedSessions();
    private final Current current = new Current(clusters, watched);
    private final TlsContexts tls = new TlsContexts(() -> current.get().snapshot());
    private final List<AutoCloseable> open = new ArrayList<>();
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
                            Map.of(),
                            () -> MemoryLevel.AMPLE),
                    InstantSource.system(),
                    System::nanoTime),
            ListenerSettings.DEFAULT);
    private ServerSocket ahead;

    @BeforeAll
    static void watchLeaks() {
        Leaks.watch();
    }

    @AfterAll
    static void nothingLeaked() {
        assertThat(Leaks.found()).isEmpty();
    }

    @BeforeEach
    void begin() throws IOException {
        ahead = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        ahead.setSoTimeout(30_000);
        open.add(ahead);
    }

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
    void bytesFlowOnceTheProxyAheadSaysYes() throws Exception {
        Socket client = connect(CONNECT, 1, Duration.ZERO);
        say(client, "early\n");
        Socket proxy = accept();
        assertThat(head(proxy)).isEqualTo("CONNECT far.test:443 HTTP/1.1\r\nhost: far.test:443\r\n\r\n");
        assertThat(watched.opened).isEmpty();
        say(proxy, "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello\n");
        assertThat(line(client)).isEqualTo("hello");
        assertThat(line(proxy)).isEqualTo("early");
        say(proxy, "more\n");
        assertThat(line(client)).isEqualTo("more");
        client.shutdownOutput();
        assertThat(proxy.getInputStream().read()).isEqualTo(-1);
        say(proxy, "late\n");
        assertThat(line(client)).isEqualTo("late");
        proxy.close();
        assertThat(client.getInputStream().read()).isEqualTo(-1);
        TcpSession session = watched.nextEnded();
        assertThat(session.responseFlags()).isZero();
        assertThat(session.receivedBytes()).isEqualTo(6);
        assertThat(session.sentBytes()).isEqualTo(16);
        assertThat(watched.opened).containsExactly(session);
    }

    @Test
    void aPostCarriesTheBytesInItsBody() throws Exception {
        Socket client = connect(POST, 1, Duration.ZERO);
        Socket proxy = accept();
        assertThat(head(proxy))
                .isEqualTo("POST /way HTTP/1.1\r\nhost: far.test:443\r\ntransfer-encoding: chunked\r\n\r\n");
        say(proxy, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n6\r\nhello\n\r\n");
        assertThat(line(client)).isEqualTo("hello");
        say(client, "hi\n");
        assertThat(List.of(line(proxy), line(proxy), line(proxy))).containsExactly("3\r", "hi", "\r");
        client.shutdownOutput();
        assertThat(line(proxy)).isEqualTo("0\r");
        say(proxy, "0\r\n\r\n");
        assertThat(client.getInputStream().read()).isEqualTo(-1);
        assertThat(watched.nextEnded().responseFlags()).isZero();
    }

    @Test
    void aProxyThatRefusesIsLikeOneThatIsNotThere() throws Exception {
        for (String answer : List.of(
                "HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno",
                "HTTP/1.1 407 Who\r\ncontent-length: 0\r\n\r\n",
                "SSH-2.0-x\r\n\r\n",
                "HTTP/1.1 200 OK\r\nx: " + "y".repeat(100_000) + "\r\n\r\n")) {
            Socket client = connect(CONNECT, 1, Duration.ZERO);
            Socket proxy = accept();
            head(proxy);
            say(proxy, answer);
            assertThat(client.getInputStream().read())
                    .as(answer.substring(0, 12))
                    .isEqualTo(-1);
            TcpSession session = watched.nextEnded();
            assertThat(session.responseFlags())
                    .isEqualTo(ResponseFlag.UPSTREAM_CONNECTION_FAILURE.bit()
                            | ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED.bit());
            assertThat(session.sentBytes()).isZero();
        }
        assertThat(watched.opened).isEmpty();
    }

    @Test
    void anotherAttemptIsMadeWhereThereIsOneLeft() throws Exception {
        Socket client = connect(CONNECT, 2, Duration.ZERO);
        Socket first = accept();
        head(first);
        say(first, "HTTP/1.1 503 Later\r\ncontent-length: 2\r\n\r\nno");
        Socket second = accept();
        head(second);
        say(second, "HTTP/1.1 200 OK\r\n\r\nhello\n");
        assertThat(line(client)).isEqualTo("hello");
    }

    @Test
    void aProxyThatSaysNothingIsWaitedForAsLongAsAConnectionMayBeIdle() throws Exception {
        Socket client = connect(CONNECT, 1, Duration.ofMillis(50));
        Socket proxy = accept();
        head(proxy);
        assertThat(client.getInputStream().read()).isEqualTo(-1);
        assertThat(proxy.getInputStream().read()).isEqualTo(-1);
        assertThat(watched.nextEnded().responseFlags() & ResponseFlag.STREAM_IDLE_TIMEOUT.bit())
                .isNotZero();
    }

    @Test
    void aClientThatLeavesMeanwhileIsNotWaitedFor() throws Exception {
        Socket client = connect(CONNECT, 1, Duration.ZERO);
        Socket proxy = accept();
        head(proxy);
        client.setSoLinger(true, 0);
        client.close();
        assertThat(proxy.getInputStream().read()).isEqualTo(-1);
        assertThat(watched.nextEnded().responseFlags()).isEqualTo(ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION.bit());
    }

    @Test
    void headersAreAddedAndWhatIsKnownOfTheConnectionStandsInTheirValues() throws Exception {
        TunnelingConfig config = new TunnelingConfig(
                "%DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT%:1",
                false,
                "/",
                List.of(
                        new HeaderValueOption("x-from", "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%", append(), false),
                        new HeaderValueOption("x-none", "%REQUESTED_SERVER_NAME%", append(), false)));
        connect(config, 1, Duration.ZERO);
        assertThat(head(accept()))
                .isEqualTo("CONNECT 127.0.0.1:1 HTTP/1.1\r\nhost: 127.0.0.1:1\r\nx-from: 127.0.0.1\r\n\r\n");
    }

    private static AppendAction append() {
        return AppendAction.APPEND_IF_EXISTS_OR_ADD;
    }

    @Test
    void aNameThatIsNoAuthorityIsNotAskedFor() throws Exception {
        Socket client = connect(new TunnelingConfig("a b\r\nx: y", false, "/", List.of()), 1, Duration.ZERO);
        assertThat(accept().getInputStream().read()).isEqualTo(-1);
        assertThat(client.getInputStream().read()).isEqualTo(-1);
        assertThat(watched.nextEnded().responseFlags() & ResponseFlag.UPSTREAM_CONNECTION_FAILURE.bit())
                .isNotZero();
    }

    private Socket connect(TunnelingConfig config, int attempts, Duration idle) throws Exception {
        TcpProxy proxy = new TcpProxy(
                "t",
                List.of(new TcpProxy.WeightedTcpCluster("ahead", 1)),
                1,
                idle,
                Duration.ZERO,
                false,
                attempts,
                List.of(),
                config);
        Listener listener = new Listener(
                "t",
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                List.of(),
                Listener.Binding.PLAIN,
                false,
                Listener.Direction.OUTBOUND,
                new Listener.ListenerFilters(
                        false, false, false, false, null, Duration.ZERO, true, List.of(), List.of()),
                List.of(new FilterChain("t", FilterChainMatch.ANY, null, Duration.ofSeconds(15), List.of(), proxy)),
                null,
                List.of());
        ProxySnapshot next = new ProxySnapshot(
                current.get().snapshot().version() + 1,
                Map.of("t", listener),
                Map.of(),
                Map.of("ahead", cluster()),
                Map.of(),
                Map.of());
        current.put(next);
        servers.follow().toCompletionStage().toCompletableFuture().get();
        Socket socket = new Socket(
                InetAddress.getLoopbackAddress(),
                servers.status().getFirst().address().getPort());
        socket.setSoTimeout(30_000);
        open.add(socket);
        return socket;
    }

    private Cluster cluster() {
        Endpoint endpoint =
                new Endpoint("127.0.0.1", ahead.getLocalPort(), "", 1, Endpoint.Health.HEALTHY, Map.of(), "");
        LoadAssignment assignment = new LoadAssignment(
                "ahead",
                List.of(new LoadAssignment.LocalityEndpoints(
                        new LoadAssignment.Locality("", "", ""), 1, 0, List.of(endpoint))));
        return new Cluster(
                "ahead",
                "ahead",
                new Cluster.Discovery.Static(assignment),
                new Cluster.LoadBalancing(
                        Cluster.LbPolicy.ROUND_ROBIN, new Cluster.LbSettings(2, 1024, 65537, 0, false)),
                new Cluster.CircuitBreakers(1000, 1000, 1000, 3, -1, 0),
                null,
                Cluster.TransportSockets.CLEAR,
                Cluster.UpstreamProtocol.HTTP1,
                Cluster.ConnectionOptions.of(Duration.ofSeconds(20)),
                Cluster.Origin.NONE);
    }

    private Socket accept() throws IOException {
        Socket proxy = ahead.accept();
        proxy.setSoTimeout(30_000);
        open.add(proxy);
        return proxy;
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String head(Socket socket) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append(line(socket)).append('\n');
        }
        return head.toString();
    }

    private static String line(Socket socket) throws IOException {
        StringBuilder line = new StringBuilder();
        InputStream in = socket.getInputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("ended after: " + line);
            }
            line.append((char) b);
        }
        return line.toString();
    }
}

package dev.lateen.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lateen.proxy.chain.FilterChainRuntime;
import dev.lateen.proxy.inforce.Current;
import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.message.Observers;
import dev.lateen.proxy.model.DownstreamTls;
import dev.lateen.proxy.model.FilterChain;
import dev.lateen.proxy.model.FilterChainMatch;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.NetworkFilterConfig;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.RbacPolicies;
import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.model.TcpProxy;
import dev.lateen.proxy.model.TlsSettings;
import dev.lateen.proxy.model.TlsSettings.SecretSource;
import dev.lateen.proxy.policy.ConnectionAuthorizer;
import dev.lateen.proxy.tls.TestCertificates;
import dev.lateen.proxy.tls.TlsContexts;
import dev.lateen.proxy.transport.EventLoops;
import dev.lateen.proxy.upstream.Timers;
import dev.lateen.proxy.upstream.UpstreamClusters;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real sockets on loopback; every chain ends at an echo that first says which chain it is. */
class ListenersTest {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final FilterChainMatch MTLS = match("tls", "istio", "istio-http/1.1");
    private static final FilterChainMatch OTHER_TLS = match("tls");
    private static final FilterChainMatch CLEAR = match("raw_buffer");

    private final Vertx vertx =
            Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(2));
    private final EventLoops loops = EventLoops.of(vertx);
    private final TestCertificates mesh = new TestCertificates("O=cluster.local");
    private final Current current = new Current(
            new UpstreamClusters(
                    name -> CompletableFuture.failedFuture(new UnknownHostException(name)),
                    Timers.on(loops.next()),
                    new SplittableRandom(1)),
            Observers.NONE);
    private final Map<String, Listener> configured = new LinkedHashMap<>();
    private final Map<String, Secret> secrets = new HashMap<>();
    private final TlsContexts tls = new TlsContexts(() -> current.get().snapshot());
    private final List<Socket> sockets = new ArrayList<>();
    private final ConnectionAuthorizer authorizer = new ConnectionAuthorizer();
    private volatile @Nullable String denied;
    private volatile @Nullable InetSocketAddress originalDestination;
    private Listeners listeners = listeners(ListenerSettings.DEFAULT);

    @AfterEach
    void close() throws Exception {
        for (Socket socket : sockets) {
            socket.close();
        }
        listeners.drain(Duration.ZERO).toCompletionStage().toCompletableFuture().get();
        tls.close();
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    @Test
    void connectionReachesTheChainThatFits() throws Exception {
        configure(listener("in", chain("clear", CLEAR, null), chain("mtls", MTLS, mutual())));
        assertThat(talk(connect("in"), "hello\n")).isEqualTo("clear [] hello");
    }

    @Test
    void permissivePortTakesClearTextAndTlsAndPassesForeignTlsThrough() throws Exception {
        addSecrets();
        configure(listener(
                "in",
                chain("clear", CLEAR, null),
                chain("mtls", MTLS, optional()),
                chain("passthrough", OTHER_TLS, null)));
        assertThat(talk(connect("in"), "hello\n")).isEqualTo("clear [] hello");
        SSLSocket secured = secure(connect("in"), "reviews.default", "istio");
        assertThat(talk(secured, "hi\n")).isEqualTo("mtls [reviews.default] hi");
        Socket foreign = connect("in");
        foreign.getOutputStream().write(SnifferTest.clientHello("elsewhere.com", "h2"));
        assertThat(line(foreign)).startsWith("passthrough [elsewhere.com]");
    }

    @Test
    void strictPortRefusesClearText() throws Exception {
        addSecrets();
        configure(listener("in", chain("mtls", MTLS, mutual())));
        Socket plain = connect("in");
        plain.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThatThrownBy(() -> plain.getInputStream().read())
                .isInstanceOf(SocketException.class)
                .hasMessage("Connection reset");
    }

    @Test
    void aHandshakeHasTheTimeThatTheRoleGivesItWhereTheChainSaysNothing() throws Exception {
        listeners = listeners(new ListenerSettings(100, 16, Duration.ofSeconds(1), Duration.ofMillis(50)));
        addSecrets();
        configure(listener("in", chain("mtls", MTLS, mutual())));
        Socket silent = connect("in");
        silent.setSoTimeout(20_000);
        silent.getOutputStream().write(SnifferTest.clientHello("reviews.default", "istio"));
        // Our side of the handshake, then the end: the client never finishes.
        while (true) {
            try {
                if (silent.getInputStream().read() < 0) {
                    break;
                }
            } catch (SocketException reset) {
                break;
            }
        }
    }

    @Test
    void bytesMayComeOneByOne() throws Exception {
        configure(listener("in", chain("clear", CLEAR, null)));
        Socket socket = connect("in");
        socket.setTcpNoDelay(true);
        for (byte b : "hello\n".getBytes(StandardCharsets.US_ASCII)) {
            socket.getOutputStream().write(b);
            socket.getOutputStream().flush();
        }
        assertThat(line(socket)).isEqualTo("clear [] hello");
    }

    @Test
    void missingSecretClosesTheConnectionAndNeverFallsBackToClearText() throws Exception {
        configure(listener("in", chain("tls", FilterChainMatch.ANY, mutual())));
        Socket socket = connect("in");
        socket.getOutputStream().write("hello\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(endOf(socket)).isEmpty();
    }

    @Test
    void rotatedCertificateIsServedToNewConnectionsWhileOldOnesStay() throws Exception {
        addSecrets();
        configure(listener("in", chain("tls", FilterChainMatch.ANY, optional())));
        SSLSocket before = secure(connect("in"), "a", "istio");
        assertThat(talk(before, "one\n")).isEqualTo("tls [] one");
        secrets.put("default", mesh.workload("default", "spiffe://cluster.local/ns/default/sa/new"));
        configure();
        SSLSocket after = secure(connect("in"), "a", "istio");
        assertThat(talk(before, "two\n")).isEqualTo("two");
        assertThat(identity(before)).endsWith("/sa/reviews");
        assertThat(identity(after)).endsWith("/sa/new");
    }

    @Test
    void listenerStaysBoundAndConnectionsLiveThroughChangesOfItsChain() throws Exception {
        configure(listener("in", chain("one", CLEAR, null)));
        Socket old = connect("in");
        assertThat(talk(old, "a\n")).isEqualTo("one [] a");
        int port = port("in");
        configure(listener("in", chain("two", CLEAR, null)));
        assertThat(port("in")).isEqualTo(port);
        assertThat(talk(old, "b\n")).isEqualTo("b");
        assertThat(talk(connect("in"), "c\n")).isEqualTo("two [] c");
    }

    @Test
    void removedListenerAcceptsNoMoreAndAsksItsConnectionsToFinish() throws Exception {
        configure(listener("in", chain("one", CLEAR, null)));
        int port = port("in");
        Socket old = connect("in");
        assertThat(talk(old, "a\n")).isEqualTo("one [] a");
        configured.clear();
        configure();
        assertThat(line(old)).isEqualTo("drain");
        assertThat(talk(old, "b\n")).isEqualTo("b");
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port))
                .isInstanceOf(IOException.class);
    }

    @Test
    void drainIsBounded() throws Exception {
        listeners = listeners(new ListenerSettings(100, 16, Duration.ofMillis(1), Duration.ZERO));
        configure(listener("in", chain("one", CLEAR, null)));
        Socket old = connect("in");
        assertThat(talk(old, "a\n")).isEqualTo("one [] a");
        configured.clear();
        configure();
        assertThat(endOf(old)).isIn("", "drain");
    }

    @Test
    void addressThatIsTakenIsReportedAndTheOthersGoOn() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            configured.put(
                    "taken",
                    listener(
                            "taken",
                            (InetSocketAddress) taken.getLocalSocketAddress(),
                            true,
                            false,
                            chain("x", CLEAR, null)));
            configure(listener("in", chain("one", CLEAR, null)));
        }
        assertThat(listeners.status())
                .extracting(ListenerStatus::state)
                .containsExactly(ListenerStatus.State.BOUND, ListenerStatus.State.FAILED);
        assertThat(listeners.status().get(1).failure()).containsIgnoringCase("in use");
        assertThat(talk(connect("in"), "hello\n")).isEqualTo("one [] hello");
        configure();
        assertThat(listeners.status()).extracting(ListenerStatus::state).containsOnly(ListenerStatus.State.BOUND);
    }

    @Test
    void redirectedConnectionGoesToTheListenerOfItsDestination() throws Exception {
        configured.put(
                "0.0.0.0_9080",
                listener(
                        "0.0.0.0_9080",
                        new InetSocketAddress("0.0.0.0", 9080),
                        false,
                        false,
                        chain("wildcard", CLEAR, null)));
        configured.put(
                "10.1.1.1_9080",
                listener(
                        "10.1.1.1_9080",
                        new InetSocketAddress("10.1.1.1", 9080),
                        false,
                        false,
                        chain("exact", CLEAR, null)));
        configure(listener("virtualOutbound", ANY_PORT, true, true, chain("passthrough", CLEAR, null)));
        originalDestination = new InetSocketAddress("10.1.1.1", 9080);
        assertThat(talk(connect("virtualOutbound"), "a\n")).isEqualTo("exact [] a");
        originalDestination = new InetSocketAddress("10.1.1.2", 9080);
        assertThat(talk(connect("virtualOutbound"), "a\n")).isEqualTo("wildcard [] a");
        originalDestination = new InetSocketAddress("10.1.1.2", 9081);
        assertThat(talk(connect("virtualOutbound"), "a\n")).isEqualTo("passthrough [] a");
        originalDestination = null;
        assertThat(talk(connect("virtualOutbound"), "a\n")).isEqualTo("passthrough [] a");
    }

    @Test
    void deniedConnectionIsClosedAtOnce() throws Exception {
        denied = "rbac_access_denied_matched_policy[none]";
        configure(listener("in", checked("one")));
        Socket socket = connect("in");
        socket.getOutputStream().write("hello\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(endOf(socket)).isEmpty();
    }

    @Test
    void liveConnectionEndsWhenANewPolicyDeniesIt() throws Exception {
        configure(listener("in", checked("one")));
        Socket socket = connect("in");
        assertThat(talk(socket, "a\n")).isEqualTo("one [] a");
        denied = "rbac_access_denied_matched_policy[none]";
        configure(listener("in", checked("one")));
        assertThat(endOf(socket)).isIn("", "denied rbac_access_denied_matched_policy[none]");
    }

    @Test
    void filterThatCannotBeBuiltRefuses() throws Exception {
        FilterChain broken = new FilterChain(
                "x",
                CLEAR,
                null,
                Duration.ZERO,
                List.of(new NetworkFilterConfig.Denied("envoy.filters.network.wasm", "not supported")),
                proxy());
        configure(listener("in", broken));
        Socket socket = connect("in");
        socket.getOutputStream().write("hello\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(endOf(socket)).isEmpty();
    }

    @Test
    void connectionsAboveTheLimitAreClosedAndPlacesComeBack() throws Exception {
        listeners = listeners(new ListenerSettings(2, 16, Duration.ofSeconds(1), Duration.ZERO));
        configure(listener("in", chain("one", CLEAR, null)));
        Socket first = connect("in");
        Socket second = connect("in");
        assertThat(talk(first, "a\n")).isEqualTo("one [] a");
        assertThat(talk(second, "a\n")).isEqualTo("one [] a");
        assertThat(endOf(connect("in"))).isEmpty();
        first.close();
        await().untilAsserted(() -> assertThat(listeners.openConnections()).isEqualTo(1));
        assertThat(talk(connect("in"), "b\n")).isEqualTo("one [] b");
    }

    @Test
    void proxyProtocolHeaderNamesTheClient() throws Exception {
        Listener plain = listener("in", chain("one", CLEAR, null));
        configure(new Listener(
                "in",
                plain.address(),
                List.of(),
                true,
                false,
                plain.direction(),
                new Listener.ListenerFilters(
                        false, false, false, true, Duration.ofSeconds(15), false, List.of(), List.of()),
                plain.filterChains(),
                null,
                List.of()));
        Socket socket = connect("in");
        socket.getOutputStream()
                .write("PROXY TCP4 203.0.113.7 10.0.0.1 5555 443\r\nfrom\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(line(socket)).isEqualTo("one [] from");
        assertThat(line(socket)).isEqualTo("203.0.113.7:5555 to 10.0.0.1:443");
        Socket liar = connect("in");
        liar.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(endOf(liar)).isEmpty();
    }

    private Listeners listeners(ListenerSettings settings) {
        return new Listeners(
                new Listeners.Surroundings(
                        current::get,
                        loops,
                        tls,
                        (filters, facts) ->
                                filters.isEmpty() || denied == null ? authorizer.denial(filters, facts) : denied,
                        (channel, inForce, chain, manager, facts, http2) -> echo(channel, chain, facts),
                        (channel, inForce, chain, proxy, facts) -> echo(channel, chain, facts),
                        InstantSource.system(),
                        System::nanoTime),
                settings,
                channel -> originalDestination);
    }

    private static void echo(Channel channel, FilterChainRuntime chain, ConnectionFacts facts) {
        channel.pipeline().addLast(new Echo(chain.chain().name(), facts));
    }

    /** Greets with the chain's name and the SNI, then echoes. */
    private static final class Echo extends ChannelInboundHandlerAdapter {
        private final String chain;
        private final ConnectionFacts facts;
        private boolean greeted;

        Echo(String chain, ConnectionFacts facts) {
            this.chain = chain;
            this.facts = facts;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (!greeted) {
                greeted = true;
                say(ctx, chain + " [" + facts.requestedServerName() + "] ");
            }
            ByteBuf bytes = (ByteBuf) message;
            boolean asksFrom = bytes.toString(StandardCharsets.US_ASCII).endsWith("from\n");
            ctx.writeAndFlush(bytes);
            if (asksFrom) {
                say(ctx, text(facts.remoteAddress()) + " to " + text(facts.localAddress()) + "\n");
            }
        }

        private static String text(InetSocketAddress address) {
            return address.getAddress().getHostAddress() + ":" + address.getPort();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            switch (event) {
                case DrainEvent drain -> say(ctx, "drain\n");
                case DenyEvent deny -> say(ctx, "denied " + deny.details() + "\n");
                case io.netty.channel.socket.ChannelInputShutdownEvent end -> ctx.close();
                default -> ctx.fireUserEventTriggered(event);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }

        private static void say(ChannelHandlerContext ctx, String text) {
            ctx.writeAndFlush(ctx.alloc().buffer().writeBytes(text.getBytes(StandardCharsets.US_ASCII)));
        }
    }

    private void configure(Listener... changed) throws Exception {
        for (Listener listener : changed) {
            configured.put(listener.name(), listener);
        }
        ProxySnapshot next = new ProxySnapshot(
                current.get().snapshot().version() + 1, configured, Map.of(), Map.of(), Map.of(), secrets);
        current.put(next);
        listeners.follow().toCompletionStage().toCompletableFuture().get();
    }

    private void addSecrets() {
        secrets.put("default", mesh.workload("default", "spiffe://cluster.local/ns/default/sa/reviews"));
        secrets.put("ROOTCA", mesh.roots("ROOTCA"));
    }

    private static FilterChainMatch match(String transport, String... protocols) {
        return new FilterChainMatch(
                0,
                List.of(),
                List.of(),
                transport,
                List.of(protocols),
                List.of(),
                FilterChainMatch.SourceType.ANY,
                List.of(),
                List.of());
    }

    private static DownstreamTls mutual() {
        return new DownstreamTls(settings(), true);
    }

    private static DownstreamTls optional() {
        return new DownstreamTls(settings(), false);
    }

    private static TlsSettings settings() {
        return new TlsSettings(
                "",
                "",
                List.of(),
                List.of("h2", "http/1.1"),
                List.of(new SecretSource.Sds("default")),
                new TlsSettings.Validation(
                        new SecretSource.Sds("ROOTCA"), false, false, List.of(), List.of(), List.of()));
    }

    private static FilterChain chain(String name, FilterChainMatch match, @Nullable DownstreamTls tls) {
        return new FilterChain(name, match, tls, Duration.ofSeconds(15), List.of(), proxy());
    }

    private static FilterChain checked(String name) {
        NetworkFilterConfig rbac = new NetworkFilterConfig.Rbac(new RbacPolicies(null, null, ""));
        return new FilterChain(name, CLEAR, null, Duration.ZERO, List.of(rbac), proxy());
    }

    private static TcpProxy proxy() {
        return new TcpProxy(
                "x",
                List.of(new TcpProxy.WeightedTcpCluster("x", 1)),
                1,
                Duration.ZERO,
                Duration.ZERO,
                false,
                1,
                List.of());
    }

    private static Listener listener(String name, FilterChain... chains) {
        return listener(name, ANY_PORT, true, false, chains);
    }

    private static Listener listener(
            String name, InetSocketAddress address, boolean bind, boolean originalDst, FilterChain... chains) {
        return new Listener(
                name,
                address,
                List.of(),
                bind,
                originalDst,
                Listener.Direction.INBOUND,
                new Listener.ListenerFilters(false, false, false, false, Duration.ZERO, true, List.of(), List.of()),
                List.of(chains),
                null,
                List.of());
    }

    private int port(String name) {
        return listeners.status().stream()
                .filter(status -> status.name().equals(name))
                .findFirst()
                .orElseThrow()
                .address()
                .getPort();
    }

    private Socket connect(String name) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(name));
        socket.setSoTimeout(30_000);
        sockets.add(socket);
        return socket;
    }

    private SSLSocket secure(Socket socket, String serverName, String... protocols) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustAll()}, null);
        SSLSocket secured = (SSLSocket) context.getSocketFactory().createSocket(socket, serverName, 443, true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return secured;
    }

    private static String identity(SSLSocket socket) throws Exception {
        X509Certificate certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
        return String.valueOf(
                certificate.getSubjectAlternativeNames().iterator().next().get(1));
    }

    private static String talk(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        return line(socket);
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

    /** What comes until the other side closes or resets. */
    private static String endOf(Socket socket) throws IOException {
        try {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).trim();
        } catch (java.net.SocketException e) {
            return "";
        }
    }

    private static final class TrustAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}

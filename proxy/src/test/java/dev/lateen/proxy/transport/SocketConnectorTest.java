package dev.lateen.proxy.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lateen.proxy.message.OriginalSource;
import dev.lateen.proxy.model.Cluster.ProxyProtocol;
import dev.lateen.proxy.model.Cluster.TcpKeepalive;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.TlsSettings;
import dev.lateen.proxy.model.TlsSettings.SecretSource;
import dev.lateen.proxy.model.UpstreamTls;
import dev.lateen.proxy.tls.TlsContexts;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.util.concurrent.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SocketConnectorTest {
    private static final UpstreamTls TLS =
            new UpstreamTls(new TlsSettings("", "", List.of(), List.of(), List.of(), null), "app", false, false);

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final TlsContexts tls = new TlsContexts(() -> ProxySnapshot.EMPTY);
    private @Nullable Vertx vertx;

    @AfterEach
    void close() throws Exception {
        if (vertx != null) {
            vertx.close().toCompletionStage().toCompletableFuture().get();
        }
        tls.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void connectsOnTheGivenLoopAndMissesNoByte(boolean nativeTransport) throws Exception {
        EventLoops loops = loops(nativeTransport);
        assertThat(loops.epoll()).isEqualTo(nativeTransport);
        try (ServerSocket server = server();
                Socket accepted = greet(server, loops)) {
            assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo("banner");
            assertThat(accepted.getInetAddress()).isEqualTo(InetAddress.getByName("127.0.0.6"));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClientOfTheOtherFamilyIsCalledForByTheConfiguredAddress(boolean nativeTransport) throws Exception {
        OriginalSource client = new OriginalSource(InetAddress.getByName("2001:db8::7"), 1337);
        EventLoops loops = loops(nativeTransport);
        try (ServerSocket server = server()) {
            Future<Channel> connected =
                    connect(loops, loops.next(), bound(server).from(client));
            try (Socket accepted = server.accept()) {
                assertThat(accepted.getInetAddress()).isEqualTo(InetAddress.getByName("127.0.0.6"));
            }
            assertThat(connected.get()).isNotNull();
        }
    }

    @Test
    void withoutEpollNoClientsAddressCanBeTaken() throws Exception {
        OriginalSource client = new OriginalSource(InetAddress.getByName("203.0.113.7"), 1337);
        EventLoops loops = loops(false);
        try (ServerSocket server = server()) {
            Future<Channel> connected =
                    connect(loops, loops.next(), bound(server).from(client)).await();
            assertThat(connected.cause()).hasMessageContaining("original_src: sockets are not epoll's");
        }
    }

    private static UpstreamTarget bound(ServerSocket server) throws UnknownHostException {
        return new UpstreamTarget(
                (InetSocketAddress) server.getLocalSocketAddress(),
                Duration.ofSeconds(20),
                InetAddress.getByName("127.0.0.6"),
                null,
                "",
                List.of(),
                false,
                null,
                null,
                null);
    }

    private Socket greet(ServerSocket server, EventLoops loops) throws Exception {
        EventLoop loop = loops.next();
        Future<Channel> connected = connect(loops, loop, bound(server));
        Socket accepted = server.accept();
        accepted.getOutputStream().write("banner".getBytes(StandardCharsets.US_ASCII));
        assertThat(connected.get().eventLoop()).isSameAs(loop);
        return accepted;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refusalIsToldInEnvoysWords(boolean nativeTransport) throws Exception {
        InetSocketAddress dead;
        try (ServerSocket server = server()) {
            dead = (InetSocketAddress) server.getLocalSocketAddress();
        }
        ConnectFailure failure = failure(loops(nativeTransport), target(dead, Duration.ofSeconds(20), null));
        assertThat(failure.resetReason()).isEqualTo("remote connection failure");
        assertThat(failure.transportFailureReason()).isEqualTo("delayed connect error: Connection refused");
    }

    @Test
    void theTimeLimitCoversTheTlsHandshake() throws Exception {
        try (ServerSocket silent = server()) {
            UpstreamTarget target =
                    target((InetSocketAddress) silent.getLocalSocketAddress(), Duration.ofMillis(200), TLS);
            ConnectFailure failure = failure(loops(true), target);
            assertThat(failure.timedOut()).isTrue();
            assertThat(failure.transportFailureReason()).isEmpty();
        }
    }

    @Test
    void serverThatSpeaksNoTlsIsATlsFailure() throws Exception {
        try (ServerSocket server = server()) {
            EventLoops loops = loops(true);
            UpstreamTarget target =
                    target((InetSocketAddress) server.getLocalSocketAddress(), Duration.ofSeconds(20), TLS);
            Future<Channel> connecting = connect(loops, loops.next(), target);
            try (Socket accepted = server.accept()) {
                accepted.getOutputStream()
                        .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                await().until(connecting::isDone);
            }
            assertThat(((ConnectFailure) connecting.cause()).transportFailureReason())
                    .isEqualTo("TLS_error:|268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end");
        }
    }

    @Test
    void missingSecretFailsHereAndNeverGoesOutInClearText() throws Exception {
        UpstreamTls needsSecret = new UpstreamTls(
                new TlsSettings("", "", List.of(), List.of(), List.of(new SecretSource.Sds("default")), null),
                "",
                false,
                false);
        try (ServerSocket server = server()) {
            ConnectFailure failure = failure(
                    loops(true),
                    target((InetSocketAddress) server.getLocalSocketAddress(), Duration.ofSeconds(20), needsSecret));
            assertThat(failure.resetReason()).isEqualTo("local connection failure");
            assertThat(failure.transportFailureReason()).contains("secret default: not received yet");
        }
    }

    @Test
    void cancelledAttemptIsClosed() throws Exception {
        try (ServerSocket server = server()) {
            EventLoops loops = loops(true);
            UpstreamTarget target =
                    target((InetSocketAddress) server.getLocalSocketAddress(), Duration.ofSeconds(20), TLS);
            Future<Channel> connecting = connect(loops, loops.next(), target);
            try (Socket accepted = server.accept()) {
                connecting.cancel(false);
                accepted.setSoTimeout(30_000);
                assertThat(accepted.getInputStream().readAllBytes()).isNotNull();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theClientsAddressIsToldBeforeTls(boolean tls) throws Exception {
        EventLoops loops = loops(true);
        ProxyHeader header = new ProxyHeader(
                ProxyProtocol.V1, new InetSocketAddress("10.1.1.1", 4000), new InetSocketAddress("10.2.2.2", 80));
        try (ServerSocket server = server()) {
            UpstreamTarget target = target(
                            (InetSocketAddress) server.getLocalSocketAddress(),
                            Duration.ofSeconds(20),
                            tls ? TLS : null)
                    .telling(header);
            Future<Channel> connecting = connect(loops, loops.next(), target);
            try (Socket accepted = server.accept()) {
                accepted.setSoTimeout(30_000);
                String line = "PROXY TCP4 10.1.1.1 10.2.2.2 4000 80\r\n";
                assertThat(new String(accepted.getInputStream().readNBytes(line.length()), StandardCharsets.US_ASCII))
                        .isEqualTo(line);
                if (tls) {
                    assertThat(accepted.getInputStream().read())
                            .as("a TLS handshake record")
                            .isEqualTo(0x16);
                } else {
                    await().until(connecting::isSuccess);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPathIsAUnixDomainSocket(boolean nativeTransport, @TempDir Path directory) throws Exception {
        EventLoops loops = loops(nativeTransport);
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("s"));
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(address);
            Future<Channel> connecting = connect(
                    loops,
                    loops.next(),
                    target(InetSocketAddress.createUnresolved(address.toString(), 0), Duration.ofSeconds(20), null));
            try (SocketChannel accepted = server.accept()) {
                accepted.write(ByteBuffer.wrap("banner".getBytes(StandardCharsets.US_ASCII)));
                assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo("banner");
                assertThat(connecting.isSuccess()).isTrue();
            }
        }
    }

    @Test
    void aUnixDomainSocketThatIsNotThereIsARefusal(@TempDir Path directory) {
        InetSocketAddress nobody =
                InetSocketAddress.createUnresolved(directory.resolve("s").toString(), 0);
        ConnectFailure failure = failure(loops(true), target(nobody, Duration.ofSeconds(20), null));
        assertThat(failure.resetReason()).isEqualTo("remote connection failure");
        assertThat(failure.transportFailureReason()).contains("No such file");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void probesAreSentAsOftenAsConfigured(boolean nativeTransport) throws Exception {
        EventLoops loops = loops(nativeTransport);
        try (ServerSocket server = server()) {
            UpstreamTarget target = new UpstreamTarget(
                    (InetSocketAddress) server.getLocalSocketAddress(),
                    Duration.ofSeconds(20),
                    null,
                    null,
                    "",
                    List.of(),
                    false,
                    new TcpKeepalive(3, 61, 0),
                    null,
                    null);
            Channel channel = connect(loops, loops.next(), target).get();
            ChannelOption<Integer> time = nativeTransport
                    ? EpollChannelOption.TCP_KEEPIDLE
                    : NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE);
            assertThat(channel.config().getOption(time)).isEqualTo(61);
            assertThat(channel.config().getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
        }
    }

    private EventLoops loops(boolean nativeTransport) {
        vertx = Vertx.vertx(
                new VertxOptions().setPreferNativeTransport(nativeTransport).setEventLoopPoolSize(2));
        return EventLoops.of(vertx);
    }

    @Test
    void aNameIsLookedUpWhenTheConnectionIsMade() throws Exception {
        EventLoops loops = loops(true);
        NameResolver resolver = name -> name.equals("app.test")
                ? CompletableFuture.completedFuture(
                        new NameResolver.Answer(List.of(InetAddress.getLoopbackAddress()), Duration.ZERO))
                : CompletableFuture.failedFuture(new UnknownHostException(name));
        SocketConnector connector = new SocketConnector(loops, tls, resolver);
        try (ServerSocket server = server()) {
            Future<Channel> known = connector.connect(
                    loops.next(),
                    target(
                            InetSocketAddress.createUnresolved("app.test", server.getLocalPort()),
                            Duration.ofSeconds(20),
                            null),
                    new ChannelInboundHandlerAdapter());
            server.accept().close();
            await().until(known::isDone);
            assertThat(known.isSuccess()).isTrue();
            Future<Channel> unknown = connector.connect(
                    loops.next(),
                    target(InetSocketAddress.createUnresolved("none.test", 1), Duration.ofSeconds(20), null),
                    new ChannelInboundHandlerAdapter());
            await().until(unknown::isDone);
            ConnectFailure failure = (ConnectFailure) unknown.cause();
            assertThat(failure.unresolved()).isTrue();
            assertThat(failure.transportFailureReason()).contains("none.test");
        }
    }

    private ConnectFailure failure(EventLoops loops, UpstreamTarget target) {
        Future<Channel> connecting = connect(loops, loops.next(), target);
        await().until(connecting::isDone);
        return (ConnectFailure) connecting.cause();
    }

    private Future<Channel> connect(EventLoops loops, EventLoop loop, UpstreamTarget target) {
        SocketConnector connector =
                new SocketConnector(loops, tls, name -> CompletableFuture.failedFuture(new UnknownHostException(name)));
        return connector.connect(loop, target, new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                ByteBuf bytes = (ByteBuf) message;
                heard.add(bytes.toString(StandardCharsets.US_ASCII));
                bytes.release();
            }
        });
    }

    private static UpstreamTarget target(InetSocketAddress address, Duration timeout, @Nullable UpstreamTls tls) {
        return new UpstreamTarget(address, timeout, null, tls, "", List.of(), false, null, null, null);
    }

    private static ServerSocket server() throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        server.setSoTimeout(30_000);
        return server;
    }
}

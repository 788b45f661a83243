package dev.lateen.proxy.http;

import static dev.lateen.proxy.route.RouteFixtures.prefix;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.filter.BodyWish;
import dev.lateen.proxy.http.filter.FilterContext;
import dev.lateen.proxy.http.filter.FilterVerdict;
import dev.lateen.proxy.http.filter.HeldBody;
import dev.lateen.proxy.http.filter.HttpFilter;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.model.Cluster.UpstreamProtocol;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.HttpConnectionManager.ClientProtocol;
import dev.lateen.proxy.model.HttpConnectionManager.Underscores;
import dev.lateen.proxy.model.RetryPolicy;
import dev.lateen.proxy.model.RouteAction;
import dev.lateen.proxy.route.RouteFixtures;
import dev.lateen.proxy.transport.MemoryLevel;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Filters that have to see a request's body before they decide. */
class BodyWishTest extends FilterFixture {
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
    private static final int MIB = 1024 * 1024;
    private final List<String> seen = new CopyOnWriteArrayList<>();

    /** Sees the body, and says how long it is, as a buffer filter does. */
    private void wish(int most, boolean partial) {
        proxy.filters.add(new HttpFilter() {
            @Override
            public @Nullable BodyWish bodyWish() {
                return new BodyWish(most, partial);
            }

            @Override
            public FilterVerdict onRequest(ExchangeFacts exchange, FilterContext context) {
                HeldBody body = context.body();
                seen.add(
                        body.size() > 100
                                ? String.valueOf(body.size())
                                : new String(body.bytes(most), StandardCharsets.US_ASCII));
                seen.add(body.isComplete() ? "all" : "part");
                if (body.isComplete() && body.size() > 0) {
                    exchange.request().headers().set("content-length", String.valueOf(body.size()));
                }
                return FilterVerdict.CONTINUE;
            }
        });
    }

    private RawServer serve(RawServer.Script script) throws IOException {
        RawServer server = new RawServer(script);
        servers.add(server);
        proxy.cluster("c", UpstreamProtocol.HTTP1, server.port());
        return server;
    }

    /** Answers with what it was sent. */
    private RawServer echo(int length) throws IOException {
        RawServer server = serve(talk -> {
            talk.head();
            talk.ok(talk.bytes(length));
        });
        proxy.routes(prefix("/", "c"));
        return server;
    }

    @Test
    void aChunkedBodyIsSeenWhole() throws Exception {
        RawServer server = echo(11);
        wish(100, false);
        assertThat(ask(POST + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ")
                .endsWith("hello world");
        assertThat(seen).containsExactly("hello world", "all");
        assertThat(server.heads.getFirst())
                .contains("content-length: 11")
                .doesNotContainIgnoringCase("transfer-encoding");
    }

    @Test
    void aBodyThatComesInPiecesIsWaitedFor() throws Exception {
        echo(6);
        wish(6, false);
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.listen(false))) {
            client.getOutputStream().write((POST + "Content-Length: 6\r\n\r\nabc").getBytes(StandardCharsets.US_ASCII));
            client.getOutputStream().flush();
            Awaitility.await().until(() -> !proxy.accepted.isEmpty());
            client.getOutputStream().write("def".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .endsWith("abcdef");
        }
        assertThat(seen).containsExactly("abcdef", "all");
    }

    @Test
    void aRequestWithoutBodyWaitsForNothing() throws Exception {
        serve(talk -> {
            talk.head();
            talk.ok("x");
        });
        proxy.routes(prefix("/", "c"));
        wish(6, false);
        assertThat(ask("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
        assertThat(seen).containsExactly("", "all");
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedBeforeAnybodyElseSeesIt() throws Exception {
        RawServer server = echo(7);
        wish(6, false);
        assertThat(ask(POST + "Content-Length: 7\r\n\r\nabcdefg"))
                .startsWith("HTTP/1.1 413 ")
                .endsWith("Payload Too Large");
        assertThat(proxy.only().details()).isEqualTo("request_payload_too_large");
        assertThat(seen).isEmpty();
        assertThat(server.connections()).isZero();
    }

    @Test
    void theBeginningMayDo() throws Exception {
        echo(7);
        wish(4, true);
        assertThat(ask(POST + "Content-Length: 7\r\n\r\nabcdefg"))
                .startsWith("HTTP/1.1 200 ")
                .endsWith("abcdefg");
        assertThat(seen).containsExactly("abcd", "all");
    }

    @Test
    void theRestOfWhatIsSeenInPartStreamsPast() throws Exception {
        echo(3 * MIB);
        wish(1000, true);
        assertThat(ask(POST + "Content-Length: " + 3 * MIB + "\r\n\r\n" + "x".repeat(3 * MIB)))
                .startsWith("HTTP/1.1 200 ")
                .endsWith("xxx");
        assertThat(Integer.parseInt(seen.getFirst())).isBetween(1000, MIB);
        assertThat(seen.getLast()).isEqualTo("part");
    }

    @Test
    void trailersEndABody() throws Exception {
        echo(5);
        wish(100, false);
        assertThat(ask(POST + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nx-sum: 1\r\n\r\n"))
                .endsWith("hello");
        assertThat(seen).containsExactly("hello", "all");
    }

    @Test
    void streamsOfHttp2AreReadBeyondTheirWindow() throws Exception {
        echo(2 * MIB);
        proxy.filters.add(
                (exchange, context) -> new FilterVerdict.Delay(Duration.ofMillis(20), FilterVerdict.CONTINUE));
        wish(2 * MIB, false);
        FramePeer.Stream stream = post(true);
        stream.send(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(new byte[2 * MIB]), true));
        stream.untilOver();
        assertThat(stream.header(":status")).isEqualTo("200");
        assertThat(seen).containsExactly(String.valueOf(2 * MIB), "all");
    }

    @Test
    void aStreamOfHttp2MayBeTooLarge() throws Exception {
        echo(1);
        wish(1000, false);
        FramePeer.Stream stream = post(true);
        stream.send(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(new byte[2000]), false));
        Awaitility.await().until(() -> stream.header(":status").equals("413"));
        assertThat(seen).isEmpty();
    }

    private FramePeer.Stream post(boolean http2) throws Exception {
        FramePeer.Stream stream = peers.connect(proxy.listen(http2)).open();
        stream.send(new DefaultHttp2HeadersFrame(
                new DefaultHttp2Headers()
                        .method("POST")
                        .scheme("http")
                        .authority("a")
                        .path("/"),
                false));
        return stream;
    }

    @Test
    void whatAnEarlierFilterLetPileUpIsReadOn() throws Exception {
        echo(3 * MIB);
        proxy.filters.add(
                (exchange, context) -> new FilterVerdict.Delay(Duration.ofMillis(50), FilterVerdict.CONTINUE));
        wish(3 * MIB, false);
        assertThat(ask(POST + "Content-Length: " + 3 * MIB + "\r\n\r\n" + "x".repeat(3 * MIB)))
                .startsWith("HTTP/1.1 200 ");
        assertThat(seen).containsExactly(String.valueOf(3 * MIB), "all");
    }

    @Test
    void whoWaitsForTheVerdictOnPartOfItsBodyIsReadNoFurther() throws Exception {
        proxy.routes(prefix("/", "c"));
        wish(1000, true);
        proxy.filters.add((exchange, context) -> ProxyFixture.forLong());
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.listen(false))) {
            Thread.ofVirtual().start(() -> {
                try {
                    client.getOutputStream()
                            .write((POST + "Content-Length: " + 64 * MIB + "\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
                    byte[] part = new byte[MIB];
                    for (int i = 0; i < 64; i++) {
                        client.getOutputStream().write(part);
                    }
                } catch (IOException closed) {
                    // as it should be
                }
            });
            Awaitility.await()
                    .until(() -> !proxy.accepted.isEmpty()
                            && !proxy.accepted.getFirst().config().isAutoRead());
            proxy.accepted.getFirst().close();
        }
        assertThat(proxy.only().received()).isLessThan(3L * MIB);
    }

    @Test
    void whoeverExpectsToBeToldToGoOnIsTold() throws Exception {
        echo(5);
        wish(100, false);
        assertThat(ask(POST + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello"))
                .startsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")
                .endsWith("hello");
    }

    /** The server that was to say so is not asked before the body is here. */
    @Test
    void whoeverExpectsToBeToldByTheServerIsToldForTheWish() throws Exception {
        proxy.settings().client = new ClientProtocol(
                HttpConnectionManager.Codec.AUTO, false, false, true, Underscores.ALLOW, 0, List.of("websocket"));
        RawServer server = echo(5);
        wish(100, false);
        int port = proxy.listen(false);
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoTimeout(30_000);
            client.getOutputStream()
                    .write((POST + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(client.getInputStream().readNBytes(25), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            client.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 200 ")
                    .endsWith("hello");
        }
        assertThat(server.heads.getFirst()).doesNotContainIgnoringCase("expect");
    }

    @Test
    void aTunnelIsNotWaitedFor() throws Exception {
        serve(talk -> {
            talk.head();
            talk.say("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n");
            talk.say(talk.bytes(4) + "!");
            talk.close();
        });
        proxy.routes(prefix("/", "c"));
        wish(100, false);
        assertThat(ask("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nping"))
                .startsWith("HTTP/1.1 101 ")
                .endsWith("ping!");
    }

    @Test
    void aTryThatFailsIsMadeAgainWithTheWholeBody() throws Exception {
        serve(talk -> {
            talk.head();
            String body = talk.bytes(5);
            if (talk.number == 1) {
                talk.say("HTTP/1.1 503 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                talk.close();
            } else {
                talk.ok(body);
            }
        });
        RetryPolicy retry = new RetryPolicy(
                Set.of("5xx"),
                1,
                Duration.ZERO,
                Set.of(),
                false,
                1,
                Duration.ofMillis(1),
                Duration.ofMillis(2),
                List.of());
        proxy.routes(RouteFixtures.route(
                RouteFixtures.any(),
                new RouteAction.Forward(
                        new RouteAction.ClusterSpecifier.Single("c"),
                        RouteAction.Rewrite.NONE,
                        RouteAction.Timeouts.of(Duration.ZERO),
                        retry,
                        List.of(),
                        List.of(),
                        503,
                        List.of())));
        wish(100, false);
        assertThat(ask(POST + "Content-Length: 5\r\n\r\nhello")).endsWith("hello");
        assertThat(proxy.only().attempts()).isEqualTo(2);
    }

    @Test
    void shortMemoryRefuses() throws Exception {
        echo(5);
        wish(100, false);
        proxy.memory = () -> MemoryLevel.SHORT;
        assertThat(ask(POST + "Content-Length: 5\r\n\r\nhello")).startsWith("HTTP/1.1 503 ");
        assertThat(proxy.only().flags()).isEqualTo("OM");
    }

    /** Two bodies that fill all room together would wait for each other for ever. */
    @Test
    void whoFindsNoRoomForItsBodyIsRefusedAndTheOtherServed() throws Exception {
        echo(6 * MIB);
        wish(16 * MIB, false);
        int port = proxy.listen(false);
        try (Socket first = new Socket(InetAddress.getLoopbackAddress(), port)) {
            first.setSoTimeout(30_000);
            first.getOutputStream()
                    .write((POST + "Content-Length: " + 6 * MIB + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            first.getOutputStream().write(new byte[5 * MIB]);
            try (Socket second = new Socket(InetAddress.getLoopbackAddress(), port)) {
                second.setSoTimeout(30_000);
                second.getOutputStream()
                        .write((POST + "Content-Length: " + 6 * MIB + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                second.getOutputStream().write(new byte[5 * MIB]);
                assertThat(new String(second.getInputStream().readNBytes(13), StandardCharsets.US_ASCII))
                        .isEqualTo("HTTP/1.1 503 ");
            }
            first.getOutputStream().write(new byte[MIB]);
            assertThat(new String(first.getInputStream().readNBytes(13), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 200 ");
            assertThat(first.getInputStream().readAllBytes()).hasSizeGreaterThan(6 * MIB);
        }
        assertThat(seen).containsExactly(String.valueOf(6 * MIB), "all");
    }

    @Test
    void aClientThatLeavesMeanwhileLeavesNothingBehind() throws Exception {
        proxy.routes(prefix("/", "c"));
        wish(100, false);
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.listen(false))) {
            client.getOutputStream()
                    .write((POST + "Content-Length: 9\r\n\r\nhello").getBytes(StandardCharsets.US_ASCII));
            Awaitility.await().until(() -> !proxy.accepted.isEmpty());
        }
        assertThat(proxy.only().flags()).isEqualTo("DC");
        assertThat(seen).isEmpty();
    }
}

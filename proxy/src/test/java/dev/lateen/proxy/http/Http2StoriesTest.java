package dev.lateen.proxy.http;

import static dev.lateen.proxy.route.RouteFixtures.any;
import static dev.lateen.proxy.route.RouteFixtures.prefix;
import static dev.lateen.proxy.route.RouteFixtures.route;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.filter.FilterVerdict;
import dev.lateen.proxy.http.pool.HeldBodies;
import dev.lateen.proxy.listener.DrainEvent;
import dev.lateen.proxy.model.Cluster.UpstreamProtocol;
import dev.lateen.proxy.model.RetryPolicy;
import dev.lateen.proxy.model.RouteAction;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** HTTP/2 at the level of frames, with Netty's frame codec at both ends. */
class Http2StoriesTest {
    private final ProxyFixture proxy = new ProxyFixture();
    private final FramePeer peers = new FramePeer();

    @BeforeAll
    static void watchLeaks() {
        Leaks.watch();
    }

    @AfterAll
    static void nothingLeaked() {
        assertThat(Leaks.found()).isEmpty();
    }

    @AfterEach
    void stop() {
        peers.close();
        proxy.close();
    }

    private static Http2Headers get(String path) {
        return new DefaultHttp2Headers(false)
                .method("GET")
                .scheme("http")
                .authority("a")
                .path(path);
    }

    private static Http2Headers ok() {
        return new DefaultHttp2Headers().status("200");
    }

    @Test
    void requestTrailersPass() throws Exception {
        int port = peers.serve(stream -> {
            if (stream.ended()) {
                stream.send(new DefaultHttp2HeadersFrame(ok().add("x-got", stream.trailer("x-sum")), true));
            }
        });
        proxy.cluster("c", UpstreamProtocol.HTTP2, port).routes(prefix("/", "c"));

        FramePeer.Stream stream = peers.connect(proxy.listen(true)).open();
        stream.send(new DefaultHttp2HeadersFrame(get("/").method("POST"), false));
        stream.send(new DefaultHttp2DataFrame(Unpooled.copiedBuffer("hello", StandardCharsets.US_ASCII), false));
        stream.send(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().add("x-sum", "42"), true));

        stream.untilOver();
        assertThat(stream.header(":status")).isEqualTo("200");
        assertThat(stream.header("x-got")).isEqualTo("42");
    }

    @Test
    void aResetAfterTheHeadReachesTheClientAsOne() throws Exception {
        int port = peers.serve(stream -> {
            stream.send(new DefaultHttp2HeadersFrame(ok(), false));
            stream.send(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR));
        });
        proxy.cluster("c", UpstreamProtocol.HTTP2, port).routes(prefix("/", "c"));

        FramePeer.Stream stream = peers.connect(proxy.listen(true)).open();
        stream.send(new DefaultHttp2HeadersFrame(get("/"), true));

        stream.untilOver();
        assertThat(stream.reset()).isEqualTo(Http2Error.INTERNAL_ERROR.code());
        assertThat(proxy.only().flags()).isEqualTo("UR");
    }

    @Test
    void aRefusedStreamIsTriedAgain() throws Exception {
        int[] count = {0};
        int port = peers.serve(stream -> {
            if (count[0]++ == 0) {
                stream.send(new DefaultHttp2ResetFrame(Http2Error.REFUSED_STREAM));
            } else {
                stream.send(new DefaultHttp2HeadersFrame(ok(), true));
            }
        });
        RetryPolicy retry = new RetryPolicy(
                Set.of("refused-stream"),
                1,
                Duration.ZERO,
                Set.of(),
                false,
                1,
                Duration.ofMillis(1),
                Duration.ofMillis(2),
                List.of());
        proxy.cluster("c", UpstreamProtocol.HTTP2, port).routes(route(any(), forward(retry)));

        FramePeer.Stream stream = peers.connect(proxy.listen(true)).open();
        stream.send(new DefaultHttp2HeadersFrame(get("/"), true));

        stream.untilOver();
        assertThat(stream.header(":status")).isEqualTo("200");
        assertThat(proxy.only().attempts()).isEqualTo(2);
    }

    /** A client that minds no flow control: 64 MiB in a hundred streams, none of which gets on. */
    @Test
    void whatNobodyReadsIsBoundedForAllStreamsOfAConnectionTogether() throws Exception {
        proxy.filters.add((exchange, context) -> new FilterVerdict.Wait(new CompletableFuture<>()));
        proxy.routes(prefix("/", "c"));
        byte[] data = frame(0, 16 * 1024);
        long sent = 0;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.listen(true))) {
            OutputStream out = socket.getOutputStream();
            out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.write(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0});
            for (int id = 1; id < 200; id += 2) {
                // POST http://a/ by HPACK's static table
                out.write(new byte[] {
                    0, 0, 6, 1, 4, 0, 0, 0, (byte) id, (byte) 0x83, (byte) 0x86, (byte) 0x84, 0x41, 1, 'a'
                });
            }
            for (int i = 0; i < 4000; i++) {
                data[8] = (byte) (2 * (i % 100) + 1);
                out.write(data);
                sent += data.length;
            }
        } catch (SocketException closed) {
            // as it should be
        }
        assertThat(sent).isBetween(4L * 1024 * 1024, 2 * HeldBodies.LIMIT);
    }

    private static byte[] frame(int type, int length) {
        byte[] frame = new byte[9 + length];
        frame[1] = (byte) (length >> 8);
        frame[2] = (byte) length;
        frame[3] = (byte) type;
        return frame;
    }

    private static RouteAction.Forward forward(RetryPolicy retry) {
        return new RouteAction.Forward(
                new RouteAction.ClusterSpecifier.Single("c"),
                RouteAction.Rewrite.NONE,
                RouteAction.Timeouts.of(Duration.ZERO),
                retry,
                List.of(),
                List.of(),
                503,
                List.of());
    }

    @Test
    void afterAGoAwayRequestsTakeANewConnection() throws Exception {
        int port = peers.serve(stream -> {
            stream.send(new DefaultHttp2HeadersFrame(ok(), true));
            stream.sendOnConnection(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
        });
        proxy.cluster("c", UpstreamProtocol.HTTP2, port).routes(prefix("/", "c"));
        FramePeer.Connection client = peers.connect(proxy.listen(true));
        for (int i = 0; i < 3; i++) {
            FramePeer.Stream stream = client.open();
            stream.send(new DefaultHttp2HeadersFrame(get("/" + i), true));
            stream.untilOver();
            assertThat(stream.header(":status")).isEqualTo("200");
            int connections = i + 1;
            // The proxy has seen the GOAWAY once it has closed that connection.
            Awaitility.await().until(() -> peers.serverConnectionsClosed() == connections);
        }
        assertThat(proxy.upstreamConnections).hasValue(3);
    }

    @Test
    void aClientsResetReachesTheUpstream() throws Exception {
        FramePeer.Stream[] seen = new FramePeer.Stream[1];
        int port = peers.serve(stream -> seen[0] = stream);
        proxy.cluster("c", UpstreamProtocol.HTTP2, port).routes(prefix("/", "c"));
        FramePeer.Stream stream = peers.connect(proxy.listen(true)).open();
        stream.send(new DefaultHttp2HeadersFrame(get("/"), true));
        Awaitility.await().until(() -> seen[0] != null);

        stream.send(new DefaultHttp2ResetFrame(Http2Error.CANCEL));

        seen[0].untilOver();
        assertThat(seen[0].reset()).isEqualTo(Http2Error.CANCEL.code());
        assertThat(proxy.only().flags()).isEqualTo("DC");
    }

    @Test
    void aMalformedHeadEndsOnlyItsStream() throws Exception {
        int port = peers.serve(stream -> stream.send(new DefaultHttp2HeadersFrame(ok(), true)));
        proxy.cluster("c", UpstreamProtocol.HTTP2, port).routes(prefix("/", "c"));
        FramePeer.Connection client = peers.connect(proxy.listen(true));
        for (Http2Headers broken : List.of(
                get("/").add("connection", "close"),
                get("/").add("transfer-encoding", "chunked"),
                get("/").add("te", "gzip"),
                get("/").add("x", "a\r\nb: c"),
                get("relative"),
                get("/ blank"),
                new DefaultHttp2Headers(false).method("GET").scheme("http").path("/"),
                new DefaultHttp2Headers(false)
                        .method("GET")
                        .scheme("http")
                        .authority("a")
                        .path("/")
                        .add("Upper", "x"))) {
            FramePeer.Stream stream = client.open();
            stream.send(new DefaultHttp2HeadersFrame(broken, true));
            stream.untilOver();
            assertThat(stream.reset()).as("%s", broken).isEqualTo(Http2Error.PROTOCOL_ERROR.code());
        }
        FramePeer.Stream fine = client.open();
        fine.send(new DefaultHttp2HeadersFrame(get("/"), true));
        fine.untilOver();
        assertThat(fine.header(":status")).isEqualTo("200");
    }

    @Test
    void drainingLetsTheRequestsUnderWayEnd() throws Exception {
        FramePeer.Stream[] seen = new FramePeer.Stream[1];
        int port = peers.serve(stream -> seen[0] = stream);
        proxy.cluster("c", UpstreamProtocol.HTTP2, port).routes(prefix("/", "c"));
        FramePeer.Connection client = peers.connect(proxy.listen(true));
        FramePeer.Stream stream = client.open();
        stream.send(new DefaultHttp2HeadersFrame(get("/"), true));
        Awaitility.await().until(() -> seen[0] != null);

        proxy.accepted.getFirst().pipeline().fireUserEventTriggered(DrainEvent.INSTANCE);
        Awaitility.await().until(() -> client.goAways() >= 1);
        seen[0].send(new DefaultHttp2HeadersFrame(ok(), true));

        stream.untilOver();
        assertThat(stream.header(":status")).isEqualTo("200");
        Awaitility.await().until(client::closed);
    }
}

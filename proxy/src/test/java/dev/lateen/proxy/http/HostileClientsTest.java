package dev.lateen.proxy.http;

import static dev.lateen.proxy.route.RouteFixtures.prefix;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lateen.proxy.model.Cluster.UpstreamProtocol;
import dev.lateen.proxy.transport.MemoryLevel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.ResourceLeakDetector;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients that mean no good, or break off. */
class HostileClientsTest {
    private static final ResourceLeakDetector.Level BEFORE = ResourceLeakDetector.getLevel();

    private final ProxyFixture proxy = new ProxyFixture();
    private final FramePeer peers = new FramePeer();

    @BeforeAll
    static void watchEveryBuffer() {
        Leaks.watch();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    }

    @AfterAll
    static void nothingLeaked() {
        ResourceLeakDetector.setLevel(BEFORE);
        assertThat(Leaks.found()).isEmpty();
    }

    @AfterEach
    void stop() {
        peers.close();
        proxy.close();
    }

    private void stuck() {
        proxy.filters.add((exchange, context) -> ProxyFixture.forLong());
        proxy.routes(prefix("/", "c"));
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(30_000);
        return socket;
    }

    /** Reads up to a frame of this type. @return its payload */
    private static byte[] until(DataInputStream in, int type) throws IOException {
        while (true) {
            int first = in.read();
            if (first < 0) {
                throw new EOFException("the connection ended before a frame of type " + type);
            }
            int length = first << 16 | in.readUnsignedShort();
            int kind = in.read();
            in.skipNBytes(5);
            byte[] payload = in.readNBytes(length);
            if (kind == type) {
                return payload;
            }
        }
    }

    private static byte[] cancels(int count) {
        RawFrames frames = RawFrames.preface();
        for (int i = 0; i < count; i++) {
            frames.get(2 * i + 1).reset(2 * i + 1);
        }
        return frames.bytes();
    }

    @Test
    void whoeverCancelsEverythingAtOnceIsTurnedAway() throws Exception {
        stuck();
        try (Socket socket = connect(proxy.listen(true))) {
            socket.getOutputStream().write(cancels(250));
            byte[] goAway = until(new DataInputStream(socket.getInputStream()), RawFrames.GOAWAY);
            assertThat(goAway[7]).isEqualTo((byte) Http2Error.ENHANCE_YOUR_CALM.code());
        }
        assertThat(proxy.prematureResets).hasValue(1);
        assertThat(proxy.completed).hasSize(250);
    }

    @Test
    void whoeverMakesUsResetEverythingIsTurnedAwayToo() throws Exception {
        stuck();
        RawFrames frames = RawFrames.preface();
        for (int id = 1; id < 500; id += 2) {
            // A window update of nothing is an error of its stream.
            frames.get(id).frame(RawFrames.WINDOW_UPDATE, 0, id, 0, 0, 0, 0);
        }
        try (Socket socket = connect(proxy.listen(true))) {
            socket.getOutputStream().write(frames.bytes());
            byte[] goAway = until(new DataInputStream(socket.getInputStream()), RawFrames.GOAWAY);
            assertThat(goAway[7]).isEqualTo((byte) Http2Error.ENHANCE_YOUR_CALM.code());
        }
    }

    @Test
    void whoeverCancelsManyMayGoOn() throws Exception {
        int port = peers.serve(
                stream -> stream.send(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200"), true)));
        proxy.cluster("c", UpstreamProtocol.HTTP2, port).routes(prefix("/", "c"));
        try (Socket socket = connect(proxy.listen(true))) {
            socket.getOutputStream().write(cancels(249));
            socket.getOutputStream().write(new RawFrames().get(501).bytes());
            assertThat(until(new DataInputStream(socket.getInputStream()), RawFrames.HEADERS))
                    .isNotEmpty();
        }
        assertThat(proxy.prematureResets).hasValue(0);
    }

    @Test
    void aFloodOfWindowUpdatesEndsTheConnection() throws Exception {
        stuck();
        RawFrames frames = RawFrames.preface();
        for (int i = 0; i < 6; i++) {
            frames.frame(RawFrames.WINDOW_UPDATE, 0, 0, 0, 0, 0, 1);
        }
        try (Socket socket = connect(proxy.listen(true))) {
            socket.getOutputStream().write(frames.bytes());
            assertThat(until(new DataInputStream(socket.getInputStream()), RawFrames.GOAWAY))
                    .isNotEmpty();
        }
        assertThat(proxy.protocolErrors).hasValue(1);
    }

    /** Each byte is a frame: what holds it is a hundred times its size. */
    @Test
    void aBodyOfCrumbsThatWaitsIsReset() throws Exception {
        stuck();
        RawFrames frames = RawFrames.preface().post(1);
        for (int i = 0; i < 1200; i++) {
            frames.frame(RawFrames.DATA, 0, 1, 'x');
        }
        try (Socket socket = connect(proxy.listen(true))) {
            socket.getOutputStream().write(frames.bytes());
            byte[] code = until(new DataInputStream(socket.getInputStream()), RawFrames.RST_STREAM);
            assertThat(code[3]).isEqualTo((byte) Http2Error.ENHANCE_YOUR_CALM.code());
        }
    }

    @Test
    void whenMemoryIsShortNoBodyIsHeldAndOthersAreServed() throws Exception {
        stuck();
        proxy.memory = () -> MemoryLevel.SHORT;
        int port = proxy.listen(false);
        String refused = RawServer.ask(port, "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nx", "overloaded");
        assertThat(refused).startsWith("HTTP/1.1 503");
        assertThat(proxy.only().flags()).isEqualTo("OM");

        proxy.filters.clear();
        try (RawServer server = new RawServer(talk -> {
            talk.head();
            talk.ok("fine");
        })) {
            proxy.cluster("c", UpstreamProtocol.HTTP1, server.port()).routes(prefix("/", "c"));
            assertThat(RawServer.ask(port, "GET / HTTP/1.1\r\nhost: a\r\n\r\n", "fine"))
                    .startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void aServerThatResetsOftenKeepsItsConnection() throws Exception {
        int port = peers.serve(stream -> stream.send(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR)));
        proxy.cluster("c", UpstreamProtocol.HTTP2, port).routes(prefix("/", "c"));
        int own = proxy.listen(false);
        String get = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
        for (int i = 0; i < 3; i++) {
            RawServer.ask(own, get.repeat(99) + "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", "");
        }
        // The client may see the end before the last request is recorded.
        await().untilAsserted(() -> assertThat(proxy.completed).hasSize(300));
        assertThat(proxy.upstreamConnections).hasValue(1);
    }

    /** Good conversations, with bytes changed at random and broken off anywhere; the seed is fixed. */
    @Test
    void tornAndBrokenConversationsLeaveNothingBehind() throws Exception {
        Random random = new Random(7);
        try (RawServer server = new RawServer(talk -> {
            while (talk.head() != null) {
                talk.say("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
            }
        })) {
            proxy.cluster("c", UpstreamProtocol.HTTP1, server.port()).routes(prefix("/", "c"));
            int one = proxy.listen(false);
            int two = proxy.listen(true);
            for (int i = 0; i < 150; i++) {
                torn(one, http1(), random);
                torn(two, http2(), random);
            }
            await().until(() -> proxy.accepted.size() == 300
                    && proxy.accepted.stream().noneMatch(io.netty.channel.Channel::isOpen));
            assertThat(RawServer.ask(one, "GET / HTTP/1.1\r\nhost: a\r\n\r\n", "abc"))
                    .startsWith("HTTP/1.1 200");
        }
    }

    private static byte[] http1() {
        String text = "POST /a HTTP/1.1\r\n"
                + "host: a\r\n"
                + "transfer-encoding: chunked\r\n"
                + "trailer: t\r\n\r\n"
                + "5\r\n"
                + "hello\r\n"
                + "0\r\n"
                + "t: 1\r\n\r\n"
                + "PUT / HTTP/1.1\r\n"
                + "host: a\r\n"
                + "content-length: 3\r\n\r\n"
                + "abcGET / HTTP/1.1\r\n"
                + "host: a\r\n\r\n";
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] http2() {
        return RawFrames.preface()
                .post(1)
                .frame(RawFrames.DATA, 0, 1, 'h', 'e', 'y')
                .get(3)
                .frame(RawFrames.DATA, 8, 1, 2, 'x', 0, 0)
                .frame(RawFrames.HEADERS, 5, 1, 0x40, 1, 't', 1, '1')
                .post(5)
                .frame(RawFrames.DATA, 1, 5, 'x')
                .reset(5)
                .get(7)
                .bytes();
    }

    private static void torn(int port, byte[] good, Random random) throws IOException {
        byte[] bytes = Arrays.copyOf(good, 1 + random.nextInt(good.length));
        for (int changes = random.nextInt(4); changes > 0; changes--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        try (Socket socket = connect(port)) {
            int cut = random.nextInt(bytes.length);
            socket.getOutputStream().write(bytes, 0, cut);
            socket.getOutputStream().flush();
            if (random.nextBoolean()) {
                // A reset, in place of an end.
                socket.setSoLinger(true, 0);
            }
            socket.getOutputStream().write(bytes, cut, bytes.length - cut);
        } catch (IOException refused) {
            // The proxy was quicker to close it.
        }
    }
}

package dev.lateen.proxy.http;

import static dev.lateen.proxy.route.RouteFixtures.prefix;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.filter.FilterVerdict;
import dev.lateen.proxy.http.filter.LocalReply;
import dev.lateen.proxy.model.Cluster.UpstreamProtocol;
import io.netty.handler.codec.http2.Http2Error;
import java.io.DataInputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2 clients that would have an HTTP/1 server read another request than the one that was judged. */
class ForgedRequestsTest {
    private final ProxyFixture proxy = new ProxyFixture();
    private RawServer server;

    @BeforeEach
    void begin() throws Exception {
        server = new RawServer(talk -> {
            while (talk.head() != null) {
                talk.ok("seen");
            }
        });
        proxy.filters.add((exchange, context) -> exchange.request().path().startsWith("/admin")
                ? new FilterVerdict.Reply(LocalReply.rbacDenied("none"))
                : FilterVerdict.CONTINUE);
        proxy.cluster("c", UpstreamProtocol.HTTP1, server.port()).routes(prefix("/", "c"));
    }

    @AfterEach
    void stop() {
        server.close();
        proxy.close();
    }

    /** @return HEADERS or RST_STREAM, whatever answers stream 1; the reset's code in the upper bits */
    private int ask(RawFrames frames) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.listen(true))) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(frames.bytes());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            while (true) {
                int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                int type = in.readUnsignedByte();
                in.skipNBytes(5);
                byte[] payload = in.readNBytes(length);
                switch (type) {
                    case RawFrames.HEADERS -> {
                        return type;
                    }
                    case RawFrames.RST_STREAM -> {
                        return payload[3] << 8 | type;
                    }
                    case RawFrames.GOAWAY -> {
                        return payload[7] << 8 | type;
                    }
                    default -> {}
                }
            }
        }
    }

    private static RawFrames method(String method) {
        byte[] text = method.getBytes(StandardCharsets.ISO_8859_1);
        int[] block = new int[2 + text.length + 6];
        block[0] = 2;
        block[1] = text.length;
        for (int i = 0; i < text.length; i++) {
            block[2 + i] = text[i] & 255;
        }
        System.arraycopy(new int[] {0x86, 0x84, 0x41, 1, 'a', 0x90}, 0, block, 2 + text.length, 6);
        return RawFrames.preface().frame(RawFrames.HEADERS, 5, 1, block);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /admin/secret HTTP/1.1",
                "GET\t/admin/secret",
                "GET /admin",
                "GET\u00a0/admin",
                "GET\u000b/admin",
                "GE(T",
                "G\"T",
                "/",
                ""
            })
    void aMethodThatIsNoneGoesNowhere(String method) throws Exception {
        int answer = ask(method(method));
        assertThat(answer).isEqualTo((int) Http2Error.PROTOCOL_ERROR.code() << 8 | RawFrames.RST_STREAM);
        assertThat(server.heads).isEmpty();
    }

    @Test
    void aMethodThatNoRfcKnowsIsAsked() throws Exception {
        assertThat(ask(method("PURGE"))).isEqualTo(RawFrames.HEADERS);
        assertThat(server.heads).singleElement().asString().startsWith("PURGE / HTTP/1.1\r\n");
    }

    /** RFC 9113 section 5.1. */
    @Test
    void aHeadOnAStreamThatTheClientEndedIsAnError() throws Exception {
        proxy.filters.add((exchange, context) -> ProxyFixture.forLong());
        int answer = ask(RawFrames.preface().get(1).get(1));
        assertThat(answer >> 8).isEqualTo((int) Http2Error.STREAM_CLOSED.code());
    }
}

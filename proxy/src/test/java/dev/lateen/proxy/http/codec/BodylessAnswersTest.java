package dev.lateen.proxy.http.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.codec.CodecPeers.Answer;
import dev.lateen.proxy.http.codec.CodecPeers.Client;
import dev.lateen.proxy.http.codec.CodecPeers.Frames;
import dev.lateen.proxy.http.codec.CodecPeers.Server;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.HttpProtocol;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that have no body, or not the one that their head tells of: nobody's next message is made of what follows them. */
class BodylessAnswersTest {
    private static final String FORGED = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nFORGED";

    private static RequestHead head(String method, String... lines) {
        HeaderMap headers = new HeaderMap();
        for (int i = 0; i < lines.length; i += 2) {
            headers.add(lines[i], lines[i + 1]);
        }
        return new RequestHead(method, "/", "a", "http", HttpProtocol.HTTP_1_1, headers);
    }

    private static void receive(Server server, String method) {
        server.receive(
                server.http2
                        ? new Frames()
                                .headers(1, true, ":method", method, ":scheme", "http", ":path", "/", ":authority", "a")
                                .bytes()
                        : CodecPeers.latin(method + " / HTTP/1.1\r\nhost: a\r\n\r\n"));
    }

    /** An HTTP/2 server says DATA behind an answer that has none; the client speaks HTTP/1, or HTTP/2. */
    @ParameterizedTest
    @CsvSource({"GET, 204", "GET, 304", "HEAD, 200", "HEAD, 404"})
    void dataBehindABodylessAnswerGoesNowhere(String method, int status) {
        for (boolean down : new boolean[] {false, true}) {
            try (Server server = new Server(down);
                    Client client = new Client(true)) {
                receive(server, method);
                Answer answer = client.ask(head(method), true);
                answer.to = server.stream;
                client.receive(new Frames()
                        .headers(Client.FIRST, false, ":status", Integer.toString(status))
                        .data(Client.FIRST, FORGED, true)
                        .bytes());
                assertThat(answer.reset).isEqualTo(StreamReset.PROTOCOL_ERROR);
                String sent = CodecPeers.latin(server.sent());
                assertThat(sent).doesNotContain("FORGED");
                if (!down) {
                    assertThat(sent).startsWith("HTTP/1.1 " + status);
                    assertThat(server.channel.isOpen()).isFalse();
                }
            }
        }
    }

    /** Whoever made the body, a filter say: the writers keep it to themselves. */
    @ParameterizedTest
    @ValueSource(ints = {204, 304})
    void noWriterPutsABodyBehindABodylessAnswer(int status) {
        for (boolean http2 : new boolean[] {false, true}) {
            try (Server server = new Server(http2)) {
                receive(server, "GET");
                server.opened().head(new ResponseHead(status, new HeaderMap()), false);
                server.opened().data(Unpooled.copiedBuffer(CodecPeers.latin(FORGED)), true);
                assertThat(CodecPeers.latin(server.sent())).doesNotContain("FORGED");
                assertThat(server.channel.isOpen()).isEqualTo(http2);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "204, content-length: 4, false",
        "204, content-length: 0, true",
        "204, transfer-encoding: chunked, false",
        "103, content-length: 4, false",
        "304, content-length: 4, true"
    })
    void anHttp1AnswerWithoutABodyHasNoLength(int status, String line, boolean taken) {
        try (Client client = new Client(false)) {
            Answer answer = client.ask(head("GET"), true);
            client.receive(CodecPeers.latin("HTTP/1.1 " + status + " x\r\n" + line + "\r\n\r\n"));
            assertThat(answer.reset == null).isEqualTo(taken);
            if (taken && status == 204) {
                assertThat(answer.head).isNotNull();
                assertThat(answer.head.headers().size()).isZero();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"204, 4, false", "204, 0, true", "304, 4, true", "200, 4, false", "200, 0, true"})
    void anHttp2AnswerThatEndsWithItsHeadTellsOfNoBody(int status, String length, boolean taken) {
        try (Client client = new Client(true)) {
            Answer answer = client.ask(head("GET"), true);
            client.receive(new Frames()
                    .headers(Client.FIRST, true, ":status", Integer.toString(status), "content-length", length)
                    .bytes());
            assertThat(answer.ended).isEqualTo(taken);
            assertThat(answer.reset == null).isEqualTo(taken);
        }
    }

    /** Too short, too long, nothing at all, trailers early. */
    @ParameterizedTest
    @CsvSource({"abc, 4", "abcde, 4", "'', 4"})
    void anHttp2BodyIsAsLongAsItsHeadSays(String body, String length) {
        try (Client client = new Client(true)) {
            Answer answer = client.ask(head("GET"), true);
            client.receive(new Frames()
                    .headers(Client.FIRST, false, ":status", "200", "content-length", length)
                    .data(Client.FIRST, body, true)
                    .bytes());
            assertThat(answer.reset).isEqualTo(StreamReset.PROTOCOL_ERROR);
        }
        try (Client client = new Client(true)) {
            Answer answer = client.ask(head("GET"), true);
            client.receive(new Frames()
                    .headers(Client.FIRST, false, ":status", "200", "content-length", length)
                    .headers(Client.FIRST, true, "x-a", "b")
                    .bytes());
            assertThat(answer.reset).isEqualTo(StreamReset.PROTOCOL_ERROR);
        }
        try (Server server = new Server(true)) {
            server.receive(new Frames()
                    .headers(
                            1,
                            false,
                            ":method",
                            "PUT",
                            ":scheme",
                            "http",
                            ":path",
                            "/",
                            ":authority",
                            "a",
                            "content-length",
                            length)
                    .data(1, body, true)
                    .bytes());
            assertThat(server.requests.getFirst().ended).isFalse();
            assertThat(server.requests.getFirst().reset).isNotNull();
        }
    }

    /** A length that configuration wrote over the real one. */
    @ParameterizedTest
    @CsvSource({"abc, 4", "abcde, 4"})
    void noHttp1WriterSendsABodyOfAnotherLength(String body, String length) {
        try (Server server = new Server(false)) {
            receive(server, "GET");
            HeaderMap headers = new HeaderMap();
            headers.add("content-length", length);
            server.opened().head(new ResponseHead(200, headers), false);
            server.opened().data(Unpooled.copiedBuffer(CodecPeers.latin(body)), true);
            server.sent();
            assertThat(server.channel.isOpen()).isFalse();
        }
        try (Client client = new Client(false)) {
            Answer answer = client.ask(head("PUT", "content-length", length), false);
            answer.stream.data(Unpooled.copiedBuffer(CodecPeers.latin(body)), true);
            client.sent();
            assertThat(answer.reset).isEqualTo(StreamReset.PROTOCOL_ERROR);
            assertThat(client.channel.isOpen()).isFalse();
        }
    }

    /** However it got there, a message is framed once. */
    @ParameterizedTest
    @CsvSource({"transfer-encoding, chunked", "Content-Length, 5", "content-length, 3"})
    void whatWasAddedFramesNothing(String name, String value) {
        try (Client client = new Client(false);
                Server next = new Server(false)) {
            Answer answer = client.ask(head("PUT", "content-length", "3", name, value), false);
            answer.stream.data(Unpooled.copiedBuffer(CodecPeers.latin("abc")), true);
            next.receive(client.sent());
            assertThat(next.requests.getFirst().body).hasToString("abc");
            assertThat(next.requests.getFirst().ended).isTrue();
            assertThat(next.malformed).isZero();
        }
    }
}

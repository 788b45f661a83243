package dev.lateen.proxy.http.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.Protocol;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("StringConcatToTextBlock") // line ends are what it is about
class Http1ServerConnectionTest {
    private RecordingServer server = new RecordingServer();

    @AfterEach
    void releaseEverything() {
        server.channel.finishAndReleaseAll();
    }

    @Test
    void headBecomesLowerCaseNamesAndAuthority() {
        server.receive(
                "GET /a?b=c HTTP/1.1\r\nHost: shop.example:8080\r\nX-Custom:  two words \t\r\nACCEPT: */*\r\n\r\n");

        RequestHead head = server.only().head;
        assertThat(head.method()).isEqualTo("GET");
        assertThat(head.path()).isEqualTo("/a?b=c");
        assertThat(head.authority()).isEqualTo("shop.example:8080");
        assertThat(head.scheme()).isEqualTo("http");
        assertThat(head.protocol()).isEqualTo(Protocol.HTTP_1_1);
        assertThat(head.headers().toString()).isEqualTo("x-custom: two words\naccept: */*\n");
        assertThat(server.only().ended).isTrue();
    }

    @Test
    void aChunkedRequestMayArriveByteByByte() {
        server.receiveByteByByte("POST /up HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
                + "5;note=\"x\"\r\nhello\r\n1\r\n \r\n00a\r\n0123456789\r\n0\r\nX-Sum: 7\r\n\r\n");

        assertThat(server.only().body).hasToString("hello 0123456789");
        assertThat(server.only().trailers).hasToString("x-sum: 7\n");
        assertThat(server.partialHeads).isEqualTo(1);
    }

    @Test
    void aBodyByLengthEndsWhereItSays() {
        server.answerAtOnce = false;
        server.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /next HTTP/1.1\r\n");

        assertThat(server.only().body).hasToString("abc");
        assertThat(server.only().ended).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET / HTTP/1.1\\r\\nHost: a\\r\\nHost: a\\r\\n\\r\\n | 400 | http1.codec_error",
                "GET / HTTP/1.1\\r\\nHost: a b\\r\\n\\r\\n | 400 | http.invalid_authority",
                "GET / HTTP/1.1\\r\\nHost: user@a\\r\\n\\r\\n | 400 | http.invalid_authority",
                "GET  / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n | 400 | http1.codec_error",
                "GET /a b HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n | 400 | http1.codec_error",
                "GET / HTTP/1.1 \\r\\nHost: a\\r\\n\\r\\n | 400 | http1.codec_error",
                "GET / HTTP/2.0\\r\\nHost: a\\r\\n\\r\\n | 400 | http1.codec_error",
                "GET / HTTP/1.2\\r\\nHost: a\\r\\n\\r\\n | 400 | http1.codec_error",
                "GET /\\r\\nHost: a\\r\\n\\r\\n | 400 | http1.codec_error",
                "G@T / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n | 400 | http1.codec_error",
                "GET relative HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n | 400 | http1.invalid_url",
                "GET ftp://a/ HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n | 400 | http1.invalid_url",
                "GET / HTTP/1.1\\nHost: a\\r\\n\\r\\n | 400 | http1.codec_error",
                "GET / HTTP/1.1\\r\\nHost: a\\n\\r\\n | 400 | http1.codec_error",
                "GET / HTTP/1.1\\r\\nHost: a\\r\\n\\n | 400 | http1.codec_error",
                "GET / HTTP/1.1\\r\\nHost: a\\rX: b\\r\\n\\r\\n | 400 | http1.codec_error",
                "GET / HTTP/1.1\\r\\nHost: a\\r\\n X: folded\\r\\n\\r\\n | 400 | http1.codec_error",
                "GET / HTTP/1.1\\r\\nHost: a\\r\\nX : b\\r\\n\\r\\n | 400 | http1.codec_error",
                "GET / HTTP/1.1\\r\\nHost: a\\r\\n: b\\r\\n\\r\\n | 400 | http1.codec_error",
                "GET / HTTP/1.1\\r\\nHost: a\\r\\nX\\r\\n\\r\\n | 400 | http1.codec_error",
                "GET / HTTP/1.1\\r\\nHost: a\\r\\nX: a\\u0000b\\r\\n\\r\\n | 400 | http1.codec_error",
                "GET / HTTP/1.1\\r\\nHost: a\\r\\nX: a\\u007fb\\r\\n\\r\\n | 400 | http1.codec_error",
                "POST / HTTP/1.1\\r"
                        + "\\n"
                        + "Host: a\\r"
                        + "\\n"
                        + "Content-Length: 1\\r"
                        + "\\n"
                        + "Transfer-Encoding: chunked\\r"
                        + "\\n"
                        + "\\r"
                        + "\\n"
                        + " | 400 | http1.content_length_and_chunked_not_allowed",
                "POST / HTTP/1.1\\r"
                        + "\\n"
                        + "Host: a\\r"
                        + "\\n"
                        + "Content-Length: 1\\r"
                        + "\\n"
                        + "Content-Length: 2\\r"
                        + "\\n"
                        + "\\r"
                        + "\\n"
                        + " | 400 | http1.codec_error",
                "POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 1, 1\\r\\n\\r\\n | 400 | http1.codec_error",
                "POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: +1\\r\\n\\r\\n | 400 | http1.codec_error",
                "POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 0x1\\r\\n\\r\\n | 400 | http1.codec_error",
                "POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length:\\r\\n\\r\\n | 400 | http1.codec_error",
                "POST / HTTP/1.1\\r"
                        + "\\n"
                        + "Host: a\\r"
                        + "\\n"
                        + "Content-Length: 99999999999999999999\\r"
                        + "\\n"
                        + "\\r"
                        + "\\n"
                        + " | 400 | http1.codec_error",
                "POST / HTTP/1.1\\r"
                        + "\\n"
                        + "Host: a\\r"
                        + "\\n"
                        + "Transfer-Encoding: gzip\\r"
                        + "\\n"
                        + "\\r"
                        + "\\n"
                        + " | 501 | http1.invalid_transfer_encoding",
                "POST / HTTP/1.1\\r"
                        + "\\n"
                        + "Host: a\\r"
                        + "\\n"
                        + "Transfer-Encoding: chunked, chunked\\r"
                        + "\\n"
                        + "\\r"
                        + "\\n"
                        + " | 501 | http1.invalid_transfer_encoding",
                "POST / HTTP/1.1\\r"
                        + "\\n"
                        + "Host: a\\r"
                        + "\\n"
                        + "Transfer-Encoding: chunked\\r"
                        + "\\n"
                        + "Transfer-Encoding: chunked\\r"
                        + "\\n"
                        + "\\r"
                        + "\\n"
                        + " | 501 | http1.invalid_transfer_encoding",
                "POST / HTTP/1.1\\r"
                        + "\\n"
                        + "Host: a\\r"
                        + "\\n"
                        + "Transfer-Encoding: xchunked\\r"
                        + "\\n"
                        + "\\r"
                        + "\\n"
                        + " | 501 | http1.invalid_transfer_encoding",
                "POST / HTTP/1.0\\r"
                        + "\\n"
                        + "Host: a\\r"
                        + "\\n"
                        + "Transfer-Encoding: chunked\\r"
                        + "\\n"
                        + "\\r"
                        + "\\n"
                        + " | 400 | http1.transfer_encoding_not_allowed",
            })
    void aMalformedHeadIsRefusedAndTheConnectionClosed(String input, int status, String details) {
        server.receive(unescaped(input));

        assertThat(server.requests).isEmpty();
        assertThat(server.error).isNotNull();
        assertThat(server.error.details()).isEqualTo(details);
        assertThat(server.sent()).startsWith("HTTP/1.1 " + status + " ").contains("connection: close\r\n");
        server.receive("GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(server.requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x\r\n",
                "-1\r\n",
                "\r\n",
                "1\n",
                "1\r\nab",
                "1 z\u0001\r\na\r\n",
                "1000000000000000\r\n",
                "1;\n\r\na\r\n",
                "1\r\na\r\n0\r\nbad name: x\r\n\r\n",
                "1\r\na\rX"
            })
    void aMalformedChunkEndsTheConnection(String chunks) {
        server.receive("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);

        assertThat(server.only().reset).isEqualTo(StreamReset.PROTOCOL_ERROR);
        assertThat(server.only().ended).isFalse();
        server.channel.runPendingTasks();
        assertThat(server.channel.isOpen()).isFalse();
    }

    @Test
    void aHeadBeyondTheLimitIsRefused() {
        server = new RecordingServer(new CodecLimits(4096, 100, 100, 65535));
        server.receive("GET / HTTP/1.1\r\nHost: a\r\nX: " + "y".repeat(5000));

        assertThat(server.error).isNotNull();
        assertThat(server.error.kind()).isEqualTo(MalformedMessage.Kind.TOO_LARGE);
        assertThat(server.error.details()).isEqualTo("http1.headers_too_large");
    }

    @Test
    void tooManyHeadersAreRefused() {
        server = new RecordingServer(new CodecLimits(4096, 10, 100, 65535));
        server.receive("GET / HTTP/1.1\r\nHost: a\r\n" + "X: y\r\n".repeat(11) + "\r\n");

        assertThat(server.error).isNotNull();
        assertThat(server.error.kind()).isEqualTo(MalformedMessage.Kind.TOO_LARGE);
        assertThat(server.error.details()).isEqualTo("http1.too_many_headers");
    }

    @Test
    void theTargetOfAProxyRequestNamesItsAuthority() {
        server.receive("GET HTTP://other.example:81?q HTTP/1.1\r\nHost: proxy\r\n\r\n");

        assertThat(server.only().head.authority()).isEqualTo("other.example:81");
        assertThat(server.only().head.path()).isEqualTo("/?q");
    }

    @Test
    void headersOfTheConnectionDoNotPass() {
        server.receive(
                "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\n"
                        + "Proxy-Connection: close\r\nTE: trailers, gzip\r\nUpgrade: websocket\r\nX-End: 2\r\n\r\n");

        assertThat(server.only().head.headers().toString()).isEqualTo("x-end: 2\nte: trailers\n");
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrderOneAtATime() {
        server.receive("GET /1 HTTP/1.1\r\n"
                + "Host: a\r\n\r\n"
                + "GET /2 HTTP/1.1\r\n"
                + "Host: a\r\n\r\n"
                + "GET /3 HTTP/1.1\r\n"
                + "Host: a\r\n\r\n");
        assertThat(server.requests).hasSize(1);

        server.answer(200, "one", "content-length", "3");
        assertThat(server.requests).hasSize(2);
        server.answerAtOnce = true;
        server.answer(200, "two", "content-length", "3");

        assertThat(server.requests).hasSize(3);
        assertThat(server.sent())
                .isEqualTo("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\none"
                        + "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\ntwo"
                        + "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n/3");
    }

    @Test
    void aClientThatPipelinesFarAheadIsNotReadOn() {
        String request = "GET / HTTP/1.1\r\nHost: a\r\nX: " + "y".repeat(1000) + "\r\n\r\n";
        server.receive(request.repeat(70));
        assertThat(server.channel.config().isAutoRead()).isFalse();

        server.answerAtOnce = true;
        server.answer(200, "x", "content-length", "1");

        assertThat(server.requests).hasSize(70);
        assertThat(server.channel.config().isAutoRead()).isTrue();
    }

    @Test
    void headAndBodyLeaveInOneBuffer() {
        server.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        server.answer(200, "hello", "content-length", "5");
        server.channel.runPendingTasks();

        assertThat(server.channel.outboundMessages()).hasSize(1);
        assertThat(server.sent()).isEqualTo("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello");
    }

    @Test
    void aBodyOfUnknownLengthIsChunkedWithItsTrailers() {
        server.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        server.stream().head(new ResponseHead(200, new HeaderMap()), false);
        server.stream().data(text("hello"), false);
        server.stream().data(text("0123456789abcdef"), false);
        HeaderMap trailers = new HeaderMap();
        trailers.add("grpc-status", "0");
        server.stream().trailers(trailers);

        assertThat(server.sent())
                .isEqualTo("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
                        + "5\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\ngrpc-status: 0\r\n\r\n");
    }

    @Test
    void anOldClientGetsABodyUntilTheConnectionEnds() {
        server.receive("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
        server.stream().head(new ResponseHead(200, new HeaderMap()), false);
        server.stream().data(text("hello"), true);

        assertThat(server.sent()).isEqualTo("HTTP/1.0 200 OK\r\nconnection: close\r\n\r\nhello");
        assertThat(server.channel.isOpen()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"HEAD,200,transfer-encoding: chunked", "GET,204,", "GET,304,"})
    void someResponsesHaveNoBody(String method, int status, @Nullable String framing) {
        server.receive(method + " / HTTP/1.1\r\nHost: a\r\n\r\n");
        server.answer(status, "");

        assertThat(server.sent())
                .matches("HTTP/1.1 " + status + " [A-Za-z ]+\r\n" + (framing == null ? "" : framing + "\r\n") + "\r\n");
        assertThat(server.channel.isOpen()).isTrue();
    }

    @Test
    void anEmptyResponseSaysSo() {
        server.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        server.answer(404, "");

        assertThat(server.sent()).isEqualTo("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
    }

    @Test
    void aValueCannotBringInAHeaderOfItsOwn() {
        server.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        server.answer(404, "", "location", "/x\r\nset-cookie: evil=1");

        assertThat(server.sent()).contains("location: /x  set-cookie: evil=1\r\n");
    }

    @Test
    void aRequestAnsweredBeforeItsEndEndsTheConnection() {
        server.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
        server.answer(413, "");
        assertThat(server.sent()).contains("HTTP/1.1 413 ");

        server.receive("defghijGET /next HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(server.requests).hasSize(1);
        server.channel.advanceTimeBy(2, java.util.concurrent.TimeUnit.SECONDS);
        server.channel.runScheduledPendingTasks();
        assertThat(server.channel.isOpen()).isFalse();
    }

    @Test
    void anAcceptedUpgradeBecomesATunnel() {
        server.receive("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        assertThat(server.only().ended).isFalse();
        HeaderMap headers = new HeaderMap();
        headers.add("upgrade", "websocket");
        server.stream().head(new ResponseHead(101, headers), false);
        server.receive("GET / not HTTP");
        server.stream().data(text("pong"), false);

        assertThat(server.only().body).hasToString("GET / not HTTP");
        assertThat(server.sent())
                .isEqualTo("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\r\npong");
    }

    @Test
    void anUpgradeToHttp2IsNotFollowed() {
        server.receive("GET / HTTP/1.1\r\n"
                + "Host: a\r\n"
                + "Connection: Upgrade, HTTP2-Settings\r\n"
                + "Upgrade: h2c\r\n"
                + "HTTP2-Settings: AAM\r\n\r\n");

        assertThat(server.only().ended).isTrue();
        assertThat(server.only().head.headers().size()).isZero();
    }

    @Test
    void drainingSaysCloseAndCloses() {
        server.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        server.codec.drain();
        server.answer(200, "");

        assertThat(server.sent()).contains("connection: close\r\n");
        assertThat(server.channel.isOpen()).isFalse();
    }

    @Test
    void drainingAnIdleConnectionClosesIt() {
        server.codec.drain();
        server.channel.runPendingTasks();
        assertThat(server.channel.isOpen()).isFalse();
    }

    @Test
    void aClientThatLeavesIsTold() {
        server.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
        server.channel.close();

        assertThat(server.only().reset).isEqualTo(StreamReset.CONNECTION_TERMINATION);
        assertThat(server.closed).isTrue();
    }

    @Test
    void aSlowTakerStopsTheReading() {
        server.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
        server.stream().pauseReading();
        assertThat(server.channel.config().isAutoRead()).isFalse();
        server.stream().resumeReading();
        assertThat(server.channel.config().isAutoRead()).isTrue();
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }

    private static String unescaped(String text) {
        return text.replace("\\r", "\r")
                .replace("\\n", "\n")
                .replace("\\u0000", "\0")
                .replace("\\u007f", "\u007f");
    }

    @Test
    void whoeverDoesNotReadItsAnswersGetsNoMoreOfThem() {
        server.answerAtOnce = true;
        // As when the system takes no more of what was written.
        server.channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        server.receive("GET /1 HTTP/1.1\r\nhost: a\r\n\r\n".repeat(1000));
        assertThat(server.requests).isEmpty();
        assertThat(server.channel.config().isAutoRead()).isFalse();

        server.channel.unsafe().outboundBuffer().setUserDefinedWritability(1, true);
        server.sent();
        assertThat(server.requests).hasSize(1000);
        assertThat(server.channel.config().isAutoRead()).isTrue();
    }

    @Test
    void aFoldedValueIsJoinedByABlank() {
        server.receiveByteByByte("GET / HTTP/1.1\r\nhost: a\r\nx-cert: -----BEGIN\r\n\tabc\r\n\tEND\r\n\r\n");
        assertThat(server.only().head.headers()).hasToString("x-cert: -----BEGIN abc END\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\n x: y\r\nhost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nhost:\r\n a\r\n\r\n",
                "GET / HTTP/1.1\r\nhost: a\r\n b\r\n\r\n",
                "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n 1\r\n\r\nx",
                "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n \r\n\r\n0\r\n\r\n",
            })
    void whatFramesARequestIsNotFolded(String text) {
        server.receive(text);
        assertThat(server.error).isNotNull();
        assertThat(server.error.kind()).isEqualTo(MalformedMessage.Kind.SYNTAX);
    }
}

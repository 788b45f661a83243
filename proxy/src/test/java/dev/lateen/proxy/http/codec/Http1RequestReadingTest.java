package dev.lateen.proxy.http.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.message.HttpProtocol;
import dev.lateen.proxy.message.RequestHead;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How requests are read from the wire, and which are refused. */
class Http1RequestReadingTest extends Http1ServerFixture {
    @Test
    void headBecomesLowerCaseNamesAndAuthority() {
        server.receive(
                "GET /a?b=c HTTP/1.1\r\nHost: shop.example:8080\r\nX-Custom:  two words \t\r\nACCEPT: */*\r\n\r\n");

        RequestHead head = server.only().head;
        assertThat(head.method()).isEqualTo("GET");
        assertThat(head.path()).isEqualTo("/a?b=c");
        assertThat(head.authority()).isEqualTo("shop.example:8080");
        assertThat(head.scheme()).isEqualTo("http");
        assertThat(head.protocol()).isEqualTo(HttpProtocol.HTTP_1_1);
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

    private static String unescaped(String text) {
        return text.replace("\\r", "\r")
                .replace("\\n", "\n")
                .replace("\\u0000", "\0")
                .replace("\\u007f", "\u007f");
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

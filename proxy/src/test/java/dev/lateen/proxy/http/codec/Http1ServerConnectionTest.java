package dev.lateen.proxy.http.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.ResponseHead;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How answers are written, and how a connection goes on and ends. */
class Http1ServerConnectionTest extends Http1ServerFixture {
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
}

package dev.lateen.proxy.http;

import static dev.lateen.proxy.route.RouteFixtures.prefix;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.model.Cluster.CircuitBreakers;
import dev.lateen.proxy.model.Cluster.UpstreamProtocol;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What clients get when servers fail, take too long or are too many asked. */
class FailureStoriesTest extends OneServerFixture {
    @Test
    void aRefusedConnectionIsUpstreamFailure() throws Exception {
        serve(talk -> {}).close();
        proxy.routes(prefix("/", "c"));

        String answer = ask(GET);

        assertThat(answer)
                .startsWith("HTTP/1.1 503 Service Unavailable\r\n")
                .contains("reset reason: remote connection failure");
        assertThat(proxy.only().flags()).isEqualTo("UF");
        assertThat(proxy.only().details())
                .startsWith("upstream_reset_before_response_started{remote_connection_failure");
    }

    /** As TLS 1.3 tells of it: the first that is read is the server's alert. */
    @ChannelHandler.Sharable
    private static final class RefusedCertificate extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
            ctx.fireExceptionCaught(new DecoderException(
                    new SSLException("error:1000045c:SSL routines:OPENSSL_internal:TLSV1_ALERT_CERTIFICATE_REQUIRED")));
        }
    }

    @Test
    void aServerThatRefusesOurCertificateAfterTheHandshakeIsUpstreamFailure() throws Exception {
        serve(talk -> {
            talk.head();
            talk.say("alert");
            talk.untilClosed();
        });
        proxy.upstreamTls = new RefusedCertificate();
        proxy.routes(forward(retry(1, Duration.ZERO, Set.of(), "connect-failure"), Duration.ZERO));

        assertThat(ask(GET)).startsWith("HTTP/1.1 503 ").contains("reset reason: remote connection failure");
        assertThat(proxy.only().flags()).isEqualTo("URX,UF");
        assertThat(proxy.only().attempts()).isEqualTo(2);
        assertThat(proxy.only().details())
                .isEqualTo("upstream_reset_before_response_started{remote_connection_failure|TLS_error:|268436572:"
                        + "SSL_routines:OPENSSL_internal:TLSV1_ALERT_CERTIFICATE_REQUIRED:TLS_error_end}");
    }

    @Test
    void anAnswerMayHaveABiggerHeadThanARequest() throws Exception {
        serve(talk -> {
            talk.head();
            talk.say("HTTP/1.1 200 OK\r\nx: " + "y".repeat(70_000) + "\r\ncontent-length: 2\r\n\r\nok");
            talk.untilClosed();
        });
        proxy.routes(prefix("/", "c"));

        assertThat(ask(GET)).startsWith("HTTP/1.1 200 OK\r\n").hasSizeGreaterThan(70_000);
    }

    @Test
    void anUpstreamThatClosesWithoutAWordIsReset() throws Exception {
        serve(RawServer.Talk::head);
        proxy.routes(prefix("/", "c"));

        assertThat(ask(GET)).startsWith("HTTP/1.1 503 ").contains("reset reason: connection termination");
        assertThat(proxy.only().flags()).isEqualTo("UC");
    }

    @Test
    void anUpstreamThatBreaksTheProtocolIsABadGateway() throws Exception {
        serve(talk -> {
            talk.head();
            talk.say("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n");
            talk.untilClosed();
        });
        proxy.routes(prefix("/", "c"));

        assertThat(ask(GET)).startsWith("HTTP/1.1 502 Bad Gateway\r\n");
        assertThat(proxy.only().flags()).isEqualTo("UPE");
    }

    @Test
    void aBodyCutShortEndsTheClientsConnectionToo() throws Exception {
        serve(talk -> {
            talk.head();
            talk.say("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf");
        });
        proxy.routes(prefix("/", "c"));

        assertThat(ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n")).endsWith("\r\n\r\nhalf");
        assertThat(proxy.only().flags()).isEqualTo("UPE");
        assertThat(proxy.only().details()).isEqualTo("upstream_reset_after_response_started{protocol_error}");
    }

    @Test
    void aRouteThatTakesTooLongIsTimedOut() throws Exception {
        CompletableFuture<Boolean> closed = new CompletableFuture<>();
        serve(talk -> {
            talk.head();
            talk.untilClosed();
            closed.complete(true);
        });
        // Long enough for the connection to stand by then, on a machine whose cores are busy with other things too.
        proxy.routes(forward(null, Duration.ofSeconds(2)));

        assertThat(ask(GET)).startsWith("HTTP/1.1 504 Gateway Timeout\r\n").endsWith("upstream request timeout");
        assertThat(proxy.only().flags()).isEqualTo("UT");
        assertThat(proxy.only().details()).isEqualTo("response_timeout");
        assertThat(closed.get()).isTrue();
    }

    @Test
    void anIdleStreamIsEnded() throws Exception {
        proxy.settings().streamIdle = Duration.ofMillis(50);
        serve(talk -> {
            talk.head();
            talk.untilClosed();
        });
        proxy.routes(prefix("/", "c"));

        assertThat(ask(GET)).startsWith("HTTP/1.1 504 ");
        assertThat(proxy.only().flags()).isEqualTo("SI");
    }

    @Test
    void aStreamBehindAnotherOnItsConnectionIsEndedToo() throws Exception {
        proxy.settings().streamIdle = Duration.ofMillis(50);
        serve(talk -> {
            talk.head();
            talk.ok("first");
            talk.head();
            talk.untilClosed();
        });
        proxy.routes(prefix("/", "c"));

        assertThat(ask(GET.replace("Connection: close\r\n", "") + GET))
                .startsWith("HTTP/1.1 200 ")
                .contains("firstHTTP/1.1 504 ");
        Awaitility.await().until(() -> proxy.completed.size() == 2);
        assertThat(proxy.completed).extracting(Watching.Completed::flags).containsExactly("-", "SI");
    }

    @Test
    void aHeadThatNeverEndsIsNotWaitedFor() throws Exception {
        proxy.settings().requestHeaders = Duration.ofMillis(50);
        proxy.routes(prefix("/", "c"));

        assertThat(ask("GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "))
                .startsWith("HTTP/1.1 408 Request Timeout\r\n")
                .contains("connection: close")
                .endsWith("\r\n\r\nrequest header timeout");
    }

    @Test
    void beyondTheCircuitBreakerRequestsAreRefused() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        RawServer raw = new RawServer(talk -> {
            talk.head();
            arrived.countDown();
            try {
                answer.await();
            } catch (InterruptedException stopped) {
                return;
            }
            talk.ok("served");
        });
        server = raw;
        proxy.cluster("c", UpstreamProtocol.HTTP1, new CircuitBreakers(1, 0, 1, 1, -1, 0), 0, raw.port());
        proxy.cluster("c", UpstreamProtocol.HTTP1, new CircuitBreakers(10, 10, 1, 1, -1, 0), 0, raw.port());
        proxy.routes(prefix("/", "c"));
        int port = proxy.listen(false);
        CompletableFuture<String> first = CompletableFuture.supplyAsync(() -> {
            try {
                return RawServer.ask(port, GET, "");
            } catch (IOException error) {
                throw new java.io.UncheckedIOException(error);
            }
        });
        arrived.await();

        String second = RawServer.ask(port, GET, "");

        assertThat(second)
                .startsWith("HTTP/1.1 503 ")
                .contains("x-envoy-overloaded: true")
                .contains("overflow");
        assertThat(proxy.only().flags()).isEqualTo("UO");
        answer.countDown();
        assertThat(first.get()).endsWith("served");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET / HTTP/1.1\\r\\n\\r\\n | 400 | missing_host_header",
                "GET /#a HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n | 400 | path_normalization_failed",
                "POST / HTTP/1.1\\r"
                        + "\\n"
                        + "Host: a\\r"
                        + "\\n"
                        + "Transfer-Encoding: chunked\\r"
                        + "\\n"
                        + "\\r"
                        + "\\n"
                        + "zz\\r"
                        + "\\n"
                        + " | 400 | http1.codec_error",
                "CONNECT b:443 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n | 404 | route_not_found",
            })
    void requestsThatAreRefused(String text, int status, String details) throws Exception {
        serve(talk -> {
            talk.head();
            talk.untilClosed();
        });
        proxy.routes(prefix("/", "c"));

        assertThat(ask(text.replace("\\r", "\r").replace("\\n", "\n"))).startsWith("HTTP/1.1 " + status + " ");
        assertThat(proxy.only().details()).isEqualTo(details);
    }

    @Test
    void aHeadOfManyHeadersIsTooLarge() throws Exception {
        proxy.settings().maxHeaders = 20;
        proxy.routes(prefix("/", "c"));

        assertThat(ask("GET / HTTP/1.1\r\nHost: a\r\n" + "x: y\r\n".repeat(30) + "\r\n"))
                .startsWith("HTTP/1.1 431 ");
    }
}

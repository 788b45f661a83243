package dev.lateen.proxy.http;

import static dev.lateen.proxy.route.RouteFixtures.any;
import static dev.lateen.proxy.route.RouteFixtures.prefix;
import static dev.lateen.proxy.route.RouteFixtures.route;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.filter.Asking;
import dev.lateen.proxy.http.filter.FilterContext;
import dev.lateen.proxy.http.filter.FilterVerdict;
import dev.lateen.proxy.http.filter.HttpFilter;
import dev.lateen.proxy.http.filter.LocalReply;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.model.Cluster.CircuitBreakers;
import dev.lateen.proxy.model.Cluster.UpstreamProtocol;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.RetryPolicy;
import dev.lateen.proxy.model.Route;
import dev.lateen.proxy.model.RouteAction;
import dev.lateen.proxy.model.RouteAction.ClusterSpecifier;
import dev.lateen.proxy.model.RouteAction.Mirror;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLException;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What clients see when something goes wrong, with raw sockets at both ends. */
@SuppressWarnings("StringConcatToTextBlock") // line ends are what it is about
class FailureStoriesTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    private final ProxyFixture proxy = new ProxyFixture();
    private @Nullable RawServer server;

    @BeforeAll
    static void watchLeaks() {
        Leaks.watch();
    }

    @AfterAll
    static void nothingLeaked() {
        assertThat(Leaks.found()).isEmpty();
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        if (server != null) {
            server.close();
        }
    }

    private RawServer serve(RawServer.Script script) throws IOException {
        server = new RawServer(script);
        proxy.cluster("c", UpstreamProtocol.HTTP1, server.port());
        return server;
    }

    private static RetryPolicy retry(int times, Duration perTry, Set<Integer> codes, String... on) {
        return new RetryPolicy(
                Set.of(on), times, perTry, codes, false, 1, Duration.ofMillis(1), Duration.ofMillis(5), List.of());
    }

    private static Route forward(@Nullable RetryPolicy retries, Duration timeout, Mirror... mirrors) {
        return route(
                any(),
                new RouteAction.Forward(
                        new ClusterSpecifier.Single("c"),
                        RouteAction.Rewrite.NONE,
                        RouteAction.Timeouts.of(timeout),
                        retries,
                        List.of(mirrors),
                        List.of(),
                        503,
                        List.of()));
    }

    private String ask(String text) throws Exception {
        return RawServer.ask(proxy.listen(false), text, "");
    }

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
    void aFailedTryIsMadeAgain() throws Exception {
        RawServer raw = serve(talk -> {
            talk.head();
            if (talk.number < 3) {
                talk.say("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\n\r\nbusy");
                talk.untilClosed();
            } else {
                talk.ok("fine");
            }
        });
        proxy.routes(forward(retry(2, Duration.ZERO, Set.of(503), "retriable-status-codes"), Duration.ZERO));

        assertThat(ask(GET)).startsWith("HTTP/1.1 200 OK\r\n").endsWith("fine");
        assertThat(raw.heads).hasSize(3);
        assertThat(proxy.only().attempts()).isEqualTo(3);
        assertThat(proxy.only().flags()).isEqualTo("-");
    }

    @Test
    void triesEndWithTheLastAnswerAndItsFlag() throws Exception {
        serve(talk -> {
            while (talk.head() != null) {
                talk.say("HTTP/1.1 500 Internal Server Error\r\ncontent-length: 4\r\n\r\noops");
            }
        });
        proxy.routes(forward(retry(2, Duration.ZERO, Set.of(), "5xx"), Duration.ZERO));

        assertThat(ask(GET)).startsWith("HTTP/1.1 500 ").endsWith("oops");
        assertThat(proxy.only().attempts()).isEqualTo(3);
        assertThat(proxy.only().flags()).isEqualTo("URX");
    }

    @Test
    void aRequestsBodyIsSentAgainWithIt() throws Exception {
        RawServer raw = serve(talk -> {
            talk.head();
            String body = talk.bytes(5);
            if (talk.number == 1) {
                talk.close();
            } else {
                talk.ok("got " + body);
            }
        });
        proxy.routes(forward(retry(1, Duration.ZERO, Set.of(), "reset"), Duration.ZERO));

        String answer = ask("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello");

        assertThat(answer).endsWith("got hello");
        assertThat(raw.connections()).isEqualTo(2);
    }

    @Test
    void withoutAPolicyAFailedTryIsFinal() throws Exception {
        RawServer raw = serve(RawServer.Talk::head);
        proxy.routes(prefix("/", "c"));

        assertThat(ask(GET)).startsWith("HTTP/1.1 503 ");
        assertThat(raw.connections()).isEqualTo(1);
    }

    @Test
    void aRequestThatMeetsTheClosingOfAnIdleConnectionIsSentOnceMore() throws Exception {
        // The first connection answers once, then closes as soon as it sees the next request: the race of keep-alive.
        RawServer raw = serve(talk -> {
            talk.head();
            talk.ok("first");
            if (talk.number == 1) {
                talk.head();
            }
        });
        proxy.routes(prefix("/", "c"));
        int port = proxy.listen(false);
        assertThat(RawServer.ask(port, GET, "")).endsWith("first");

        assertThat(RawServer.ask(port, GET, "")).startsWith("HTTP/1.1 200 OK");
        assertThat(raw.connections()).isEqualTo(2);
        Awaitility.await().until(() -> proxy.completed.size() == 2);
        assertThat(proxy.completed.get(1).attempts()).isEqualTo(2);
    }

    @Test
    void aPostThatMeetsTheClosingIsNotSentAgain() throws Exception {
        RawServer raw = serve(talk -> {
            talk.head();
            talk.ok("first");
            talk.head();
        });
        proxy.routes(prefix("/", "c"));
        int port = proxy.listen(false);
        RawServer.ask(port, GET, "");

        assertThat(RawServer.ask(
                        port, "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", ""))
                .startsWith("HTTP/1.1 503 ");
        assertThat(raw.connections()).isEqualTo(1);
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
    void aSlowTryGivesWayToTheNext() throws Exception {
        serve(talk -> {
            talk.head();
            if (talk.number == 1) {
                talk.untilClosed();
            } else {
                talk.ok("quick");
            }
        });
        // Long enough for the second to be answered, on a machine whose cores are busy with other things too.
        proxy.routes(forward(retry(1, Duration.ofSeconds(2), Set.of(), "5xx"), Duration.ofMinutes(1)));

        assertThat(ask(GET)).endsWith("quick");
        assertThat(proxy.only().attempts()).isEqualTo(2);
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

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        serve(talk -> {
            for (String head = talk.head(); head != null; head = talk.head()) {
                talk.ok(head.substring(4, 6));
            }
        });
        proxy.routes(prefix("/", "c"));

        String answers = ask("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
                + "GET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        assertThat(answers.indexOf("\r\n\r\n/1")).isPositive().isLessThan(answers.indexOf("\r\n\r\n/2"));
        assertThat(answers.indexOf("\r\n\r\n/2")).isLessThan(answers.indexOf("\r\n\r\n/3"));
    }

    @Test
    void continueIsPassedOnWhereItIsAskedFor() throws Exception {
        proxy.settings().client = new HttpConnectionManager.ClientProtocol(
                HttpConnectionManager.Codec.AUTO,
                false,
                false,
                true,
                HttpConnectionManager.Underscores.ALLOW,
                0,
                List.of());
        serve(talk -> {
            talk.head();
            talk.say("HTTP/1.1 100 Continue\r\n\r\n");
            talk.ok(talk.bytes(2));
        });
        proxy.routes(prefix("/", "c"));
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.listen(false))) {
            client.getOutputStream()
                    .write(
                            "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
            String first = new String(client.getInputStream().readNBytes(25), StandardCharsets.US_ASCII);
            assertThat(first).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            client.getOutputStream().write("ok".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .endsWith("\r\n\r\nok");
        }
    }

    @Test
    void aMirrorGetsACopyAndItsAnswerGoesNowhere() throws Exception {
        CompletableFuture<String> copied = new CompletableFuture<>();
        try (RawServer mirror = new RawServer(talk -> {
            String head = talk.head();
            copied.complete(head + talk.bytes(5));
            talk.ok("mirror");
        })) {
            serve(talk -> {
                talk.head();
                talk.bytes(5);
                talk.ok("main");
            });
            proxy.cluster("m", UpstreamProtocol.HTTP1, mirror.port());
            proxy.routes(forward(null, Duration.ZERO, new Mirror("m", 1_000_000, false)));

            String answer =
                    ask("POST /x HTTP/1.1\r\nHost: shop:80\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello");

            assertThat(answer).endsWith("main");
            assertThat(copied.get())
                    .startsWith("POST /x HTTP/1.1\r\nhost: shop-shadow:80\r\n")
                    .contains(
                            "x-forwarded-for: 192.0.2.7\r\n",
                            "x-envoy-internal: true\r\n",
                            "x-envoy-attempt-count: 1\r\n")
                    .endsWith("hello");
        }
    }

    @Test
    void aFilterMayAnswer() throws Exception {
        proxy.filters.add(new HttpFilter() {
            @Override
            public FilterVerdict onRequest(ExchangeFacts exchange, FilterContext context) {
                return new FilterVerdict.Reply(LocalReply.rbacDenied("none"));
            }

            @Override
            public void onResponse(ExchangeFacts exchange) {
                requireNonNull(exchange.response()).headers().set("x-seen", "yes");
            }
        });
        proxy.routes(prefix("/", "c"));

        assertThat(ask(GET)).startsWith("HTTP/1.1 403 ").contains("x-seen: yes").endsWith("RBAC: access denied");
        assertThat(proxy.only().details()).isEqualTo("rbac_access_denied_matched_policy[none]");
    }

    @Test
    void filtersMayDelayAndWaitWhileTheBodyIsHeld() throws Exception {
        CompletableFuture<FilterVerdict> verdict = new CompletableFuture<>();
        proxy.filters.add(
                (exchange, context) -> new FilterVerdict.Delay(Duration.ofMillis(20), FilterVerdict.CONTINUE));
        proxy.filters.add((exchange, context) -> {
            verdict.completeAsync(() -> FilterVerdict.CONTINUE);
            return new FilterVerdict.Wait(Asking.of(verdict), Duration.ofMinutes(1), FilterVerdict.CONTINUE);
        });
        serve(talk -> {
            talk.head();
            talk.ok(talk.bytes(5));
        });
        proxy.routes(prefix("/", "c"));

        assertThat(ask("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"))
                .endsWith("hello");
    }

    @Test
    void aFilterThatBreaksLetsNothingThrough() throws Exception {
        proxy.filters.add((exchange, context) -> {
            throw new IllegalStateException("broken");
        });
        RawServer raw = serve(RawServer.Talk::head);
        proxy.routes(prefix("/", "c"));

        assertThat(ask(GET)).startsWith("HTTP/1.1 500 ");
        assertThat(raw.connections()).isZero();
    }

    @Test
    void aHostThatLeavesLosesItsIdleConnections() throws Exception {
        CompletableFuture<Boolean> closed = new CompletableFuture<>();
        serve(talk -> {
            talk.head();
            talk.ok("x");
            talk.untilClosed();
            closed.complete(true);
        });
        proxy.routes(prefix("/", "c"));
        ask(GET);
        assertThat(closed).isNotDone();

        proxy.cluster("c", UpstreamProtocol.HTTP1).routes(prefix("/", "c"));

        assertThat(closed.get()).isTrue();
    }
}

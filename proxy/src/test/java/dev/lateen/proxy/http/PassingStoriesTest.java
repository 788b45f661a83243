package dev.lateen.proxy.http;

import static dev.lateen.proxy.route.RouteFixtures.prefix;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.filter.Asking;
import dev.lateen.proxy.http.filter.FilterContext;
import dev.lateen.proxy.http.filter.FilterVerdict;
import dev.lateen.proxy.http.filter.HttpFilter;
import dev.lateen.proxy.http.filter.LocalReply;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.model.Cluster.UpstreamProtocol;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.RouteAction.Mirror;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What passes between client and server besides plain requests, and filters on its way. */
class PassingStoriesTest extends OneServerFixture {
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

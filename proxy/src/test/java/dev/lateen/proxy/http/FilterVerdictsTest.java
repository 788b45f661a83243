package dev.lateen.proxy.http;

import static dev.lateen.proxy.route.RouteFixtures.prefix;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.call.CallLimits;
import dev.lateen.proxy.http.call.CallOutcome;
import dev.lateen.proxy.http.call.HttpAnswer;
import dev.lateen.proxy.http.call.HttpCall;
import dev.lateen.proxy.http.call.Pending;
import dev.lateen.proxy.http.filter.FilterContext;
import dev.lateen.proxy.http.filter.FilterVerdict;
import dev.lateen.proxy.http.filter.HttpFilter;
import dev.lateen.proxy.http.filter.StateKey;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.model.Cluster.UpstreamProtocol;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What filters may ask of clusters, add to responses and keep. */
class FilterVerdictsTest extends FilterFixture {
    // --- calling a cluster

    /** A filter that asks a cluster, as an authorizer over HTTP. */
    private HttpFilter authorizer(FilterVerdict late, Duration limit) {
        return (exchange, context) -> new FilterVerdict.Wait(
                answer -> context.calls()
                        .http(
                                "authz",
                                HttpCall.get("authz", exchange.request().path()),
                                CallLimits.of(LONG),
                                outcome -> answer.decide(() -> switch (outcome) {
                                    case CallOutcome.Answered<HttpAnswer>(HttpAnswer said) ->
                                        said.status() == 200 ? FilterVerdict.CONTINUE : REFUSED;
                                    case CallOutcome.Failed<HttpAnswer> _ -> REFUSED;
                                })),
                limit,
                late);
    }

    @Test
    void aFilterMayAskACluster() throws Exception {
        cluster("c");
        RawServer authz = new RawServer(talk -> {
            for (String head = talk.head(); head != null; head = talk.head()) {
                talk.say("HTTP/1.1 " + (head.startsWith("GET /yes") ? "200 Yes" : "401 No")
                        + "\r\ncontent-length: 0\r\n\r\n");
            }
        });
        servers.add(authz);
        proxy.cluster("authz", UpstreamProtocol.HTTP1, authz.port());
        proxy.filters.add(authorizer(FilterVerdict.CONTINUE, LONG));
        proxy.routes(prefix("/", "c"));
        assertThat(ask(GET.replace("GET / ", "GET /yes "))).startsWith("HTTP/1.1 200 ");
        assertThat(ask(GET.replace("GET / ", "GET /no "))).startsWith("HTTP/1.1 403 ");
        proxy.withoutCluster("authz").routes(prefix("/", "c"));
        assertThat(ask(GET.replace("GET / ", "GET /yes "))).startsWith("HTTP/1.1 403 ");
    }

    /** Whether by the limit or by the client, the call's connection is closed, as its stream was reset. */
    @Test
    void aCallThatNobodyWaitsForIsGivenUp() throws Exception {
        CompletableFuture<Boolean> closed = new CompletableFuture<>();
        cluster("c");
        RawServer authz = new RawServer(talk -> {
            talk.head();
            talk.untilClosed();
            closed.complete(true);
        });
        servers.add(authz);
        proxy.cluster("authz", UpstreamProtocol.HTTP1, authz.port());
        proxy.filters.add(authorizer(FilterVerdict.CONTINUE, Duration.ofMillis(50)));
        proxy.routes(prefix("/", "c"));
        assertThat(ask(GET)).startsWith("HTTP/1.1 200 ");
        assertThat(closed.get()).isTrue();
    }

    @Test
    void aClientThatLeavesGivesUpTheCall() throws Exception {
        CompletableFuture<Boolean> asking = new CompletableFuture<>();
        CompletableFuture<Boolean> closed = new CompletableFuture<>();
        cluster("c");
        RawServer authz = new RawServer(talk -> {
            talk.head();
            asking.complete(true);
            talk.untilClosed();
            closed.complete(true);
        });
        servers.add(authz);
        proxy.cluster("authz", UpstreamProtocol.HTTP1, authz.port());
        proxy.filters.add(authorizer(FilterVerdict.CONTINUE, LONG));
        proxy.routes(prefix("/", "c"));
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.listen(false))) {
            client.getOutputStream().write(GET.getBytes(StandardCharsets.US_ASCII));
            assertThat(asking.get()).isTrue();
        }
        assertThat(closed.get()).isTrue();
        assertThat(proxy.only().flags()).isEqualTo("DC");
    }

    // --- the response

    @Test
    void whatOneRequestsAnswerWantsAddedToItsResponseIsAddedAtTheFiltersPlace() throws Exception {
        cluster("c");
        proxy.filters.add(new HttpFilter() {
            @Override
            public FilterVerdict onRequest(ExchangeFacts exchange, FilterContext context) {
                context.editResponse(head -> head.headers().add("x-seen", "first edit"));
                return FilterVerdict.CONTINUE;
            }

            @Override
            public void onResponse(ExchangeFacts exchange) {
                requireNonNull(exchange.response()).headers().add("x-seen", "first");
            }
        });
        proxy.filters.add((exchange, context) -> new FilterVerdict.Wait(
                answer -> {
                    answer.decide(() -> {
                        context.editResponse(head -> head.headers().add("x-seen", "second edit"));
                        return FilterVerdict.CONTINUE;
                    });
                    return Pending.OVER;
                },
                LONG,
                REFUSED));
        proxy.filters.add(
                (exchange, context) -> exchange.request().path().equals("/no") ? REFUSED : FilterVerdict.CONTINUE);
        proxy.routes(prefix("/", "c"));
        String seen = "x-seen: second edit\r\nx-seen: first\r\nx-seen: first edit\r\n";
        assertThat(ask(GET)).startsWith("HTTP/1.1 200 ").contains(seen);
        assertThat(ask(GET.replace("GET / ", "GET /no ")))
                .startsWith("HTTP/1.1 403 ")
                .contains(seen);
    }

    // --- what outlives configuration

    @Test
    void whatFiltersKeepOutlivesConfigurations() throws Exception {
        cluster("c");
        StateKey<AtomicInteger> key = new StateKey<>("count/all", AtomicInteger.class, StateKey.Scope.EVENT_LOOP);
        for (int i = 1; i <= 3; i++) {
            proxy.filters.clear();
            proxy.filters.add((exchange, context) -> {
                asked.add(String.valueOf(context.state(key, AtomicInteger::new).incrementAndGet()));
                return FilterVerdict.CONTINUE;
            });
            proxy.routes(prefix("/", "c"));
            assertThat(ask(GET)).startsWith("HTTP/1.1 200 ");
        }
        assertThat(asked).containsExactly("1", "2", "3");
    }
}

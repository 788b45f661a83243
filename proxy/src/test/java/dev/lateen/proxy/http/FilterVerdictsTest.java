package dev.lateen.proxy.http;

import static dev.lateen.proxy.route.RouteFixtures.any;
import static dev.lateen.proxy.route.RouteFixtures.prefix;
import static dev.lateen.proxy.route.RouteFixtures.route;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lateen.proxy.http.call.CallLimits;
import dev.lateen.proxy.http.call.CallOutcome;
import dev.lateen.proxy.http.call.HttpAnswer;
import dev.lateen.proxy.http.call.HttpCall;
import dev.lateen.proxy.http.call.Pending;
import dev.lateen.proxy.http.filter.Asking;
import dev.lateen.proxy.http.filter.FilterContext;
import dev.lateen.proxy.http.filter.FilterVerdict;
import dev.lateen.proxy.http.filter.HttpFilter;
import dev.lateen.proxy.http.filter.LocalReply;
import dev.lateen.proxy.http.filter.RouteFilters;
import dev.lateen.proxy.http.filter.StateKey;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.model.Cluster.UpstreamProtocol;
import dev.lateen.proxy.model.MetadataMatcher;
import dev.lateen.proxy.model.RouteAction;
import dev.lateen.proxy.model.RouteMatch;
import dev.lateen.proxy.model.StructValue;
import dev.lateen.proxy.model.ValueMatcher;
import dev.lateen.proxy.route.RouteFixtures;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What filters may say of a head, and how a wait ends. */
class FilterVerdictsTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    private static final FilterVerdict REFUSED = new FilterVerdict.Reply(LocalReply.rbacDenied("late"));
    private static final Duration LONG = Duration.ofMinutes(1);

    private final ProxyFixture proxy = new ProxyFixture();
    private final FramePeer peers = new FramePeer();
    private final List<RawServer> servers = new ArrayList<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void watchLeaks() {
        Leaks.watch();
    }

    @AfterAll
    static void nothingLeaked() {
        assertThat(Leaks.found()).isEmpty();
    }

    @AfterEach
    void stop() {
        proxy.close();
        peers.close();
        servers.forEach(RawServer::close);
    }

    /** An answer that a test gives. */
    private static final class Asked implements Asking {
        final AtomicInteger begun = new AtomicInteger();
        final AtomicInteger cancelled = new AtomicInteger();
        final CompletableFuture<Answer> answer = new CompletableFuture<>();

        @Override
        public Pending begin(Answer to) {
            begun.incrementAndGet();
            answer.complete(to);
            return cancelled::incrementAndGet;
        }

        void isCancelledOnce() {
            Awaitility.await().until(() -> cancelled.get() > 0);
            answer.join().decide(() -> {
                throw new AssertionError("nobody waits");
            });
            assertThat(begun).hasValue(1);
            assertThat(cancelled).hasValue(1);
        }
    }

    /** A cluster whose server says its name. */
    private void cluster(String name) throws IOException {
        RawServer server = new RawServer(talk -> {
            while (talk.head() != null) {
                talk.ok(name);
            }
        });
        servers.add(server);
        proxy.cluster(name, UpstreamProtocol.HTTP1, server.port());
    }

    private String ask(String text) throws Exception {
        return RawServer.ask(proxy.listen(false), text, "");
    }

    private Asked waits(Duration limit, FilterVerdict late) {
        Asked pending = new Asked();
        proxy.filters.add((exchange, context) -> new FilterVerdict.Wait(pending, limit, late));
        return pending;
    }

    /** A filter that tells that it was asked, on the way forth and on the way back. */
    private HttpFilter tells(String name, Supplier<FilterVerdict> verdict) {
        return new HttpFilter() {
            @Override
            public FilterVerdict onRequest(ExchangeFacts exchange, FilterContext context) {
                asked.add(name);
                return verdict.get();
            }

            @Override
            public void onResponse(ExchangeFacts exchange) {
                asked.add("/" + name);
            }
        };
    }

    // --- waiting

    @Test
    void anAnswerFromAnyThreadGoesOnOnTheLoop() throws Exception {
        cluster("c");
        Asked pending = waits(LONG, REFUSED);
        proxy.routes(prefix("/", "c"));
        CompletableFuture<Thread> decided = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> pending.answer.join().decide(() -> {
                    decided.complete(Thread.currentThread());
                    return FilterVerdict.CONTINUE;
                }));
        assertThat(ask(GET)).startsWith("HTTP/1.1 200 ").endsWith("c");
        assertThat(decided.join().isVirtual()).isFalse();
        assertThat(pending.cancelled).hasValue(0);
    }

    @Test
    void anAnswerMayBeGivenAtOnceAndTheFirstCounts() throws Exception {
        cluster("c");
        proxy.filters.add((exchange, context) -> new FilterVerdict.Wait(
                answer -> {
                    answer.decide(() -> FilterVerdict.CONTINUE);
                    answer.decide(() -> REFUSED);
                    answer.failed(new IllegalStateException("too late"));
                    return () -> asked.add("cancelled");
                },
                LONG,
                REFUSED));
        proxy.filters.add(tells("next", () -> FilterVerdict.CONTINUE));
        proxy.routes(prefix("/", "c"));
        assertThat(ask(GET)).startsWith("HTTP/1.1 200 ").endsWith("c");
        assertThat(asked).containsExactly("next", "/next");
    }

    @Test
    void anAnswerMayBeAnotherWait() throws Exception {
        cluster("c");
        Asked first = waits(LONG, REFUSED);
        Asked second = new Asked();
        first.answer.thenAccept(answer -> answer.decide(() -> new FilterVerdict.Wait(second, LONG, REFUSED)));
        second.answer.thenAccept(
                answer -> answer.decide(() -> new FilterVerdict.Delay(Duration.ofMillis(1), FilterVerdict.CONTINUE)));
        proxy.routes(prefix("/", "c"));
        assertThat(ask(GET)).startsWith("HTTP/1.1 200 ");
        assertThat(first.cancelled).hasValue(0);
        assertThat(second.cancelled).hasValue(0);
    }

    @Test
    void whatFailsRefuses() throws Exception {
        cluster("c");
        proxy.filters.add((exchange, context) -> new FilterVerdict.Wait(
                Asking.of(CompletableFuture.failedFuture(new IOException("no answer"))), LONG, FilterVerdict.CONTINUE));
        proxy.routes(prefix("/", "c"));
        assertThat(ask(GET)).startsWith("HTTP/1.1 500 ");
        assertThat(proxy.only().details()).isEqualTo("filter_failed{IOException}");
    }

    @Test
    void aDecisionThatThrowsRefuses() throws Exception {
        cluster("c");
        Asked pending = waits(LONG, FilterVerdict.CONTINUE);
        pending.answer.thenAccept(answer -> answer.decide(() -> {
            throw new IllegalStateException("broken");
        }));
        proxy.routes(prefix("/", "c"));
        assertThat(ask(GET)).startsWith("HTTP/1.1 500 ");
    }

    @Test
    void aQuestionThatThrowsRefuses() throws Exception {
        cluster("c");
        proxy.filters.add((exchange, context) -> new FilterVerdict.Wait(
                answer -> {
                    throw new IllegalStateException("broken");
                },
                LONG,
                FilterVerdict.CONTINUE));
        proxy.routes(prefix("/", "c"));
        assertThat(ask(GET)).startsWith("HTTP/1.1 500 ");
    }

    @Test
    void whenTheLimitIsOverItsVerdictFollows() throws Exception {
        cluster("c");
        Asked pending = waits(Duration.ofMillis(10), REFUSED);
        proxy.routes(prefix("/", "c"));
        assertThat(ask(GET)).startsWith("HTTP/1.1 403 ");
        pending.isCancelledOnce();
    }

    @Test
    void theLimitMayLetPass() throws Exception {
        cluster("c");
        Asked pending = waits(Duration.ofMillis(10), FilterVerdict.CONTINUE);
        proxy.filters.add(tells("next", () -> FilterVerdict.CONTINUE));
        proxy.routes(prefix("/", "c"));
        assertThat(ask(GET)).startsWith("HTTP/1.1 200 ").endsWith("c");
        assertThat(asked).containsExactly("next", "/next");
        pending.isCancelledOnce();
    }

    @Test
    void aClientThatLeavesCancels() throws Exception {
        Asked pending = waits(LONG, REFUSED);
        proxy.routes(prefix("/", "c"));
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.listen(false))) {
            client.getOutputStream().write(GET.getBytes(StandardCharsets.US_ASCII));
            Awaitility.await().until(pending.answer::isDone);
        }
        pending.isCancelledOnce();
        assertThat(proxy.only().flags()).isEqualTo("DC");
    }

    @Test
    void aStreamThatIsResetCancels() throws Exception {
        Asked pending = waits(LONG, REFUSED);
        proxy.routes(prefix("/", "c"));
        FramePeer.Stream stream = peers.connect(proxy.listen(true)).open();
        stream.send(new DefaultHttp2HeadersFrame(
                new DefaultHttp2Headers()
                        .method("GET")
                        .scheme("http")
                        .authority("a")
                        .path("/"),
                true));
        Awaitility.await().until(pending.answer::isDone);
        stream.send(new DefaultHttp2ResetFrame(Http2Error.CANCEL));
        pending.isCancelledOnce();
        assertThat(proxy.only().flags()).isEqualTo("DC");
    }

    @Test
    void aTimeoutThatAnswersCancels() throws Exception {
        proxy.settings().streamIdle = Duration.ofMillis(20);
        Asked pending = waits(LONG, FilterVerdict.CONTINUE);
        proxy.routes(prefix("/", "c"));
        assertThat(ask(GET)).startsWith("HTTP/1.1 504 ");
        pending.isCancelledOnce();
        assertThat(proxy.only().flags()).isEqualTo("SI");
    }

    @Test
    void aConnectionThatIsClosedByDrainingCancels() throws Exception {
        Asked pending = waits(LONG, FilterVerdict.CONTINUE);
        proxy.routes(prefix("/", "c"));
        int port = proxy.listen(false);
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.getOutputStream().write(GET.getBytes(StandardCharsets.US_ASCII));
            Awaitility.await().until(pending.answer::isDone);
            // What a listener does to whoever is still there when its drain time is over.
            proxy.accepted.getFirst().close();
            pending.isCancelledOnce();
        }
    }

    @Test
    void theWorkOfAStageIsCancelled() throws Exception {
        CompletableFuture<FilterVerdict> work = new CompletableFuture<>();
        proxy.filters.add((exchange, context) ->
                new FilterVerdict.Wait(Asking.of(work), Duration.ofMillis(5), FilterVerdict.CONTINUE));
        cluster("c");
        proxy.routes(prefix("/", "c"));
        assertThat(ask(GET)).startsWith("HTTP/1.1 200 ");
        assertThat(work).isCancelled();
    }

    @Test
    void aCancellationThatThrowsHarmsNobody() throws Exception {
        cluster("c");
        proxy.filters.add((exchange, context) -> new FilterVerdict.Wait(
                answer -> () -> {
                    throw new IllegalStateException("broken");
                },
                Duration.ofMillis(5),
                FilterVerdict.CONTINUE));
        proxy.routes(prefix("/", "c"));
        assertThat(ask(GET)).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void whoWaitsIsServedByTheConfigurationThatItCameBy() throws Exception {
        cluster("c");
        cluster("d");
        Asked pending = waits(LONG, REFUSED);
        proxy.routes(prefix("/", "c"));
        pending.answer.thenAccept(answer -> {
            proxy.withoutCluster("c").routes(prefix("/", "d"));
            answer.decide(() -> FilterVerdict.CONTINUE);
        });
        assertThat(ask(GET)).endsWith("c");
        proxy.filters.clear();
        assertThat(ask(GET)).endsWith("d");
    }

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

    // --- looking at the routes again

    @Test
    void aChangedHeadGoesToAnotherCluster() throws Exception {
        cluster("c");
        cluster("d");
        proxy.filters.add(tells("first", () -> FilterVerdict.CONTINUE));
        proxy.filters.add((exchange, context) -> {
            exchange.request().path("/d");
            return FilterVerdict.REROUTE;
        });
        proxy.filters.add(tells("last", () -> FilterVerdict.CONTINUE));
        proxy.routes(prefix("/d", "d"), prefix("/", "c"));
        assertThat(ask(GET)).startsWith("HTTP/1.1 200 ").endsWith("d");
        assertThat(asked).containsExactly("first", "last", "/last", "/first");
        assertThat(proxy.only().cluster()).isEqualTo("d");
    }

    @Test
    void metadataChoosesAmongRoutes() throws Exception {
        cluster("c");
        cluster("d");
        proxy.filters.add((exchange, context) -> {
            exchange.addDynamicMetadata(
                    "jwt", new StructValue.Struct(Map.of("sub", new StructValue.StringValue("me"))));
            return FilterVerdict.REROUTE;
        });
        RouteMatch known = new RouteMatch(
                new RouteMatch.PathMatch.Prefix("/"),
                true,
                List.of(),
                List.of(),
                1_000_000,
                false,
                List.of(new MetadataMatcher("jwt", List.of("sub"), new ValueMatcher.Present(true), false)));
        proxy.routes(route(known, RouteFixtures.to("d")), prefix("/", "c"));
        assertThat(ask(GET)).endsWith("d");
        proxy.filters.clear();
        assertThat(ask(GET)).endsWith("c");
    }

    @Test
    void theNewRouteMayBeARedirect() throws Exception {
        cluster("c");
        proxy.filters.add((exchange, context) -> {
            exchange.request().path("/moved");
            return FilterVerdict.REROUTE;
        });
        RouteAction.Redirect redirect = new RouteAction.Redirect(
                "elsewhere", 0, null, false, new RouteAction.PathRewrite.None(), null, false, 301);
        proxy.routes(route(RouteFixtures.match(new RouteMatch.PathMatch.Prefix("/moved")), redirect), prefix("/", "c"));
        assertThat(ask(GET)).startsWith("HTTP/1.1 301 ").contains("location: http://elsewhere/moved");
        assertThat(proxy.only().cluster()).isNull();
    }

    @Test
    void thereMayBeNoRouteAnyMore() throws Exception {
        cluster("c");
        proxy.filters.add((exchange, context) -> {
            exchange.request().path("/nowhere");
            return FilterVerdict.REROUTE;
        });
        CompletableFuture<@Nullable Object> route = new CompletableFuture<>();
        proxy.filters.add((exchange, context) -> {
            route.complete(exchange.route());
            return FilterVerdict.CONTINUE;
        });
        proxy.routes(route(RouteFixtures.match(new RouteMatch.PathMatch.Exact("/")), RouteFixtures.to("c")));
        assertThat(ask(GET)).startsWith("HTTP/1.1 404 ");
        assertThat(proxy.only().flags()).isEqualTo("NR");
        assertThat(proxy.only().cluster()).isNull();
        assertThat(route.join()).isNull();
    }

    @Test
    void thereMayBeARouteOnlyNow() throws Exception {
        cluster("c");
        proxy.filters.add((exchange, context) -> {
            exchange.request().path("/here");
            return FilterVerdict.REROUTE;
        });
        proxy.routes(prefix("/here", "c"));
        assertThat(ask(GET)).startsWith("HTTP/1.1 200 ").endsWith("c");
    }

    @Test
    void filtersBehindAreThoseOfTheNewRoute() throws Exception {
        cluster("c");
        cluster("d");
        HttpFilter reroutes = tells("reroutes", () -> FilterVerdict.REROUTE);
        proxy.chains = (manager, entry) -> entry != null && entry.route().name().equals("d")
                ? RouteFilters.of(
                        List.of(
                                tells("d0", () -> FilterVerdict.CONTINUE),
                                tells("d1", () -> FilterVerdict.CONTINUE),
                                tells("d4", () -> FilterVerdict.CONTINUE)),
                        List.of(0, 1, 4))
                : RouteFilters.of(
                        List.of(
                                (exchange, context) -> {
                                    exchange.request().path("/d");
                                    return FilterVerdict.CONTINUE;
                                },
                                reroutes,
                                tells("c2", () -> FilterVerdict.CONTINUE),
                                tells("c4", () -> FilterVerdict.CONTINUE)),
                        List.of(0, 1, 2, 4));
        proxy.routes(prefix("/d", "d"), prefix("/", "c"));
        assertThat(ask(GET)).endsWith("d");
        assertThat(asked).containsExactly("reroutes", "d4", "/d4", "/reroutes");
    }

    @Test
    void aRequestMayGetAnotherRouteTwiceAndAfterAWait() throws Exception {
        cluster("c");
        cluster("d");
        cluster("e");
        proxy.filters.add((exchange, context) -> {
            exchange.request().path("/d");
            return FilterVerdict.REROUTE;
        });
        Asked pending = waits(Duration.ofMillis(5), FilterVerdict.REROUTE);
        proxy.filters.add((exchange, context) -> {
            exchange.request().path("/e");
            return FilterVerdict.REROUTE;
        });
        proxy.filters.add(tells("last", () -> FilterVerdict.CONTINUE));
        proxy.routes(prefix("/d", "d"), prefix("/e", "e"), prefix("/", "c"));
        assertThat(ask(GET)).endsWith("e");
        assertThat(asked).containsExactly("last", "/last");
        pending.isCancelledOnce();
    }

    @Test
    void theRoutesAreThoseOfTheConfigurationThatItCameBy() throws Exception {
        cluster("c");
        cluster("d");
        cluster("e");
        Asked pending = waits(LONG, REFUSED);
        proxy.filters.add((exchange, context) -> {
            exchange.request().path("/d");
            return FilterVerdict.REROUTE;
        });
        proxy.routes(prefix("/d", "d"), prefix("/", "c"));
        pending.answer.thenAccept(answer -> {
            proxy.withoutCluster("d").routes(prefix("/", "e"));
            answer.decide(() -> FilterVerdict.CONTINUE);
        });
        assertThat(ask(GET)).endsWith("d");
    }

    @Test
    void withoutLimitThereIsNoWait() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new FilterVerdict.Wait(new Asked(), Duration.ZERO, REFUSED))
                .withMessageContaining("limit");
    }

    @Test
    void routesMayBeLookedAtWithoutAnyChange() throws Exception {
        cluster("c");
        proxy.filters.add(tells("a", () -> FilterVerdict.REROUTE));
        proxy.filters.add(tells("b", () -> FilterVerdict.REROUTE));
        proxy.routes(route(any(), RouteFixtures.to("c")));
        assertThat(ask(GET)).endsWith("c");
        assertThat(asked).containsExactly("a", "b", "/b", "/a");
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

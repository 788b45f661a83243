package dev.lateen.proxy.http;

import static dev.lateen.proxy.route.RouteFixtures.any;
import static dev.lateen.proxy.route.RouteFixtures.prefix;
import static dev.lateen.proxy.route.RouteFixtures.route;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.filter.FilterVerdict;
import dev.lateen.proxy.http.filter.HttpFilter;
import dev.lateen.proxy.http.filter.RouteFilters;
import dev.lateen.proxy.model.MetadataMatcher;
import dev.lateen.proxy.model.RouteAction;
import dev.lateen.proxy.model.RouteMatch;
import dev.lateen.proxy.model.StructValue;
import dev.lateen.proxy.model.ValueMatcher;
import dev.lateen.proxy.route.RouteFixtures;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Filters that have the routes looked at again. */
class FilterRoutesAgainTest extends FilterFixture {
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
    void routesMayBeLookedAtWithoutAnyChange() throws Exception {
        cluster("c");
        proxy.filters.add(tells("a", () -> FilterVerdict.REROUTE));
        proxy.filters.add(tells("b", () -> FilterVerdict.REROUTE));
        proxy.routes(route(any(), RouteFixtures.to("c")));
        assertThat(ask(GET)).endsWith("c");
        assertThat(asked).containsExactly("a", "b", "/b", "/a");
    }
}

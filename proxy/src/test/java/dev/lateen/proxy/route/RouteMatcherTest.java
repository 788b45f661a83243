package dev.lateen.proxy.route;

import static dev.lateen.proxy.route.RouteFixtures.any;
import static dev.lateen.proxy.route.RouteFixtures.get;
import static dev.lateen.proxy.route.RouteFixtures.header;
import static dev.lateen.proxy.route.RouteFixtures.host;
import static dev.lateen.proxy.route.RouteFixtures.match;
import static dev.lateen.proxy.route.RouteFixtures.prefix;
import static dev.lateen.proxy.route.RouteFixtures.request;
import static dev.lateen.proxy.route.RouteFixtures.route;
import static dev.lateen.proxy.route.RouteFixtures.table;
import static dev.lateen.proxy.route.RouteFixtures.to;
import static dev.lateen.proxy.route.RouteFixtures.weighted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.re2j.Pattern;
import dev.lateen.api.schema.Shows;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.HeaderMatcher;
import dev.lateen.proxy.model.HeaderMutations;
import dev.lateen.proxy.model.MetadataMatcher;
import dev.lateen.proxy.model.RouteAction.ClusterSpecifier;
import dev.lateen.proxy.model.RouteAction.HostRewrite;
import dev.lateen.proxy.model.RouteAction.PathRewrite;
import dev.lateen.proxy.model.RouteMatch;
import dev.lateen.proxy.model.RouteMatch.PathMatch;
import dev.lateen.proxy.model.RouteTable;
import dev.lateen.proxy.model.StringMatcher;
import dev.lateen.proxy.model.StructValue;
import dev.lateen.proxy.model.ValueMatcher;
import dev.lateen.proxy.model.VirtualHost;
import dev.lateen.proxy.model.VirtualHost.RequireTls;
import dev.lateen.proxy.reason.Finding;
import dev.lateen.proxy.reason.Question;
import dev.lateen.proxy.reason.Trace;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteMatcherTest {
    private final SplittableRandom random = new SplittableRandom(42);

    @ParameterizedTest
    @CsvSource({
        "www.foo.com,       exact",
        "WWW.Foo.COM,       exact",
        "foo-bar.baz.com,   dashed",
        "a.baz.com,         suffix",
        ".baz.com,          any",
        "foo.example,       prefix",
        "foo.,              any",
        "www.foo.com:8080,  any",
        "elsewhere,         any",
    })
    void domainsAreChosenInEnvoysOrder(String authority, String cluster) {
        RouteMatcher matcher = RouteMatcher.compile(table(
                host("*", prefix("/", "any")),
                host("foo.*", prefix("/", "prefix")),
                host("*.baz.com", prefix("/", "suffix")),
                host("*-bar.baz.com", prefix("/", "dashed")),
                host("www.foo.com", prefix("/", "exact"))));
        assertThat(cluster(matcher, get(authority, "/"))).isEqualTo(cluster);
    }

    @Test
    void portIsLeftOutOnlyWhenAskedFor() {
        VirtualHost reviews = host("reviews", prefix("/", "r"));
        RouteTable ignoring =
                new RouteTable("t", List.of(reviews), false, HeaderMutations.NONE, HeaderMutations.NONE, true, false);
        assertThat(cluster(RouteMatcher.compile(ignoring), get("reviews:9080", "/")))
                .isEqualTo("r");
        assertThat(decide(table(reviews), get("reviews:9080", "/"))).isEqualTo(new RouteDecision.NotFound(null));
    }

    @Test
    void unmatchedHostGetsNotFound() {
        assertThat(decide(table(host("a", prefix("/", "c"))), get("b", "/")))
                .isEqualTo(new RouteDecision.NotFound(null));
    }

    @Test
    void unmatchedPathGetsNotFoundOfItsHost() {
        VirtualHost host = host("a", prefix("/x", "c"));
        assertThat(decide(table(host), get("a", "/y"))).isEqualTo(new RouteDecision.NotFound(host));
    }

    @ParameterizedTest
    @CsvSource({
        "/foo,        prefix",
        "/foobar?a=b, prefix",
        "/exact,      exact",
        "/exact?q,    exact",
        "/exact/,     rest",
        "/sep,        separated",
        "/sep/a,      separated",
        "/sepa,       rest",
        "/v1/x/y,     regex",
        "/v1/x,       rest",
        "/CASE,       anycase",
        "/FOO,        rest",
    })
    void pathsMatchByTheirKind(String path, String cluster) {
        RouteMatch anyCase =
                new RouteMatch(new PathMatch.Exact("/case"), false, List.of(), List.of(), 1_000_000, false);
        RouteMatcher matcher = RouteMatcher.compile(table(host(
                "*",
                prefix("/foo", "prefix"),
                route(match(new PathMatch.Exact("/exact")), to("exact")),
                route(match(new PathMatch.PathSeparatedPrefix("/sep")), to("separated")),
                route(match(new PathMatch.Regex(Pattern.compile("/v\\d/[a-z]+/y"))), to("regex")),
                route(anyCase, to("anycase")),
                prefix("/", "rest"))));
        assertThat(cluster(matcher, get("h", path))).isEqualTo(cluster);
    }

    @Test
    void firstMatchWinsWhateverIsMoreSpecific() {
        assertThat(cluster(
                        RouteMatcher.compile(table(host("*", prefix("/", "first"), prefix("/api", "second")))),
                        get("h", "/api")))
                .isEqualTo("first");
    }

    @Test
    void connectMatchesOnlyItsOwnKind() {
        RouteTable table = table(host("*", prefix("/", "web"), route(match(new PathMatch.Connect()), to("tunnel"))));
        assertThat(cluster(RouteMatcher.compile(table), request("CONNECT", "h:443", "")))
                .isEqualTo("tunnel");
        assertThat(cluster(RouteMatcher.compile(table), get("h", "/"))).isEqualTo("web");
    }

    @Test
    void headersOfOneNameAreJoinedByComma() {
        RouteTable table = table(host("*", route(any(header("x-a", "1,2")), to("both")), prefix("/", "rest")));
        assertThat(cluster(RouteMatcher.compile(table), get("h", "/", "X-A", "1", "x-a", "2")))
                .isEqualTo("both");
        assertThat(cluster(RouteMatcher.compile(table), get("h", "/", "x-a", "1")))
                .isEqualTo("rest");
    }

    @ParameterizedTest
    @CsvSource({
        // value, invert, missing as empty, matches
        "jason, false, false, true",
        "jason, true,  false, false",
        "mary,  true,  false, true",
        "'',    true,  false, false", // missing: no match, inverted or not
        "'',    true,  true,  true",
        "'',    false, true,  false",
    })
    void missingHeaderNeverMatchesUnlessItCountsAsEmpty(
            String value, boolean invert, boolean missingAsEmpty, boolean matches) {
        HeaderMatcher matcher = new HeaderMatcher(
                "end-user",
                new HeaderMatcher.Test.Value(new StringMatcher.Exact("jason", false)),
                invert,
                missingAsEmpty);
        RequestHead head = value.isEmpty() ? get("h", "/") : get("h", "/", "end-user", value);
        assertThat(HeaderConditions.matches(matcher, head)).isEqualTo(matches);
    }

    @Shows("VirtualService.http.match.withoutHeaders")
    @Test
    void rangeAndPresenceOfHeaders() {
        HeaderMatcher range = new HeaderMatcher("x-n", new HeaderMatcher.Test.Range(-10, 0), false, false);
        assertThat(HeaderConditions.matches(range, get("h", "/", "x-n", "-1"))).isTrue();
        assertThat(HeaderConditions.matches(range, get("h", "/", "x-n", "0"))).isFalse();
        assertThat(HeaderConditions.matches(range, get("h", "/", "x-n", "-1somestring")))
                .isFalse();
        HeaderMatcher present = new HeaderMatcher("x-n", new HeaderMatcher.Test.Present(true), false, false);
        assertThat(HeaderConditions.matches(present, get("h", "/", "x-n", ""))).isTrue();
        assertThat(HeaderConditions.matches(present, get("h", "/"))).isFalse();
        HeaderMatcher absent = new HeaderMatcher("x-n", new HeaderMatcher.Test.Present(true), true, false);
        assertThat(HeaderConditions.matches(absent, get("h", "/"))).isTrue();
    }

    @Shows({
        "VirtualService.http.match.method",
        "VirtualService.http.match.scheme",
        "VirtualService.http.match.authority"
    })
    @Test
    void pseudoHeadersMatchLikeOthers() {
        assertThat(HeaderConditions.matches(header(":method", "GET"), get("h", "/")))
                .isTrue();
        assertThat(HeaderConditions.matches(header(":authority", "h:1"), get("h:1", "/")))
                .isTrue();
        assertThat(HeaderConditions.matches(header("host", "h:1"), get("h:1", "/")))
                .isTrue();
        assertThat(HeaderConditions.matches(header(":path", "/a?b"), get("h", "/a?b")))
                .isTrue();
        assertThat(HeaderConditions.matches(header(":scheme", "http"), get("h", "/")))
                .isTrue();
    }

    @Shows("VirtualService.http.match.queryParams")
    @ParameterizedTest
    @CsvSource({"/?a=1, yes", "/?b=2&a=1, yes", "/?a=2, no", "/?aa=1, no", "/, no", "/?x=a=1, no", "/?a=1#f, yes"})
    void queryParametersMatchByValue(String path, String cluster) {
        assertThat(cluster(byQuery(new StringMatcher.Exact("1", false)), get("h", path)))
                .isEqualTo(cluster);
    }

    @ParameterizedTest
    @CsvSource({"/?a, yes", "/?a=, yes", "/?b, no"})
    void queryParametersMatchByPresence(String path, String cluster) {
        assertThat(cluster(byQuery(null), get("h", path))).isEqualTo(cluster);
    }

    private static RouteMatcher byQuery(@Nullable StringMatcher value) {
        RouteMatch match = new RouteMatch(
                new PathMatch.Prefix("/"),
                true,
                List.of(),
                List.of(new HeaderMatcher.QueryParameter("a", value, true)),
                1_000_000,
                false);
        return RouteMatcher.compile(table(host("*", route(match, to("yes")), prefix("/", "no"))));
    }

    @Test
    void grpcRoutesTakeOnlyGrpc() {
        RouteMatch match = new RouteMatch(new PathMatch.Prefix("/"), true, List.of(), List.of(), 1_000_000, true);
        RouteMatcher matcher = RouteMatcher.compile(table(host("*", route(match, to("grpc")), prefix("/", "rest"))));
        assertThat(cluster(matcher, get("h", "/", "content-type", "application/grpc+proto")))
                .isEqualTo("grpc");
        assertThat(cluster(matcher, get("h", "/", "content-type", "application/grpc-web")))
                .isEqualTo("rest");
    }

    @Test
    void weightsAreFollowedWithinThreeSigma() {
        RouteMatcher matcher = RouteMatcher.compile(table(host("*", route(any(), weighted("v1", 90, "v2", 10)))));
        Map<String, Integer> hits = count(matcher, 10_000);
        double sigma = Math.sqrt(10_000 * 0.9 * 0.1);
        assertThat((double) hits.getOrDefault("v2", 0)).isBetween(1000 - 3 * sigma, 1000 + 3 * sigma);
    }

    @Test
    void zeroWeightGetsNothing() {
        RouteMatcher matcher =
                RouteMatcher.compile(table(host("*", route(any(), weighted("zero", 0, "all", 7, "nil", 0)))));
        assertThat(count(matcher, 2000)).containsOnlyKeys("all");
    }

    @Test
    void runtimeFractionLetsTheRestFallThrough() {
        RouteMatch tenth = new RouteMatch(new PathMatch.Prefix("/"), true, List.of(), List.of(), 100_000, false);
        Map<String, Integer> hits =
                count(RouteMatcher.compile(table(host("*", route(tenth, to("some")), prefix("/", "rest")))), 10_000);
        double sigma = Math.sqrt(10_000 * 0.9 * 0.1);
        assertThat((double) hits.getOrDefault("some", 0)).isBetween(1000 - 3 * sigma, 1000 + 3 * sigma);
    }

    @Test
    void clusterMayBeNamedByAHeader() {
        RouteMatcher matcher = RouteMatcher.compile(table(host(
                "*",
                route(
                        any(),
                        RouteFixtures.forward(
                                new ClusterSpecifier.Header("x-cluster"),
                                new PathRewrite.None(),
                                new HostRewrite.None())))));
        assertThat(cluster(matcher, get("h", "/", "x-cluster", "c9"))).isEqualTo("c9");
        assertThat(cluster(matcher, get("h", "/"))).isEmpty();
    }

    @Test
    void clearTextIsRedirectedWhereTlsIsRequired() {
        VirtualHost all = host(List.of("all"), RequireTls.ALL, prefix("/", "c"));
        VirtualHost external = host(List.of("ext"), RequireTls.EXTERNAL_ONLY, prefix("/", "c"));
        RouteTable table = table(all, external);
        assertThat(decide(table, get("all", "/"))).isEqualTo(new RouteDecision.TlsRedirect(all));
        assertThat(cluster(RouteMatcher.compile(table), get("all", "/", "x-forwarded-proto", "https")))
                .isEqualTo("c");
        assertThat(decide(table, get("ext", "/"))).isEqualTo(new RouteDecision.TlsRedirect(external));
        assertThat(cluster(RouteMatcher.compile(table), get("ext", "/", "x-envoy-internal", "true")))
                .isEqualTo("c");
    }

    @Test
    void sameRequestGetsTheSameDecisionObject() {
        RouteMatcher matcher = RouteMatcher.compile(table(host("*", route(any(), weighted("a", 1, "b", 0)))));
        assertThat(matcher.match(get("h", "/"), random)).isSameAs(matcher.match(get("h", "/x"), random));
    }

    @Test
    void theTraceNamesHostRouteAndFailedCondition() {
        RouteMatcher matcher = RouteMatcher.compile(table(
                host("reviews.*", route(any(header("end-user", "jason")), to("v2")), prefix("/", "v1"))));
        Trace trace = new Trace();
        RouteDecision decision =
                matcher.match(get("reviews.default", "/", "end-user", "mary"), Map.of(), random, trace);
        assertThat(trace.of(Question.VIRTUAL_HOST))
                .extracting(Finding::rule)
                .containsExactly("domains: \"reviews.default\" matches \"reviews.*\"");
        assertThat(trace.of(Question.ROUTE))
                .extracting(Finding::held, Finding::rule)
                .containsExactly(
                        tuple(false, "header end-user: \"mary\" (expected: exact \"jason\")"),
                        tuple(true, "path: prefix \"/\""));
        assertThat(trace.of(Question.ROUTE).getLast().resource().config()).isEqualTo("from/v1");
        assertThat(((RouteDecision.Forward) decision).cluster()).isEqualTo("v1");
    }

    @Test
    void theTraceChangesNothing() {
        RouteMatch half = new RouteMatch(new PathMatch.Prefix("/"), true, List.of(), List.of(), 500_000, false);
        RouteMatcher matcher = RouteMatcher.compile(
                table(host("*", route(half, weighted("a", 1, "b", 2)), route(any(), weighted("c", 1, "d", 1)))));
        for (int seed = 0; seed < 200; seed++) {
            assertThat(matcher.match(get("h", "/"), Map.of(), new SplittableRandom(seed), new Trace()))
                    .isSameAs(matcher.match(get("h", "/"), new SplittableRandom(seed)));
        }
    }

    private Map<String, Integer> count(RouteMatcher matcher, int times) {
        Map<String, Integer> hits = new HashMap<>();
        for (int i = 0; i < times; i++) {
            hits.merge(cluster(matcher, get("h", "/")), 1, Integer::sum);
        }
        return hits;
    }

    private RouteDecision decide(RouteTable table, RequestHead head) {
        return RouteMatcher.compile(table).match(head, random);
    }

    private String cluster(RouteMatcher matcher, RequestHead head) {
        return ((RouteDecision.Forward) matcher.match(head, random)).cluster();
    }

    @Test
    void metadataThatFiltersLeftChoosesRoutes() {
        RouteMatcher matcher = RouteMatcher.compile(table(
                host("*", route(claim("admin", false), to("admins")), route(claim("admin", true), to("others")))));
        assertThat(matcher.match(get("h", "/"), random)).extracting("cluster").isEqualTo("others");
        assertThat(matcher.match(get("h", "/"), group("admin"), random, null))
                .extracting("cluster")
                .isEqualTo("admins");
        Trace trace = new Trace();
        assertThat(matcher.match(get("h", "/"), group("user"), random, trace))
                .extracting("cluster")
                .isEqualTo("others");
        assertThat(trace.of(Question.ROUTE).getFirst().rule())
                .startsWith("dynamic metadata jwt group: \"user\" (expected: ")
                .contains("admin");
    }

    private static RouteMatch claim(String group, boolean invert) {
        MetadataMatcher matcher = new MetadataMatcher(
                "jwt", List.of("group"), new ValueMatcher.Text(new StringMatcher.Exact(group, false)), invert);
        return new RouteMatch(
                new PathMatch.Prefix("/"), true, List.of(), List.of(), 1_000_000, false, List.of(matcher));
    }

    private static Map<String, StructValue.Struct> group(String group) {
        return Map.of("jwt", new StructValue.Struct(Map.of("group", new StructValue.StringValue(group))));
    }
}

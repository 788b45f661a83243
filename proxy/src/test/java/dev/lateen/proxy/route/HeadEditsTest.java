package dev.lateen.proxy.route;

import static dev.lateen.proxy.route.RouteFixtures.any;
import static dev.lateen.proxy.route.RouteFixtures.exchange;
import static dev.lateen.proxy.route.RouteFixtures.forward;
import static dev.lateen.proxy.route.RouteFixtures.get;
import static dev.lateen.proxy.route.RouteFixtures.host;
import static dev.lateen.proxy.route.RouteFixtures.match;
import static dev.lateen.proxy.route.RouteFixtures.route;
import static dev.lateen.proxy.route.RouteFixtures.set;
import static dev.lateen.proxy.route.RouteFixtures.table;
import static dev.lateen.proxy.route.RouteFixtures.to;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import dev.lateen.api.schema.Shows;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.HeaderMutations;
import dev.lateen.proxy.model.HeaderMutations.AppendAction;
import dev.lateen.proxy.model.HeaderMutations.HeaderValueOption;
import dev.lateen.proxy.model.Route;
import dev.lateen.proxy.model.RouteAction;
import dev.lateen.proxy.model.RouteAction.ClusterSpecifier;
import dev.lateen.proxy.model.RouteAction.HashPolicy;
import dev.lateen.proxy.model.RouteAction.HostRewrite;
import dev.lateen.proxy.model.RouteAction.PathRewrite;
import dev.lateen.proxy.model.RouteMatch.PathMatch;
import dev.lateen.proxy.model.RouteTable;
import dev.lateen.proxy.model.VirtualHost;
import dev.lateen.proxy.model.VirtualHost.RequireTls;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeadEditsTest {
    private static final ClusterSpecifier C = new ClusterSpecifier.Single("c");

    @ParameterizedTest
    @CsvSource({
        // match prefix, replacement, path, expected
        "/api/v1, /,       /api/v1/users?id=1,  //users?id=1",
        "/api/v1/, /,      /api/v1/users?id=1,  /users?id=1",
        "/prefix, /other,  /prefix/bar,         /other/bar",
        "/,       /base/,  /x?a,                /base/x?a",
    })
    void prefixRewriteReplacesWhatMatched(String prefix, String replacement, String path, String expected) {
        RequestHead head = prepared(
                route(
                        match(new PathMatch.Prefix(prefix)),
                        forward(C, new PathRewrite.Prefix(replacement), new HostRewrite.None())),
                get("h", path));
        assertThat(head.path()).isEqualTo(expected);
        assertThat(head.headers().getString("x-envoy-original-path")).isEqualTo(path);
    }

    @Test
    void exactMatchIsReplacedAsAWhole() {
        RequestHead head = prepared(
                route(
                        match(new PathMatch.Exact("/a/b")),
                        forward(C, new PathRewrite.Prefix("/c"), new HostRewrite.None())),
                get("h", "/a/b?q"));
        assertThat(head.path()).isEqualTo("/c?q");
    }

    @ParameterizedTest
    @CsvSource({
        // Envoy's documented examples of regex_rewrite
        "^/service/([^/]+)(/.*)$, \\2/instance/\\1, /service/foo/v1/api, /v1/api/instance/foo",
        "one,                     two,              /xxx/one/yyy/one/zzz, /xxx/two/yyy/two/zzz",
        "(?i)/xxx/,               /yyy/,            /aaa/XxX/bbb,         /aaa/yyy/bbb",
        "/(x),                    /\\10$\\\\,       /x?q=1,               '/x0$\\?q=1'",
        "/(x),                    /\\7,             /x,                   /x",
    })
    void regexRewriteReplacesEveryMatch(String pattern, String substitution, String path, String expected) {
        RequestHead head = prepared(
                route(
                        any(),
                        forward(
                                C,
                                new PathRewrite.Regex(Pattern.compile(pattern), substitution),
                                new HostRewrite.None())),
                get("h", path));
        assertThat(head.path()).isEqualTo(expected);
    }

    @Test
    void fullRewriteKeepsTheQuery() {
        RequestHead head = prepared(
                route(any(), forward(C, new PathRewrite.Full("/new"), new HostRewrite.None())), get("h", "/old/x?a=b"));
        assertThat(head.path()).isEqualTo("/new?a=b");
    }

    @Test
    void hostIsRewrittenAndTheOldOneKept() {
        RouteAction action =
                forward(C, new PathRewrite.None(), new HostRewrite.Literal("new.example"), List.of(), true);
        RequestHead head = prepared(route(any(), action), get("old:80", "/", "x-forwarded-host", "first"));
        assertThat(head.authority()).isEqualTo("new.example");
        assertThat(head.headers().getString("x-envoy-original-host")).isEqualTo("old:80");
        assertThat(head.headers().getString("x-forwarded-host")).isEqualTo("first,old:80");
    }

    @Test
    void hostMayComeFromAHeaderOrTheEndpoint() {
        RequestHead byHeader = prepared(
                route(any(), forward(C, new PathRewrite.None(), new HostRewrite.FromHeader("x-host"))),
                get("old", "/", "x-host", "from-header"));
        assertThat(byHeader.authority()).isEqualTo("from-header");
        Route auto = route(any(), forward(C, new PathRewrite.None(), new HostRewrite.Auto()));
        RequestHead head = get("old", "/");
        entry(auto)
                .rewriteAutoHost(
                        head,
                        new Endpoint("10.0.0.1", 80, "up.example", 1, Endpoint.Health.HEALTHY, Map.of(), ""),
                        false);
        assertThat(head.authority()).isEqualTo("up.example");
        assertThat(head.headers().getString("x-envoy-original-host")).isEqualTo("old");
    }

    @Test
    void levelsAreAppliedFromTheMostSpecificOn() {
        assertThat(levels(false).headers().getString("x-level")).isEqualTo("table");
        assertThat(levels(true).headers().getString("x-level")).isEqualTo("route");
    }

    private static RequestHead levels(boolean mostSpecificWins) {
        VirtualHost host = new VirtualHost(
                "v",
                List.of("*"),
                List.of(route("r", any(), to("c"), set("x-level", "route"), HeaderMutations.NONE)),
                RequireTls.NONE,
                set("x-level", "host"),
                HeaderMutations.NONE,
                false,
                false,
                null,
                Map.of());
        RouteTable table = new RouteTable(
                "t", List.of(host), false, set("x-level", "table"), HeaderMutations.NONE, false, mostSpecificWins);
        RequestHead head = get("h", "/");
        ((RouteDecision.Forward) RouteMatcher.compile(table).match(head, new SplittableRandom(1)))
                .entry()
                .prepareRequest(exchange(head), head, false);
        return head;
    }

    @Test
    void appendActionsDoWhatTheyAreCalled() {
        HeaderMutations mutations = new HeaderMutations(
                List.of(
                        new HeaderValueOption("there", "append", AppendAction.APPEND_IF_EXISTS_OR_ADD, false),
                        new HeaderValueOption("over", "new", AppendAction.OVERWRITE_IF_EXISTS_OR_ADD, false),
                        new HeaderValueOption("kept", "no", AppendAction.ADD_IF_ABSENT, false),
                        new HeaderValueOption("fresh", "yes", AppendAction.ADD_IF_ABSENT, false),
                        new HeaderValueOption("nothing", "no", AppendAction.OVERWRITE_IF_EXISTS, false),
                        new HeaderValueOption("empty", "%REQ(none)%", AppendAction.APPEND_IF_EXISTS_OR_ADD, false),
                        new HeaderValueOption("blank", "%REQ(none)%", AppendAction.APPEND_IF_EXISTS_OR_ADD, true),
                        new HeaderValueOption(":path", "/evil", AppendAction.OVERWRITE_IF_EXISTS_OR_ADD, false)),
                List.of("gone", "over"));
        RequestHead head = get("h", "/", "there", "1", "over", "old", "kept", "me", "gone", "x", "Gone", "y");
        HeaderEditor.compile(List.of(mutations)).apply(exchange(head), head);
        assertThat(head.headers().toString().lines())
                .containsExactly("there: 1", "kept: me", "over: new", "there: append", "fresh: yes", "blank: ");
        assertThat(head.path()).isEqualTo("/");
    }

    @ParameterizedTest
    @CsvSource({
        "%REQ(x-id)%,                                      abc",
        "%REQ(X-ID):2%,                                    ab",
        "%REQ(none?:authority)%,                           host:80",
        "a-%REQ(:method)%-%%-b,                            a-GET-%-b",
        "%DOWNSTREAM_REMOTE_ADDRESS%,                      10.1.2.3:4567",
        "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%,         10.1.2.3",
        "%DOWNSTREAM_LOCAL_PORT%,                          8080",
        "%PROTOCOL%,                                       HTTP/1.1",
        "%START_TIME%,                                     2023-11-14T22:13:20.123Z",
        "%START_TIME(%s.%3f)%,                             1700000000.123",
        "'%START_TIME(%Y/%m/%dT%H:%M:%S%z %s)%',           2023/11/14T22:13:20+0000 1700000000",
        "'%UPSTREAM_HOST%',                                ''",
        "100% sure,                                        100% sure",
    })
    void commandOperatorsAreFilledIn(String format, String expected) {
        RequestHead head = get("host:80", "/p", "x-id", "abc");
        assertThat(HeaderValue.compile(format).format(exchange(head), head, null))
                .isEqualTo(expected);
    }

    @Test
    void responseEditsSeeBothHeads() {
        RequestHead request = get("h", "/", "x-id", "7");
        ExchangeFacts exchange = exchange(request);
        ResponseHead response = new ResponseHead(201, new HeaderMap());
        response.headers().add("server", "up");
        HeaderEditor.compile(List.of(set("x-echo", "%REQ(x-id)%/%RESP(server)%/%RESP(:status)%")))
                .apply(exchange, response);
        assertThat(response.headers().getString("x-echo")).isEqualTo("7/up/201");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // host, port, scheme, https, path, strip | authority, path | location
                "-, 0, -, false, -, false, h:8080, /a?b, http://h:8080/a?b",
                "new, 0, -, false, -, false, h:8080, /a?b, http://new/a?b",
                "-, 444, -, true, -, false, h:8080, /a, https://h:444/a",
                "-, 0, -, true, -, false, h:80, /a, https://h/a",
                "-, 0, -, true, -, false, h:8080, /a, https://h:8080/a",
                "-, 0, -, true, -, false, [::1]:80, /a, https://[::1]/a",
                "-, 0, ftp, false, -, false, h, /a, ftp://h/a",
                "-, 0, -, false, /new, false, h, /a?b=c, http://h/new?b=c",
                "-, 0, -, false, /new?x=y, true, h, /a?b=c, http://h/new?x=y",
                "-, 0, -, false, /new, true, h, /a?b=c, http://h/new",
                "-, 0, -, false, -, true, h, /a?b=c, http://h/a",
            })
    void redirectLocationsFollowEnvoysRules(
            String host,
            int port,
            String scheme,
            boolean https,
            String path,
            boolean strip,
            String authority,
            String requested,
            String location) {
        RouteAction.Redirect action =
                new RouteAction.Redirect(host, port, scheme, https, new PathRewrite.None(), path, strip, 301);
        assertThat(RedirectLocation.of(
                        new RouteDecision.Redirect(entry(route(any(), action)), action), get(authority, requested)))
                .isEqualTo(location);
    }

    @Shows("VirtualService.http.redirect.prefixRewrite")
    @Test
    void redirectMayRewriteThePrefix() {
        RouteAction.Redirect action =
                new RouteAction.Redirect(null, 0, null, false, new PathRewrite.Prefix("/v2"), null, false, 302);
        Route route = route(match(new PathMatch.Prefix("/v1")), action);
        assertThat(RedirectLocation.of(new RouteDecision.Redirect(entry(route), action), get("h", "/v1/x?q")))
                .isEqualTo("http://h/v2/x?q");
        assertThat(RedirectLocation.toHttps(get("h:80", "/v1/x?q"))).isEqualTo("https://h/v1/x?q");
    }

    @Test
    void xxHashAgreesWithItsReferenceValues() {
        assertThat(XxHash64.hash("")).isEqualTo(0xEF46DB3751D8E999L);
        assertThat(XxHash64.hash("a")).isEqualTo(0xD24EC4F1A98C6E5BL);
        assertThat(XxHash64.hash("abc")).isEqualTo(0x44BC2CF5AD770999L);
        assertThat(XxHash64.hash("foo")).isEqualTo(3728699739546630719L);
        assertThat(XxHash64.hash("bar")).isEqualTo(5234164152756840025L);
        assertThat(XxHash64.hash("abcdefghijklmnopqrstuvwxyz0123456789")).isEqualTo(0x64F23ECF1609B766L);
    }

    @Test
    void hashPoliciesKnowARequestAgain() {
        HashPolicies byHeader = HashPolicies.compile(List.of(new HashPolicy.Header("x-user", false)));
        assertThat(byHeader.hash(exchange(get("h", "/", "x-user", "foo")))).isEqualTo(XxHash64.hash("foo"));
        assertThat(byHeader.hash(exchange(get("h", "/")))).isEqualTo(HashPolicies.NO_HASH);
        HashPolicies bySource = HashPolicies.compile(List.of(new HashPolicy.SourceIp(false)));
        assertThat(bySource.hash(exchange(get("h", "/")))).isEqualTo(XxHash64.hash("10.1.2.3"));
        HashPolicies byQuery = HashPolicies.compile(List.of(new HashPolicy.QueryParameter("u", false)));
        assertThat(byQuery.hash(exchange(get("h", "/?u=foo")))).isEqualTo(XxHash64.hash("foo"));
    }

    @Test
    void terminalPolicyEndsTheList() {
        List<HashPolicy> both = List.of(new HashPolicy.Header("a", true), new HashPolicy.Header("b", false));
        ExchangeFacts exchange = exchange(get("h", "/", "a", "foo", "b", "bar"));
        assertThat(HashPolicies.compile(both).hash(exchange)).isEqualTo(XxHash64.hash("foo"));
        List<HashPolicy> combined = List.of(new HashPolicy.Header("a", false), new HashPolicy.Header("b", false));
        assertThat(HashPolicies.compile(combined).hash(exchange))
                .isEqualTo(Long.rotateLeft(XxHash64.hash("foo"), 1) ^ XxHash64.hash("bar"));
    }

    @Shows("DestinationRule.trafficPolicy.loadBalancer.consistentHash.httpCookie")
    @Test
    void missingCookieIsGeneratedOnceAndCountsAsSent() {
        HashPolicies policies =
                HashPolicies.compile(List.of(new HashPolicy.Cookie("user", "/", Duration.ofSeconds(30), false)));
        ExchangeFacts first = exchange(get("h", "/"));
        String cookie = policies.setCookie(first);
        assertThat(cookie).isNotNull().matches("user=\"[0-9a-f]+\"; Max-Age=30; Path=/; HttpOnly");
        String value = cookie.substring(cookie.indexOf('"') + 1, cookie.lastIndexOf('"'));
        ExchangeFacts second = exchange(get("h", "/", "cookie", "x=1; user=" + value));
        assertThat(policies.setCookie(second)).isNull();
        assertThat(policies.hash(second)).isEqualTo(policies.hash(first));
    }

    @Shows("DestinationRule.trafficPolicy.loadBalancer.consistentHash.httpCookie.attributes")
    @Test
    void aGeneratedCookieHasItsAttributesInTheirOrder() {
        HashPolicy session = new HashPolicy.Cookie(
                "user", "/shop", Duration.ZERO, false, List.of("SameSite=Strict", "Secure", "Domain=shop.example"));
        assertThat(HashPolicies.compile(List.of(session)).setCookie(exchange(get("h", "/shop"))))
                .matches("user=\"[0-9a-f]+\"; Path=/shop; SameSite=Strict; Secure; Domain=shop\\.example; HttpOnly");
    }

    private static RouteEntry entry(Route route) {
        RouteTable table = table(host("*", route));
        return new RouteEntry(table, table.virtualHosts().getFirst(), route, null);
    }

    private static RequestHead prepared(Route route, RequestHead head) {
        entry(route).prepareRequest(exchange(head), head, false);
        return head;
    }
}

package dev.lateen.proxy.http.filter;

import static dev.lateen.proxy.route.RouteFixtures.any;
import static dev.lateen.proxy.route.RouteFixtures.exchange;
import static dev.lateen.proxy.route.RouteFixtures.get;
import static dev.lateen.proxy.route.RouteFixtures.request;
import static dev.lateen.proxy.route.RouteFixtures.table;
import static dev.lateen.proxy.route.RouteFixtures.to;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.schema.Shows;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.HttpProtocol;
import dev.lateen.proxy.message.PeerMetadata;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.model.Cluster.LbPolicy;
import dev.lateen.proxy.model.HeaderMutations;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.HttpConnectionManager.EscapedSlashes;
import dev.lateen.proxy.model.HttpConnectionManager.ForwardClientCert;
import dev.lateen.proxy.model.HttpConnectionManager.RouteSource;
import dev.lateen.proxy.model.HttpConnectionManager.ServerHeader;
import dev.lateen.proxy.model.HttpFilterConfig;
import dev.lateen.proxy.model.HttpFilterConfig.CorsPolicy;
import dev.lateen.proxy.model.HttpFilterConfig.Fault;
import dev.lateen.proxy.model.Provenance;
import dev.lateen.proxy.model.RbacPolicies;
import dev.lateen.proxy.model.Route;
import dev.lateen.proxy.model.StringMatcher;
import dev.lateen.proxy.model.VirtualHost;
import dev.lateen.proxy.model.VirtualHost.RequireTls;
import dev.lateen.proxy.route.RouteDecision;
import dev.lateen.proxy.route.RouteEntry;
import dev.lateen.proxy.route.RouteMatcher;
import dev.lateen.proxy.upstream.UpstreamFixtures;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FiltersTest {
    private static final FilterContext ALWAYS = new FakeContext();
    private static final String RBAC = "envoy.filters.http.rbac";
    private static final HttpFilterConfig.Rbac DENY_ALL = new HttpFilterConfig.Rbac(
            new RbacPolicies(new RbacPolicies.Rules(RbacPolicies.Action.ALLOW, List.of()), null, ""));

    private final FilterCounters counters = new FilterCounters();
    private final LocalWorkload local = LocalWorkload.of(
            "sidecar~1~a.b~c",
            Map.of(
                    "NAME", "reviews-1",
                    "NAMESPACE", "default",
                    "WORKLOAD_NAME", "reviews-v1",
                    "CLUSTER_ID", "Kubernetes",
                    "OWNER", "kubernetes://apis/apps/v1/namespaces/default/deployments/reviews-v1",
                    "PLATFORM", "not sent",
                    "LABELS", Map.of("app", "reviews", "version", "v1", "service.istio.io/canonical-name", "reviews")));

    private FilterVerdict run(HttpFilterConfig config, ExchangeFacts exchange) {
        List<HttpFilter> filters = compile(List.of(config), null);
        assertThat(filters).hasSize(1);
        return filters.getFirst().onRequest(exchange, ALWAYS);
    }

    private static LocalReply reply(FilterVerdict verdict) {
        assertThat(verdict).isInstanceOf(FilterVerdict.Reply.class);
        return ((FilterVerdict.Reply) verdict).reply();
    }

    private static HeaderMap responseHeaders(ExchangeFacts exchange) {
        return requireNonNull(exchange.response()).headers();
    }

    private List<HttpFilter> compile(List<HttpFilterConfig> filters, @Nullable RouteEntry entry) {
        return new FilterCompiler(local, counters)
                .compile(manager(filters), entry)
                .all();
    }

    @Test
    void deniedRequestsGetIstiosAnswer() {
        LocalReply denied = reply(run(DENY_ALL, exchange(get("h", "/"))));
        assertThat(denied.status()).isEqualTo(403);
        assertThat(denied.body()).isEqualTo("RBAC: access denied");
        assertThat(denied.details()).isEqualTo("rbac_access_denied_matched_policy[none]");
        assertThat(counters.snapshot()).containsEntry("http.test.rbac.denied", 1L);
    }

    @Test
    void shadowRulesCountAndLetThrough() {
        HttpFilterConfig dryRun = new HttpFilterConfig.Rbac(
                new RbacPolicies(null, DENY_ALL.policies().rules(), "istio_dry_run_allow_"));
        assertThat(run(dryRun, exchange(get("h", "/")))).isSameAs(FilterVerdict.CONTINUE);
        assertThat(counters.snapshot()).containsEntry("http.test.rbac.istio_dry_run_allow_shadow_denied", 1L);
    }

    @Test
    void faultsDelayThenAbort() {
        Fault both = new Fault(Duration.ofMillis(50), 1_000_000, 555, Fault.NONE, 1_000_000, List.of(), "");
        ExchangeFacts exchange = exchange(get("h", "/"));
        FilterVerdict.Delay delay = (FilterVerdict.Delay) run(both, exchange);
        assertThat(delay.delay()).isEqualTo(Duration.ofMillis(50));
        assertThat(exchange.hasFlag(ResponseFlag.DELAY_INJECTED)).isTrue();
        LocalReply abort = reply(delay.then());
        assertThat(abort.status()).isEqualTo(555);
        assertThat(abort.body()).isEqualTo("fault filter abort");
        assertThat(abort.details()).isEqualTo("fault_filter_abort");
        assertThat(abort.flag()).isEqualTo(ResponseFlag.FAULT_INJECTED);
    }

    @Shows("VirtualService.http.fault.abort.grpcStatus")
    @Test
    void grpcFaultsHaveAGrpcStatus() {
        Fault grpc = new Fault(null, 0, Fault.NONE, 14, 1_000_000, List.of(), "");
        LocalReply abort = reply(run(grpc, exchange(get("h", "/"))));
        assertThat(abort.grpcStatus()).isEqualTo(14);
        assertThat(abort.status()).isEqualTo(200);
    }

    private static final CorsPolicy CORS = new CorsPolicy(
            List.of(new StringMatcher.Suffix(".example.com", false)),
            "GET,POST",
            "x-custom",
            "x-seen",
            "86400",
            true,
            1_000_000,
            false);

    @Shows("VirtualService.http.corsPolicy")
    @Test
    void preflightOfAnAllowedOriginIsAnswered() {
        LocalReply answer = reply(run(
                new HttpFilterConfig.Cors(CORS),
                exchange(request(
                        "OPTIONS",
                        "h",
                        "/",
                        "origin",
                        "https://a.example.com",
                        "access-control-request-method",
                        "POST"))));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers())
                .containsExactly(
                        "access-control-allow-origin", "https://a.example.com",
                        "access-control-allow-credentials", "true",
                        "access-control-allow-methods", "GET,POST",
                        "access-control-allow-headers", "x-custom",
                        "access-control-max-age", "86400");
    }

    @Shows("VirtualService.http.corsPolicy.unmatchedPreflights")
    @Test
    void preflightOfAnotherOriginIsRefusedOrForwarded() {
        ExchangeFacts stranger = exchange(
                request("OPTIONS", "h", "/", "origin", "https://evil", "access-control-request-method", "GET"));
        // Without the origin's name no browser goes on, whatever else stands there.
        assertThat(reply(run(new HttpFilterConfig.Cors(CORS), stranger)).headers())
                .doesNotContain("access-control-allow-origin", "https://evil")
                .containsSequence("access-control-allow-methods", "GET,POST");
        CorsPolicy forwarding = new CorsPolicy(CORS.allowOrigins(), "", "", "", "", false, 1_000_000, true);
        assertThat(run(new HttpFilterConfig.Cors(forwarding), stranger)).isSameAs(FilterVerdict.CONTINUE);
    }

    @Test
    void starsAllowAllAndAnswerInTheWordsOfTheRequest() {
        for (StringMatcher all : List.of(
                new StringMatcher.Exact("*", false),
                new StringMatcher.Prefix("*", false),
                new StringMatcher.Suffix("", false))) {
            CorsPolicy star = new CorsPolicy(List.of(all), "*", "*", "", "", false, 1_000_000, true);
            ExchangeFacts preflight = exchange(request(
                    "OPTIONS",
                    "h",
                    "/",
                    "origin",
                    "https://any.example",
                    "access-control-request-method",
                    "PATCH",
                    "access-control-request-headers",
                    "x-a,x-b"));
            assertThat(reply(run(new HttpFilterConfig.Cors(star), preflight)).headers())
                    .containsExactly(
                            "access-control-allow-origin", "https://any.example",
                            "access-control-allow-methods", "PATCH",
                            "access-control-allow-headers", "x-a,x-b");
            HttpFilter filter =
                    compile(List.of(new HttpFilterConfig.Cors(star)), null).getFirst();
            ExchangeFacts simple = exchange(get("h", "/", "origin", "https://any.example"));
            simple.response(new ResponseHead(200, new HeaderMap()));
            filter.onResponse(simple);
            assertThat(responseHeaders(simple).getString("access-control-allow-origin"))
                    .isEqualTo("https://any.example");
        }
    }

    @Test
    void simpleRequestsOfAnAllowedOriginMayReadTheResponse() {
        HttpFilter filter =
                compile(List.of(new HttpFilterConfig.Cors(CORS)), null).getFirst();
        ExchangeFacts exchange = exchange(get("h", "/", "origin", "https://a.example.com"));
        assertThat(filter.onRequest(exchange, ALWAYS)).isSameAs(FilterVerdict.CONTINUE);
        exchange.response(new ResponseHead(200, new HeaderMap()));
        filter.onResponse(exchange);
        assertThat(responseHeaders(exchange).getString("access-control-allow-origin"))
                .isEqualTo("https://a.example.com");
        assertThat(responseHeaders(exchange).getString("access-control-expose-headers"))
                .isEqualTo("x-seen");
        ExchangeFacts stranger = exchange(get("h", "/", "origin", "https://evil"));
        stranger.response(new ResponseHead(200, new HeaderMap()));
        filter.onResponse(stranger);
        assertThat(responseHeaders(stranger).size()).isZero();
    }

    @Test
    void alpnNamesTheHttpVersionSpokenUpstream() {
        ExchangeFacts exchange =
                exchange(new RequestHead("GET", "/", "h", "http", HttpProtocol.HTTP_2, new HeaderMap()));
        run(new HttpFilterConfig.IstioAlpn(), exchange);
        assertThat(exchange.upstreamAlpn()).containsExactly("istio-h2", "istio", "h2");
        exchange.cluster(UpstreamFixtures.cluster(
                LbPolicy.RANDOM,
                new dev.lateen.proxy.model.Cluster.LbSettings(2, 1, 2, 0, false),
                UpstreamFixtures.fixed()));
        run(new HttpFilterConfig.IstioAlpn(), exchange);
        assertThat(exchange.upstreamAlpn()).containsExactly("istio-http/1.1", "istio", "http/1.1");
    }

    @Test
    void peersTellEachOtherWhoTheyAre() {
        // The client's outbound side adds, the server's inbound side reads, strips and answers, the client reads the
        // answer.
        HttpFilter client = compile(
                        List.of(new HttpFilterConfig.PeerMetadataExchange(false, true, false, true, true)), null)
                .getFirst();
        HttpFilter server = compile(
                        List.of(new HttpFilterConfig.PeerMetadataExchange(true, false, true, false, false)), null)
                .getFirst();
        RequestHead head = get("h", "/");
        client.onRequest(exchange(head), ALWAYS);
        assertThat(head.headers().getString("x-envoy-peer-metadata-id")).isEqualTo("sidecar~1~a.b~c");

        ExchangeFacts inbound = exchange(head);
        server.onRequest(inbound, ALWAYS);
        assertThat(head.headers().size()).isZero();
        assertThat(inbound.downstreamPeer())
                .isEqualTo(
                        new PeerMetadata("reviews-v1", "default", "Kubernetes", "reviews", "unknown", "reviews", "v1"));

        inbound.response(new ResponseHead(200, new HeaderMap()));
        server.onResponse(inbound);
        ExchangeFacts outbound = exchange(get("h", "/"));
        outbound.response(requireNonNull(inbound.response()));
        client.onResponse(outbound);
        assertThat(outbound.upstreamPeer()).isNotNull();
        assertThat(outbound.upstreamPeer().workload()).isEqualTo("reviews-v1");
        assertThat(responseHeaders(outbound).size()).isZero();
    }

    @Test
    void strangersLearnNothingAndNonsenseIsStripped() {
        HttpFilter server = compile(
                        List.of(new HttpFilterConfig.PeerMetadataExchange(true, false, true, false, false)), null)
                .getFirst();
        RequestHead head = get("h", "/", "x-envoy-peer-metadata", "!!!", "x-envoy-peer-metadata-id", "x");
        ExchangeFacts exchange = exchange(head);
        server.onRequest(exchange, ALWAYS);
        assertThat(head.headers().size()).isZero();
        assertThat(exchange.downstreamPeer()).isEqualTo(PeerMetadata.UNKNOWN);
        exchange.response(new ResponseHead(200, new HeaderMap()));
        server.onResponse(exchange);
        assertThat(responseHeaders(exchange).size()).isZero();
    }

    @Test
    void peerMetadataIsReadAsIstiosEnvoyWritesIt() {
        // {"NAMESPACE": "ns"} and {"WORKLOAD_NAME": "w"} as a serialised google.protobuf.Struct, written by hand,
        // without padding.
        byte[] bytes = {
            10, 17, 10, 9, 'N', 'A', 'M', 'E', 'S', 'P', 'A', 'C', 'E', 18, 4, 26, 2, 'n', 's', 10, 20, 10, 13, 'W',
            'O', 'R', 'K', 'L', 'O', 'A', 'D', '_', 'N', 'A', 'M', 'E', 18, 3, 26, 1, 'w'
        };
        String header = java.util.Base64.getEncoder().withoutPadding().encodeToString(bytes);
        PeerMetadata peer = PeerMetadataHeader.decode(header);
        assertThat(peer).isNotNull();
        assertThat(peer.namespace()).isEqualTo("ns");
        assertThat(peer.workload()).isEqualTo("w");
        assertThat(peer.app()).isEqualTo("unknown");
    }

    @Test
    void aFilterThatCannotBeBuiltDeniesEverythingByName() {
        LocalReply denied = reply(
                run(new HttpFilterConfig.Denied("envoy.filters.http.jwt_authn", "not built"), exchange(get("h", "/"))));
        assertThat(denied.status()).isEqualTo(403);
        assertThat(denied.body()).contains("envoy.filters.http.jwt_authn");
    }

    @Test
    void filtersWithNothingToDoAreLeftOut() {
        List<HttpFilterConfig> idle = List.of(
                new HttpFilterConfig.GrpcStats(),
                new HttpFilterConfig.IstioStats(true, List.of()),
                new HttpFilterConfig.Cors(null),
                new HttpFilterConfig.Fault(null, 0, Fault.NONE, Fault.NONE, 0, List.of(), ""),
                new HttpFilterConfig.Rbac(new RbacPolicies(null, null, "")),
                new HttpFilterConfig.Ignored("envoy.filters.http.grpc_web"),
                new HttpFilterConfig.Router(false, false));
        assertThat(compile(idle, null)).isEmpty();
    }

    @Test
    void theMostSpecificOverrideWins() {
        HttpFilterConfig allow = new HttpFilterConfig.Rbac(new RbacPolicies(null, null, ""));
        List<HttpFilterConfig> filters = List.of(DENY_ALL);
        assertThat(compile(filters, entry(Map.of(), Map.of()))).hasSize(1);
        assertThat(compile(filters, entry(Map.of(RBAC, allow), Map.of()))).isEmpty();
        assertThat(compile(filters, entry(Map.of(RBAC, allow), Map.of(RBAC, DENY_ALL))))
                .hasSize(1);
        assertThat(compile(filters, entry(Map.of(), Map.of(RBAC, new HttpFilterConfig.Disabled()))))
                .isEmpty();
        assertThat(compile(filters, entry(Map.of(), Map.of(RBAC, new HttpFilterConfig.Cors(null)))))
                .as("an override of another kind changes nothing")
                .hasSize(1);
    }

    private static RouteEntry entry(Map<String, HttpFilterConfig> ofHost, Map<String, HttpFilterConfig> ofRoute) {
        Route route =
                new Route("r", any(), to("c"), HeaderMutations.NONE, HeaderMutations.NONE, ofRoute, Provenance.NONE);
        VirtualHost host = new VirtualHost(
                "v",
                List.of("*"),
                List.of(route),
                RequireTls.NONE,
                HeaderMutations.NONE,
                HeaderMutations.NONE,
                false,
                false,
                null,
                ofHost);
        RouteDecision decision = RouteMatcher.compile(table(host)).match(get("h", "/"), new SplittableRandom(1));
        return ((RouteDecision.Forward) decision).entry();
    }

    /** Where another route goes on, the filters that have been passed stay passed, whatever each route has. */
    @Test
    void anotherRoutesFiltersGoOnBehindThoseThatWereAsked() {
        List<HttpFilterConfig> all = List.of(
                new HttpFilterConfig.PeerMetadataExchange(true, false, false, false, false),
                DENY_ALL,
                new HttpFilterConfig.IstioAlpn(),
                new HttpFilterConfig.Router(false, false));
        FilterCompiler compiler = new FilterCompiler(local, counters);
        HttpConnectionManager manager = manager(all);
        RouteFilters plain = compiler.compile(manager, null);
        RouteFilters without =
                compiler.compile(manager, entry(Map.of(), Map.of(RBAC, new HttpFilterConfig.Disabled())));
        assertThat(plain.all())
                .hasExactlyElementsOfTypes(PeerMetadataFilter.class, RbacFilter.class, IstioAlpnFilter.class);
        assertThat(without.all()).hasExactlyElementsOfTypes(PeerMetadataFilter.class, IstioAlpnFilter.class);
        assertThat(plain.goOnWith(1, without).all()).containsExactly(plain.filter(0), without.filter(1));
        assertThat(plain.goOnWith(2, without).all())
                .containsExactly(plain.filter(0), plain.filter(1), without.filter(1));
        assertThat(plain.goOnWith(3, without).all()).isEqualTo(plain.all());
        assertThat(without.goOnWith(1, plain).all())
                .containsExactly(without.filter(0), plain.filter(1), plain.filter(2));
        assertThat(without.goOnWith(2, plain).all()).isEqualTo(without.all());
        assertThat(without.goOnWith(1, plain).goOnWith(2, without).all())
                .containsExactly(without.filter(0), plain.filter(1), without.filter(1));
        assertThat(plain.goOnWith(1, RouteFilters.NONE).all()).containsExactly(plain.filter(0));
    }

    static HttpConnectionManager manager(List<HttpFilterConfig> filters) {
        Duration none = Duration.ZERO;
        return new HttpConnectionManager(
                "test",
                new RouteSource.Rds("r"),
                filters,
                new HttpConnectionManager.Reporting(List.of(), null, true, false),
                new HttpConnectionManager.Server("envoy", ServerHeader.OVERWRITE),
                new HttpConnectionManager.Forwarded(
                        false,
                        0,
                        false,
                        false,
                        new ForwardClientCert(ForwardClientCert.Mode.SANITIZE, false, false, false, false, false),
                        List.of()),
                new HttpConnectionManager.Normalization(true, false, EscapedSlashes.KEEP_UNCHANGED, false, false),
                HttpConnectionManager.ClientProtocol.DEFAULT,
                new HttpConnectionManager.Timeouts(none, none, none, none, none, none),
                HttpConnectionManager.Limits.DEFAULT);
    }
}

package dev.lateen.proxy.policy;

import static dev.lateen.proxy.route.RouteFixtures.address;
import static dev.lateen.proxy.route.RouteFixtures.get;
import static dev.lateen.proxy.route.RouteFixtures.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.re2j.Pattern;
import dev.lateen.api.schema.Shows;
import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.TlsFacts;
import dev.lateen.proxy.model.Cidr;
import dev.lateen.proxy.model.HeaderMatcher;
import dev.lateen.proxy.model.HttpFilterConfig.Fault;
import dev.lateen.proxy.model.MetadataMatcher;
import dev.lateen.proxy.model.NetworkFilterConfig;
import dev.lateen.proxy.model.Provenance;
import dev.lateen.proxy.model.RbacPolicies;
import dev.lateen.proxy.model.RbacPolicies.Action;
import dev.lateen.proxy.model.RbacPolicies.Permission;
import dev.lateen.proxy.model.RbacPolicies.Policy;
import dev.lateen.proxy.model.RbacPolicies.Principal;
import dev.lateen.proxy.model.RbacPolicies.Rules;
import dev.lateen.proxy.model.StringMatcher;
import dev.lateen.proxy.model.StructValue;
import dev.lateen.proxy.model.ValueMatcher;
import dev.lateen.proxy.reason.Finding;
import dev.lateen.proxy.reason.Question;
import dev.lateen.proxy.reason.Trace;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The policies are the ones that Istio makes of its authorization test cases. */
class RbacEngineTest {
    private static final Permission ANYTHING = new Permission.And(List.of(new Permission.Any()));
    private static final Principal ANYBODY = new Principal.And(List.of(new Principal.Any()));

    private static RbacEngine engine(Action action, Policy... policies) {
        return RbacEngine.compile(new RbacPolicies(new Rules(action, List.of(policies)), null, ""));
    }

    private static Policy policy(String name, Permission permission, Principal principal) {
        return new Policy("ns[foo]-policy[" + name + "]-rule[0]", List.of(permission), List.of(principal));
    }

    private static ExchangeFacts from(String spiffe, RequestHead head) {
        return new ExchangeFacts(connection(spiffe, "10.0.0.1"), head, 0, 0);
    }

    private static ConnectionFacts connection(String spiffe, String remote) {
        TlsFacts tls = spiffe.isEmpty()
                ? null
                : new TlsFacts("TLSv1.3", "", null, List.of(spiffe), List.of(), "", "aa", "", "spiffe://local");
        return new ConnectionFacts(1, address(remote, 4000), address("10.0.0.9", 9080), true, true, "sni.example", tls);
    }

    @Test
    void emptyRuleAllowsAllAndNilRuleNobody() {
        ExchangeFacts anybody = from("", get("h", "/"));
        assertThat(engine(Action.ALLOW, policy("allow-all", ANYTHING, ANYBODY)).check(anybody))
                .isEqualTo(new RbacDecision(true, "ns[foo]-policy[allow-all]-rule[0]"));
        Policy none =
                policy("allow-none", new Permission.Not(new Permission.Any()), new Principal.Not(new Principal.Any()));
        assertThat(engine(Action.ALLOW, none).check(anybody)).isEqualTo(new RbacDecision(false, "none"));
        assertThat(engine(Action.ALLOW, none).check(anybody).details())
                .isEqualTo("rbac_access_denied_matched_policy[none]");
    }

    @Test
    void denyNamesItsPolicyAndAuditLetsThrough() {
        ExchangeFacts anybody = from("", get("h", "/"));
        assertThat(engine(Action.DENY, policy("deny all", ANYTHING, ANYBODY))
                        .check(anybody)
                        .details())
                .isEqualTo("rbac_access_denied_matched_policy[ns[foo]-policy[deny_all]-rule[0]]");
        assertThat(engine(Action.DENY).check(anybody)).isEqualTo(new RbacDecision(true, "none"));
        assertThat(engine(Action.LOG, policy("audit", ANYTHING, ANYBODY))
                        .check(anybody)
                        .allowed())
                .isTrue();
    }

    @Test
    void noRulesAllowEverything() {
        RbacEngine shadowOnly = RbacEngine.compile(new RbacPolicies(
                null, new Rules(Action.ALLOW, List.of(policy("p", path("/exact"), ANYBODY))), "istio_dry_run_allow_"));
        ExchangeFacts exchange = from("", get("h", "/other"));
        assertThat(shadowOnly.check(exchange).allowed()).isTrue();
        assertThat(shadowOnly.checkShadow(exchange)).isEqualTo(new RbacDecision(false, "none"));
        assertThat(shadowOnly.checkShadow(from("", get("h", "/exact?q=1"))))
                .isNotNull()
                .matches(RbacDecision::allowed);
    }

    private static Permission path(String exact) {
        return new Permission.UrlPath(new StringMatcher.Exact(exact, false));
    }

    @ParameterizedTest
    @CsvSource({
        "/exact,               true",
        "/exact?a=b,           true",
        "/prefix/x,            true",
        "/x/suffix,            true",
        "/path/template/one,   true",
        "/path/template/a/b,   false",
        "/none,                false",
    })
    void pathsOfAnOperation(String path, boolean allowed) {
        Permission paths = new Permission.Or(List.of(
                path("/exact"),
                new Permission.UrlPath(new StringMatcher.Prefix("/prefix/", false)),
                new Permission.UrlPath(new StringMatcher.Suffix("/suffix", false)),
                new Permission.UriTemplate(Pattern.compile("/path/template/[^/]+"))));
        assertThat(engine(Action.ALLOW, policy("p", paths, ANYBODY))
                        .check(from("", get("h", path)))
                        .allowed())
                .isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "spiffe://cluster.local/ns/default/sa/productpage, GET,  true",
        "spiffe://cluster.local/ns/default/sa/productpage, POST, false",
        "spiffe://cluster.local/ns/other/sa/productpage,   GET,  false",
        "'',                                               GET,  false",
    })
    void onlyProductpageMayGet(String peer, String method, boolean allowed) {
        Policy policy = policy(
                "reviews-viewer",
                new Permission.And(List.of(new Permission.Header(header(":method", "GET")))),
                new Principal.And(List.of(new Principal.Authenticated(
                        new StringMatcher.Exact("spiffe://cluster.local/ns/default/sa/productpage", false)))));
        RequestHead head = get("reviews", "/");
        head.method(method);
        assertThat(engine(Action.ALLOW, policy).check(from(peer, head)).allowed())
                .isEqualTo(allowed);
    }

    @Shows("AuthorizationPolicy.rules.from.source.namespaces")
    @Test
    void namespacesComeFromTheIdentity() {
        Principal ns = new Principal.PeerPrincipal(new StringMatcher.Regex(Pattern.compile(".*/ns/foo/.*")));
        RbacEngine deny = engine(Action.DENY, policy("p", ANYTHING, ns));
        assertThat(deny.check(from("spiffe://td/ns/foo/sa/a", get("h", "/"))).allowed())
                .isFalse();
        assertThat(deny.check(from("spiffe://td/ns/bar/sa/a", get("h", "/"))).allowed())
                .isTrue();
        assertThat(deny.check(from("", get("h", "/"))).allowed()).isTrue();
    }

    @Test
    void anyAuthenticatedPeerNeedsTls() {
        RbacEngine engine = engine(Action.ALLOW, policy("p", ANYTHING, new Principal.Authenticated(null)));
        assertThat(engine.check(from("spiffe://td/ns/foo/sa/a", get("h", "/"))).allowed())
                .isTrue();
        assertThat(engine.check(from("", get("h", "/"))).allowed()).isFalse();
    }

    @Shows({"AuthorizationPolicy.rules.from.source.ipBlocks", "AuthorizationPolicy.rules.from.source.remoteIpBlocks"})
    @Test
    void remoteIpIsTheTrustedClientAndDirectIpThePeer() {
        Cidr clients = new Cidr(address("203.0.113.0", 0).getAddress(), 24);
        RbacEngine byClient = engine(Action.ALLOW, policy("p", ANYTHING, new Principal.RemoteIp(clients)));
        RbacEngine byPeer = engine(Action.ALLOW, policy("p", ANYTHING, new Principal.DirectRemoteIp(clients)));
        ExchangeFacts forwarded = from("", get("h", "/"));
        forwarded.clientAddress(address("203.0.113.7", 0));
        assertThat(byClient.check(forwarded).allowed()).isTrue();
        assertThat(byPeer.check(forwarded).allowed()).isFalse();
        assertThat(byPeer.check(connection("", "203.0.113.9"), null).allowed()).isTrue();
    }

    @Test
    void destinationAndServerNameAreFactsOfTheConnection() {
        Permission all = new Permission.And(List.of(
                new Permission.DestinationPort(9080),
                new Permission.DestinationPortRange(9000, 9081),
                new Permission.DestinationIp(new Cidr(address("10.0.0.0", 0).getAddress(), 24)),
                new Permission.RequestedServerName(new StringMatcher.Exact("sni.example", false))));
        assertThat(engine(Action.ALLOW, policy("p", all, ANYBODY))
                        .check(connection("", "10.0.0.1"), null)
                        .allowed())
                .isTrue();
        Permission range = new Permission.DestinationPortRange(9000, 9080);
        assertThat(engine(Action.ALLOW, policy("p", range, ANYBODY))
                        .check(connection("", "10.0.0.1"), null)
                        .allowed())
                .isFalse();
    }

    @Test
    void httpPartsAreMissingOnTcp() {
        ConnectionFacts tcp = connection("", "10.0.0.1");
        assertThat(engine(Action.ALLOW, policy("p", path("/"), ANYBODY))
                        .check(tcp, null)
                        .allowed())
                .isFalse();
        Permission get = new Permission.Header(header(":method", "GET"));
        assertThat(engine(Action.ALLOW, policy("p", get, ANYBODY))
                        .check(tcp, null)
                        .allowed())
                .isFalse();
        HeaderMatcher absent = new HeaderMatcher("x", new HeaderMatcher.Test.Present(true), true, false);
        assertThat(engine(Action.DENY, policy("p", new Permission.Header(absent), ANYBODY))
                        .check(tcp, null)
                        .allowed())
                .isFalse();
    }

    @Test
    void absentMetadataMatchesOnlyInverted() {
        Principal jwt = new Principal.Metadata(issuer(false));
        Principal noJwt = new Principal.Metadata(issuer(true));
        ExchangeFacts anybody = from("", get("h", "/"));
        assertThat(engine(Action.ALLOW, policy("p", ANYTHING, jwt))
                        .check(anybody)
                        .allowed())
                .isFalse();
        assertThat(engine(Action.ALLOW, policy("p", ANYTHING, noJwt))
                        .check(anybody)
                        .allowed())
                .isTrue();
    }

    @Test
    void metadataThatAFilterLeftDecides() {
        ExchangeFacts somebody = from("", get("h", "/"));
        somebody.addDynamicMetadata(
                "envoy.filters.http.jwt_authn",
                new StructValue.Struct(
                        Map.of("payload", new StructValue.Struct(Map.of("iss", new StructValue.StringValue("me"))))));
        for (boolean invert : new boolean[] {false, true}) {
            assertThat(engine(Action.ALLOW, policy("p", ANYTHING, new Principal.Metadata(issuer(invert))))
                            .check(somebody)
                            .allowed())
                    .isEqualTo(!invert);
            assertThat(engine(Action.DENY, policy("p", new Permission.Metadata(issuer(invert)), ANYBODY))
                            .check(somebody)
                            .allowed())
                    .isEqualTo(invert);
        }
    }

    private static MetadataMatcher issuer(boolean invert) {
        return new MetadataMatcher(
                "envoy.filters.http.jwt_authn", List.of("payload", "iss"), new ValueMatcher.Present(true), invert);
    }

    @Test
    void theTraceTellsWhatFailedOfEachPolicyAndNamesIt() {
        RbacEngine engine = engine(
                Action.ALLOW,
                policy("a", path("/a"), ANYBODY),
                policy("b", ANYTHING, new Principal.Not(new Principal.Any())),
                policy("c", ANYTHING, ANYBODY));
        Trace trace = new Trace();
        assertThat(engine.check(from("", get("h", "/x")), trace)).isSameAs(engine.check(from("", get("h", "/x"))));
        assertThat(trace.of(Question.ACCESS))
                .extracting(Finding::subject, Finding::held, Finding::rule)
                .containsExactly(
                        tuple(
                                "ns[foo]-policy[a]-rule[0]",
                                false,
                                "action ALLOW: what is done does not match: /x (expected: path exact \"/a\")"),
                        tuple(
                                "ns[foo]-policy[b]-rule[0]",
                                false,
                                "action ALLOW: who does it does not match: it is so (expected: not anybody)"),
                        tuple("ns[foo]-policy[c]-rule[0]", true, "action ALLOW matches"));
        Provenance named = trace.findings().getFirst().resource();
        assertThat(named.kind()).isEqualTo("authorization-policy");
        assertThat(named.namespace()).isEqualTo("foo");
        assertThat(named.name()).isEqualTo("a");
        assertThat(named.field()).isEqualTo("spec.rules[0]");
    }

    @Test
    void ofAlternativesThatHoldNothingIsToldThatFailed() {
        Permission either = new Permission.Or(List.of(path("/a"), path("/x")));
        Trace trace = new Trace();
        engine(Action.ALLOW, policy("a", either, new Principal.Authenticated(null)))
                .check(from("", get("h", "/x")), trace);
        assertThat(trace.findings().getFirst().rule())
                .isEqualTo("action ALLOW: who does it does not match: absent (expected: an authenticated peer)");
        assertThat(trace.findings().getLast().rule()).isEqualTo("no policy of action ALLOW matches");
    }

    @Test
    void connectionsAreDeniedWithTheirDetails() {
        ConnectionAuthorizer authorizer = new ConnectionAuthorizer();
        NetworkFilterConfig nobody =
                new NetworkFilterConfig.Rbac(new RbacPolicies(new Rules(Action.ALLOW, List.of()), null, ""));
        NetworkFilterConfig anybody = new NetworkFilterConfig.Rbac(new RbacPolicies(null, null, ""));
        NetworkFilterConfig unknown = new NetworkFilterConfig.Denied("x", "can't be built");
        assertThat(authorizer.denial(List.of(anybody, nobody), connection("", "10.0.0.1")))
                .isEqualTo("rbac_access_denied_matched_policy[none]");
        assertThat(authorizer.denial(List.of(anybody), connection("", "10.0.0.1")))
                .isNull();
        Trace trace = new Trace();
        assertThat(authorizer.denial(List.of(unknown), connection("", "10.0.0.1"), trace))
                .isEqualTo("x: can't be built");
        assertThat(trace.of(Question.ACCESS)).extracting(Finding::rule).containsExactly("can't be built");
    }

    @Test
    void faultsHitOnlyWhomTheyAreMeantFor() {
        Fault fault = new Fault(
                Duration.ofSeconds(7), 1_000_000, 555, Fault.NONE, 0, List.of(header("end-user", "jason")), "ratings");
        RequestHead jason = get("h", "/", "end-user", "jason");
        assertThat(FaultDecision.of(fault, jason, "ratings", n -> n == 1_000_000))
                .isEqualTo(new FaultDecision(Duration.ofSeconds(7), false));
        assertThat(FaultDecision.of(fault, jason, "reviews", n -> true)).isEqualTo(FaultDecision.NONE);
        assertThat(FaultDecision.of(fault, get("h", "/"), "ratings", n -> true)).isEqualTo(FaultDecision.NONE);
        assertThat(FaultDecision.of(fault, jason, "ratings", n -> true))
                .isEqualTo(new FaultDecision(Duration.ofSeconds(7), true));
    }
}

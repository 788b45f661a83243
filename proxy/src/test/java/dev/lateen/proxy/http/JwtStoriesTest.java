package dev.lateen.proxy.http;

import static dev.lateen.proxy.route.RouteFixtures.prefix;
import static dev.lateen.proxy.route.RouteFixtures.route;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.filter.FilterCompiler;
import dev.lateen.proxy.http.filter.FilterCounters;
import dev.lateen.proxy.http.filter.LocalWorkload;
import dev.lateen.proxy.jwt.TestKeys;
import dev.lateen.proxy.model.Cluster.UpstreamProtocol;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.MetadataMatcher;
import dev.lateen.proxy.model.RouteMatch;
import dev.lateen.proxy.model.StringMatcher;
import dev.lateen.proxy.model.ValueMatcher;
import dev.lateen.proxy.route.RouteFixtures;
import dev.lateen.proxy.xds.decode.Decoded;
import dev.lateen.proxy.xds.decode.FileSource;
import dev.lateen.proxy.xds.decode.ResourceDecoder;
import dev.lateen.proxy.xds.decode.ResourceType;
import dev.lateen.proxy.xds.proto.ProtoJsonReader;
import dev.lateen.proxy.xds.proto.ProtoSchema;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Tokens as clients and servers meet them, by filters as a control plane sends them. */
class JwtStoriesTest extends FilterFixture {
    private static final TestKeys KEYS = new TestKeys();
    private static final String RULE = "rules: [{match: {prefix: /}, requires: {requires_any: {requirements:"
            + " [{provider_name: p}, {allow_missing: {}}]}}}]";
    private static final String RBAC = "{name: envoy.filters.http.rbac, typed_config: {\"@type\":"
            + " type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC, rules: {policies: {only: {permissions:"
            + " [{any: true}], principals: [{metadata: {filter: envoy.filters.http.jwt_authn, path: [{key: payload},"
            + " {key: sub}], value: {string_match: {exact: me}}}}]}}}}}, ";

    private final FilterCounters counters = new FilterCounters();
    private RawServer upstream;

    @BeforeEach
    void serve() throws IOException {
        upstream = new RawServer(talk -> {
            while (talk.head() != null) {
                talk.ok("served");
            }
        });
        servers.add(upstream);
        proxy.cluster("c", UpstreamProtocol.HTTP1, upstream.port());
        proxy.routes(prefix("/", "c"));
    }

    private static String local(String more) {
        return "providers: {p: {issuer: i, local_jwks: {inline_string: '" + KEYS.rsaJwks() + "'}, payload_in_metadata:"
                + " payload" + more + "}}";
    }

    private static String remote(String more) {
        return "providers: {p: {issuer: i, remote_jwks: {http_uri: {uri: \"http://keys.example/jwks?a=b\", cluster:"
                + " keys, timeout: 5s}" + more + "}}}";
    }

    /** @param config of the filter @param behind further filters, each with a comma */
    private void filter(String config, String behind) {
        HttpConnectionManager manager = manager("{name: envoy.filters.http.jwt_authn, typed_config: {\"@type\":"
                + " type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication, "
                + config + "}}, " + behind);
        FilterCompiler compiler = new FilterCompiler(LocalWorkload.of("sidecar~1~a.b~c", Map.of()), counters);
        proxy.chains = (_, entry) -> compiler.compile(manager, entry);
    }

    @SuppressWarnings("unchecked")
    private static HttpConnectionManager manager(String filters) {
        String yaml =
                "{name: l, address: {socket_address: {address: 1.2.3.4, port_value: 1}}, filter_chains: [{filters:"
                        + " [{name: h, typed_config: {\"@type\": type.googleapis.com/envoy.extensions.filters.network."
                        + "http_connection_manager.v3.HttpConnectionManager, stat_prefix: test, route_config: {name: r,"
                        + " virtual_hosts: []}, http_filters: [" + filters + "{name: r, typed_config: {\"@type\":"
                        + " type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]}}]}]}";
        Map<String, Object> json = YAMLMapper.builder().build().readValue(yaml, Map.class);
        Decoded decoded = ResourceDecoder.lenient(FileSource.NONE)
                .decode(
                        ResourceType.LISTENER,
                        "",
                        ProtoJsonReader.read(
                                ProtoSchema.ENVOY.message("envoy.config.listener.v3.Listener"), json, null, ""));
        assertThat(((Decoded.Accepted) decoded).unsupported()).isEmpty();
        return (HttpConnectionManager) ((Decoded.Resource.OfListener) ((Decoded.Accepted) decoded).resource())
                .listener()
                .filterChains()
                .getFirst()
                .terminal();
    }

    private String get(String path, String... headers) throws Exception {
        StringBuilder text = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n");
        for (String header : headers) {
            text.append(header).append("\r\n");
        }
        return ask(text + "\r\n");
    }

    private static String bearer(String claims) {
        return "Authorization: Bearer " + KEYS.token(claims);
    }

    @Test
    void aGoodTokenPassesAndIsTakenOut() throws Exception {
        filter(
                local(", forward_payload_header: X-Payload, claim_to_headers: [{header_name: X-Sub, claim_name: sub}]")
                        + ", " + RULE,
                "");
        assertThat(get("/", bearer("{\"iss\":\"i\",\"sub\":\"me\"}")))
                .startsWith("HTTP/1.1 200 ")
                .endsWith("served");
        assertThat(upstream.heads.getLast())
                .contains("x-sub: me\r\n", "x-payload: " + TestKeys.encode("{\"iss\":\"i\",\"sub\":\"me\"}"))
                .doesNotContainIgnoringCase("authorization");
        assertThat(get("/", "X-Sub: forged", "x-payload: forged")).startsWith("HTTP/1.1 200 ");
        assertThat(upstream.heads.getLast()).doesNotContain("forged");
        assertThat(counters.snapshot()).containsEntry("http.test.jwt_authn.allowed", 2L);
    }

    @Test
    void aBadTokenIsToldWhatIsWrong() throws Exception {
        filter(local(", audiences: [here]") + ", " + RULE, "");
        assertThat(get("/x?y=1", "Authorization: Bearer x"))
                .startsWith("HTTP/1.1 401 ")
                .contains("www-authenticate: Bearer realm=\"http://a/x?y=1\", error=\"invalid_token\"\r\n")
                .endsWith("Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections");
        assertThat(get("/", bearer("{\"iss\":\"i\",\"aud\":\"there\"}")))
                .startsWith("HTTP/1.1 403 ")
                .contains("www-authenticate: Bearer realm=\"http://a/\", error=\"invalid_token\"\r\n")
                .endsWith("Audiences in Jwt are not allowed");
        Awaitility.await().until(() -> proxy.completed.size() == 2);
        assertThat(proxy.completed.getLast().details())
                .isEqualTo("jwt_authn_access_denied{Audiences_in_Jwt_are_not_allowed}");
        assertThat(counters.snapshot()).containsEntry("http.test.jwt_authn.denied", 2L);
        assertThat(upstream.heads).isEmpty();
    }

    @Test
    void aMissingTokenIsMissedAndPreflightsHaveNone() throws Exception {
        filter(
                local("") + ", bypass_cors_preflight: true, rules: [{match: {prefix: /open}}, {match: {prefix: /},"
                        + " requires: {provider_name: p}}]",
                "");
        assertThat(get("/"))
                .startsWith("HTTP/1.1 401 ")
                .contains("www-authenticate: Bearer realm=\"http://a/\"\r\n")
                .endsWith("Jwt is missing");
        assertThat(get("/open")).startsWith("HTTP/1.1 200 ");
        assertThat(ask("OPTIONS / HTTP/1.1\r\nHost: a\r\nOrigin: o\r\nAccess-Control-Request-Method: GET\r\n"
                        + "Connection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
        assertThat(ask("OPTIONS / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 401 ");
    }

    @Test
    void aRefusalMayBeSilent() throws Exception {
        filter(local("") + ", strip_failure_response: true, " + RULE, "");
        assertThat(get("/", "Authorization: Bearer x"))
                .startsWith("HTTP/1.1 401 ")
                .doesNotContain("www-authenticate", "Jwt");
    }

    @Test
    void policiesDecideByClaims() throws Exception {
        filter(local("") + ", " + RULE, RBAC);
        assertThat(get("/", bearer("{\"iss\":\"i\",\"sub\":\"me\"}"))).startsWith("HTTP/1.1 200 ");
        assertThat(get("/", bearer("{\"iss\":\"i\",\"sub\":\"you\"}")))
                .startsWith("HTTP/1.1 403 ")
                .endsWith("RBAC: access denied");
        assertThat(get("/")).startsWith("HTTP/1.1 403 ");
        assertThat(get("/", "Authorization: Bearer x")).startsWith("HTTP/1.1 401 ");
    }

    @Test
    void routesAreChosenByClaims() throws Exception {
        cluster("d");
        RouteMatch mine = new RouteMatch(
                new RouteMatch.PathMatch.Prefix("/"),
                true,
                List.of(),
                List.of(),
                1_000_000,
                false,
                List.of(new MetadataMatcher(
                        "envoy.filters.http.jwt_authn",
                        List.of("payload", "sub"),
                        new ValueMatcher.Text(new StringMatcher.Exact("me", false)),
                        false)));
        proxy.routes(route(mine, RouteFixtures.to("d")), prefix("/", "c"));
        filter(local(", clear_route_cache: true") + ", " + RULE, "");
        assertThat(get("/", bearer("{\"iss\":\"i\",\"sub\":\"me\"}"))).endsWith("d");
        assertThat(get("/", bearer("{\"iss\":\"i\",\"sub\":\"you\"}"))).endsWith("served");
        assertThat(get("/")).endsWith("served");
    }

    // --- keys from a cluster

    /** @param answers status and body, one for each request; the last stays */
    private RawServer keys(String... answers) throws IOException {
        AtomicInteger asked = new AtomicInteger();
        RawServer server = new RawServer(talk -> {
            while (talk.head() != null) {
                String answer = answers[Math.min(asked.getAndIncrement(), answers.length - 1)];
                String body = answer.substring(4);
                talk.say("HTTP/1.1 " + answer.substring(0, 3) + " x\r\ncontent-length: " + body.length() + "\r\n\r\n"
                        + body);
            }
        });
        servers.add(server);
        proxy.cluster("keys", UpstreamProtocol.HTTP1, server.port());
        return server;
    }

    @Test
    void keysAreFetchedOnceAndKeptForTheirTime() throws Exception {
        RawServer keys = keys("200 " + KEYS.rsaJwks());
        AtomicLong now = new AtomicLong(1);
        proxy.nanos = now::get;
        filter(remote(", cache_duration: 60s") + ", " + RULE, "");
        String good = bearer("{\"iss\":\"i\"}");
        assertThat(get("/")).startsWith("HTTP/1.1 200 ");
        assertThat(keys.heads).as("nobody needs keys yet").isEmpty();
        for (int i = 0; i < 3; i++) {
            assertThat(get("/", good)).startsWith("HTTP/1.1 200 ");
        }
        assertThat(keys.heads)
                .singleElement()
                .asString()
                .startsWith("GET /jwks?a=b HTTP/1.1\r\n")
                .contains("keys.example");
        assertThat(get("/", "Authorization: Bearer " + new TestKeys().token("{\"iss\":\"i\"}")))
                .startsWith("HTTP/1.1 401 ")
                .endsWith("Jwt verification fails");
        now.addAndGet(Duration.ofSeconds(61).toNanos());
        assertThat(get("/", good)).startsWith("HTTP/1.1 200 ");
        assertThat(keys.heads).hasSize(2);
    }

    @Test
    void withoutKeysNobodyIsLetInAndTheServerIsNotAskedByEveryone() throws Exception {
        RawServer keys = keys("500 away", "200 no keys", "200 " + KEYS.rsaJwks());
        AtomicLong now = new AtomicLong(1);
        proxy.nanos = now::get;
        filter(remote("") + ", " + RULE, "");
        String good = bearer("{\"iss\":\"i\"}");
        assertThat(get("/", good)).startsWith("HTTP/1.1 401 ").endsWith("Jwks remote fetch is failed");
        assertThat(get("/", good)).startsWith("HTTP/1.1 401 ");
        assertThat(keys.heads).hasSize(1);
        now.addAndGet(Duration.ofSeconds(2).toNanos());
        assertThat(get("/", good)).startsWith("HTTP/1.1 401 ").endsWith("Jwks is an invalid JSON");
        now.addAndGet(Duration.ofSeconds(2).toNanos());
        assertThat(get("/", good)).startsWith("HTTP/1.1 200 ");
        assertThat(counters.snapshot())
                .containsEntry("http.test.jwt_authn.jwks_fetch_failed", 2L)
                .containsEntry("http.test.jwt_authn.jwks_fetch_success", 1L);
    }

    @Test
    void aFetchThatFailsIsRepeatedAsOftenAsIsSaid() throws Exception {
        RawServer keys = keys("503 x", "503 y", "200 " + KEYS.rsaJwks());
        filter(remote(", retry_policy: {num_retries: 2}") + ", " + RULE, "");
        assertThat(get("/", bearer("{\"iss\":\"i\"}"))).startsWith("HTTP/1.1 200 ");
        assertThat(keys.heads).hasSize(3);
    }

    @Test
    void keysThatAreFetchedAheadServeUntilThereAreNewerOnes() throws Exception {
        RawServer keys = keys("200 " + KEYS.rsaJwks(), "500 away");
        AtomicLong now = new AtomicLong(1);
        proxy.nanos = now::get;
        filter(remote(", cache_duration: 60s, async_fetch: {fast_listener: true}") + ", " + RULE, "");
        String good = bearer("{\"iss\":\"i\"}");
        assertThat(get("/", good)).startsWith("HTTP/1.1 200 ");
        now.addAndGet(Duration.ofSeconds(61).toNanos());
        assertThat(get("/", good)).startsWith("HTTP/1.1 200 ");
        assertThat(get("/", good)).startsWith("HTTP/1.1 200 ");
        assertThat(keys.heads).hasSize(2);
    }

    @Test
    void tooManyKeysAreNotRead() throws Exception {
        keys("200 " + "{\"keys\":[]" + " ".repeat(300_000) + "}");
        filter(remote("") + ", " + RULE, "");
        assertThat(get("/", bearer("{\"iss\":\"i\"}")))
                .startsWith("HTTP/1.1 401 ")
                .endsWith("Jwks remote fetch is failed");
    }

    @Test
    void aClusterThatIsNotThereLetsNobodyIn() throws Exception {
        filter(remote("") + ", " + RULE, "");
        assertThat(get("/", bearer("{\"iss\":\"i\"}")))
                .startsWith("HTTP/1.1 401 ")
                .endsWith("Jwks remote fetch is failed");
    }
}

package dev.lateen.istiod.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.istiod.input.ConfigInput;
import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.input.ObjectKey;
import dev.lateen.istiod.model.MeshSnapshot;
import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.model.TokenKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** RequestAuthentications as what Istio makes of them; a dump of a real one is compared in {@link IstioConfigDumpTest}. */
class JwtTranslationTest {
    private static final ProxyNode SIDECAR = Mesh.envoy("client-1", "127.1.0.1", Map.of("app", "client"));
    private static final String POD = """
        apiVersion: v1
        kind: Service
        metadata: {name: client}
        spec: {clusterIP: 10.0.0.7, selector: {app: client}, ports: [{name: http, port: 80, targetPort: 9000}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: client-1, labels: {app: client}}
        spec: {containers: [{name: app, image: app, ports: [{containerPort: 9000}]}]}
        status: {phase: Running, podIP: 127.1.0.1, conditions: [{type: Ready, status: "True"}]}
        """;
    private static final ResourceKey KEY =
            new ResourceKey("", "Jwks", "https://issuer.test", "https://issuer.test/keys");

    private static String policy(String name, String spec) {
        return """
            apiVersion: security.istio.io/v1
            kind: RequestAuthentication
            metadata: {name: %s}
            spec: %s
            """.formatted(name, spec);
    }

    private static JsonNode filter(Mesh mesh) {
        String listener = XdsTree.tree(mesh.listener(SIDECAR, "virtualInbound")).toString();
        JsonNode found = find(XdsTree.JSON.readTree(listener));
        assertThat(found).isNotNull();
        return found;
    }

    private static @Nullable JsonNode find(JsonNode node) {
        if (node.path("name").asString("").equals("envoy.filters.http.jwt_authn")) {
            return node.path("typed_config");
        }
        for (JsonNode child : node) {
            JsonNode found = find(child);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    @Test
    void oneRuleMayBeMissed() {
        JsonNode filter = filter(Mesh.of(POD, policy("a", "{jwtRules: [{issuer: i, jwks: x}]}")));
        assertThat(filter.path("rules").path(0).path("requires").toString())
                .isEqualTo(
                        "{\"requires_any\":{\"requirements\":[{\"provider_name\":\"origins-0\"},{\"allow_missing\":{}}]}}");
    }

    @Test
    void ofSeveralAnyMayBeThereOrNoneAndTheyAreInTheOrderOfTheirIssuers() {
        JsonNode filter = filter(Mesh.of(
                POD,
                policy("a", "{jwtRules: [{issuer: second, jwks: x}]}"),
                policy("b", "{selector: {matchLabels: {app: client}}, jwtRules: [{issuer: first, jwks: x}]}"),
                policy("c", "{selector: {matchLabels: {app: other}}, jwtRules: [{issuer: third, jwks: x}]}")));
        assertThat(filter.path("providers").path("origins-0").path("issuer").asString())
                .isEqualTo("first");
        assertThat(filter.path("providers").path("origins-1").path("issuer").asString())
                .isEqualTo("second");
        assertThat(filter.path("providers").size()).isEqualTo(2);
        String orMissing =
                "{\"requires_any\":{\"requirements\":[{\"provider_name\":\"origins-%d\"},{\"allow_missing\":{}}]}}";
        assertThat(filter.path("rules").path(0).path("requires").toString())
                .isEqualTo("{\"requires_any\":{\"requirements\":[{\"provider_name\":\"origins-0\"},"
                        + "{\"provider_name\":\"origins-1\"},{\"requires_all\":{\"requirements\":["
                        + orMissing.formatted(0) + "," + orMissing.formatted(1) + "]}}]}}");
    }

    @Test
    void everyFieldArrives() {
        JsonNode provider =
                filter(Mesh.of(POD, policy("a", """
                    {jwtRules: [{issuer: i, audiences: [a, b], jwks: keys, fromHeaders: [{name: X-T, prefix: "T "}], fromParams: [p],
                      fromCookies: [c], outputPayloadToHeader: x-p, forwardOriginalToken: true, spaceDelimitedClaims: [roles, scope],
                      outputClaimToHeaders: [{header: x-sub, claim: sub}]}]}
                    """))).path("providers").path("origins-0");
        assertThat(provider.path("audiences").toString()).isEqualTo("[\"a\",\"b\"]");
        assertThat(provider.path("local_jwks").path("inline_string").asString()).isEqualTo("keys");
        assertThat(provider.path("from_headers").toString()).isEqualTo("[{\"name\":\"X-T\",\"value_prefix\":\"T \"}]");
        assertThat(provider.path("from_params").toString()).isEqualTo("[\"p\"]");
        assertThat(provider.path("from_cookies").toString()).isEqualTo("[\"c\"]");
        assertThat(provider.path("forward").asBoolean()).isTrue();
        assertThat(provider.path("forward_payload_header").asString()).isEqualTo("x-p");
        assertThat(provider.path("claim_to_headers").toString())
                .isEqualTo("[{\"header_name\":\"x-sub\",\"claim_name\":\"sub\"}]");
        assertThat(provider.path("normalize_payload_in_metadata")
                        .path("space_delimited_claims")
                        .toString())
                .isEqualTo("[\"permission\",\"roles\",\"scope\"]");
        assertThat(provider.has("clear_route_cache"))
                .as("only gateways choose routes by claims")
                .isFalse();
    }

    private static MeshSnapshot with(MeshSnapshot before, String jwks, String failure) {
        ConfigInput input = Mesh.input(
                Mesh.config(""),
                POD,
                policy("a", "{jwtRules: [{issuer: \"https://issuer.test\", jwksUri: \"https://issuer.test/keys\"}]}"));
        ConfigObject keys = new ConfigObject.OfKeys(KEY, new Origin.InFile("keys", 1, 0), jwks, failure);
        return MeshSnapshot.build(
                new ConfigInput(
                        input.version(),
                        input.mesh(),
                        input.objects().with(new ObjectKey(TokenKeys.SOURCE, KEY), keys)),
                before);
    }

    @Test
    void keysThatWereFetchedAreSent() {
        MeshSnapshot none = MeshSnapshot.build(Mesh.input(Mesh.config(""), POD), null);
        assertThat(none.tokenKeys()).isSameAs(TokenKeys.NONE);
        MeshSnapshot fetched = with(none, "{\"keys\":[1]}", "");
        assertThat(fetched.tokenKeys().wanted())
                .isEqualTo(Map.of(
                        KEY,
                        new TokenKeys.Wanted(
                                "https://issuer.test", "https://issuer.test/keys", Duration.ofSeconds(5))));
        assertThat(jwks(fetched)).isEqualTo("{\"keys\":[1]}");
        assertThat(fetched.problems()).isEmpty();
        MeshSnapshot same = with(fetched, "{\"keys\":[1]}", "");
        assertThat(same.tokenKeys().fetched()).isSameAs(fetched.tokenKeys().fetched());
    }

    private static String jwks(MeshSnapshot snapshot) {
        List<String> sent = new ArrayList<>();
        snapshot.requestAuthentication("default", Map.of("app", "client"))
                .forEach(policy -> policy.spec()
                        .jwtRules()
                        .forEach(rule -> sent.add(snapshot.tokenKeys().jwks(rule))));
        return String.join(",", sent);
    }

    @Test
    void keysThatCouldNotBeFetchedAreNamedOnThePolicy() {
        MeshSnapshot none = MeshSnapshot.build(Mesh.input(Mesh.config(""), POD), null);
        assertThat(with(none, "", "status 500").problems())
                .singleElement()
                .asString()
                .contains("RequestAuthentication default/a: spec.jwtRules[0].jwksUri", "no token passes: status 500");
        assertThat(with(none, "{}", "status 500").problems())
                .singleElement()
                .asString()
                .contains("the ones before stay in force: status 500");
    }

    @Test
    void aPolicyMayBeForTheGatewaysOfItsNamespace() {
        String target =
                "{targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: g}], jwtRules: [{issuer: i}]}";
        MeshSnapshot snapshot = MeshSnapshot.build(Mesh.input(Mesh.config(""), policy("a", target)), null);
        Map<String, String> gateway = Map.of("gateway.networking.k8s.io/gateway-name", "g");
        assertThat(snapshot.requestAuthentication("default", gateway)).hasSize(1);
        assertThat(snapshot.requestAuthentication("other", gateway)).isEmpty();
        assertThat(snapshot.requestAuthentication("default", Map.of())).isEmpty();
        assertThat(snapshot.requestAuthentication("default", Map.of("gateway.networking.k8s.io/gateway-name", "h")))
                .isEmpty();
        MeshSnapshot service = MeshSnapshot.build(
                Mesh.input(Mesh.config(""), policy("a", target.replace("kind: Gateway", "kind: Service"))), null);
        assertThat(service.requestAuthentication("default", gateway)).isEmpty();
        assertThat(service.problems()).singleElement().asString().contains("spec.targetRefs[0].kind");
    }
}

package dev.lateen.it;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.istiod.Istiod;
import dev.lateen.istiod.kubernetes.leader.Leadership;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An object or a whole kind goes wrong, and nothing else does. */
class ClusterKindsTest extends ClusterFixture {
    /** Of each kind that can: a spec that the CRD lets through and the model refuses, and the field that it is refused for. */
    private static final Map<String, List<String>> BROKEN = broken();

    private static Map<String, List<String>> broken() {
        Map<String, List<String>> all = new LinkedHashMap<>();
        String v1 = "networking.istio.io/v1 ";
        all.put(v1 + "VirtualService", List.of("spec.http[0].retries.retryOn: ", """
            {hosts: [details], http: [{retries: {attempts: 2, retryOn: no-such-condition}, route: [{destination: {host: details}}]}]}\
            """));
        all.put(v1 + "DestinationRule", List.of("spec.subsets[1].name: ", """
            {host: details, subsets: [{name: a, labels: {v: a}}, {name: a, labels: {v: b}}]}\
            """));
        all.put(v1 + "Gateway", List.of("spec.servers[0].tls: ", """
            {servers: [{port: {number: 443, protocol: HTTPS, name: https}, hosts: [a.example.org], tls: {mode: SIMPLE}}]}\
            """));
        all.put(v1 + "ServiceEntry", List.of("spec.endpoints[0].address: ", """
            {hosts: [a.example.org], ports: [{number: 80, name: http, protocol: HTTP}], resolution: STATIC, endpoints: [{address: not an address}]}\
            """));
        all.put(
                v1 + "Sidecar",
                List.of("spec.egress[0].hosts[0]: ", "{egress: [{hosts: [no-namespace.example.org]}]}"));
        all.put(v1 + "WorkloadEntry", List.of("spec.address: ", "{address: not an address}"));
        all.put(
                "networking.istio.io/v1alpha3 EnvoyFilter",
                List.of("spec.configPatches[0].match.proxy.proxyVersion: ", """
                    {configPatches: [{applyTo: CLUSTER, match: {proxy: {proxyVersion: "(["}}, patch: {operation: MERGE, value: {connect_timeout: 5s}}}]}\
                    """));
        all.put("security.istio.io/v1 AuthorizationPolicy", List.of("spec.rules[0].from[0].source.ipBlocks[0]: ", """
            {rules: [{from: [{source: {ipBlocks: [not-an-ip]}}]}]}\
            """));
        all.put("security.istio.io/v1 RequestAuthentication", List.of("spec.jwtRules[0].fromHeaders[0].name: ", """
            {jwtRules: [{issuer: a, jwks: "{}", fromHeaders: [{name: a b}]}]}\
            """));
        all.put("extensions.istio.io/v1alpha1 WasmPlugin", List.of("spec.url: ", "{url: \"ftp://a b\"}"));
        all.put(
                "extensions.istio.io/v1alpha1 TrafficExtension",
                List.of("spec.wasm.url: ", "{wasm: {url: \"ftp://a b\"}}"));
        return all;
    }

    @BeforeEach
    void nobodyLeads() {
        cluster.client()
                .leases()
                .inNamespace("istio-system")
                .withName(Leadership.LEASE)
                .delete();
    }

    @AfterEach
    void clean() {
        BROKEN.keySet().forEach(kind -> cluster.delete(broken(kind)));
    }

    private static String broken(String kind) {
        String[] parts = kind.split(" ");
        return """
            apiVersion: %s
            kind: %s
            metadata: {name: broken, namespace: shop}
            spec: %s
            """.formatted(
                        parts[0], parts[1], requireNonNull(BROKEN.get(kind)).getLast());
    }

    private static GenericKubernetesResource object(String apiVersion, String kind, String name) {
        return requireNonNull(cluster.client()
                .genericKubernetesResources(apiVersion, kind)
                .inNamespace("shop")
                .withName(name)
                .get());
    }

    /** The condition {@code PassedValidation}, as {@code status/reason: message}. */
    private static String passed(GenericKubernetesResource object) {
        List<Map<String, Object>> conditions = object.get("status", "conditions");
        return conditions == null
                ? ""
                : conditions.stream()
                        .filter(one -> "PassedValidation".equals(one.get("type")))
                        .map(one -> one.get("status") + "/" + one.get("reason") + ": " + one.get("message"))
                        .findFirst()
                        .orElse("");
    }

    private static GenericKubernetesResource timeouts() {
        return object("networking.istio.io/v1", "VirtualService", "timeouts");
    }

    @Test
    void aBrokenObjectOfEachKindTouchesNothingButItsOwnStatus() throws Exception {
        Istiod istiod = istiod(cluster.kubeconfig());
        cluster.apply(ROUTE.formatted("timeouts", "reviews", "timeout: 3s"));
        Awaitility.await()
                .atMost(Patience.OF_A_CHANGE)
                .until(() -> passed(timeouts()).startsWith("True/"));
        String untouched = timeouts().getMetadata().getResourceVersion();
        BROKEN.keySet().forEach(kind -> cluster.apply(broken(kind)));
        for (Map.Entry<String, List<String>> one : BROKEN.entrySet()) {
            String[] parts = one.getKey().split(" ");
            Awaitility.await(one.getKey())
                    .atMost(Patience.OF_A_CHANGE)
                    .untilAsserted(() -> assertThat(passed(object(parts[0], parts[1], "broken")))
                            .startsWith("False/Refused: " + one.getValue().getFirst()));
        }
        assertThat(timeouts().getMetadata().getResourceVersion()).isEqualTo(untouched);
        assertThat(endpoints(istiod)).containsExactly("10.1.2.3:8080");
        assertThat(config(istiod)).contains("\"3s\"").doesNotContain("\"broken\"");
        cluster.apply(ROUTE.formatted("timeouts", "reviews", "timeout: 4s"));
        awaitConfig(istiod, "\"4s\"");
    }

    @Test
    void aKindWhoseCrdIsDeletedTakesItsObjectsAlongAndIsFollowedOnceItIsThereAgain() throws Exception {
        String name = "virtualservices.networking.istio.io";
        var crds = cluster.client().apiextensions().v1().customResourceDefinitions();
        cluster.apply(ROUTE.formatted("timeouts", "reviews", "timeout: 3s"));
        Istiod istiod = istiod(cluster.kubeconfig());
        awaitConfig(istiod, "\"3s\"");
        CustomResourceDefinition crd = requireNonNull(crds.withName(name).get());
        crds.withName(name).delete();
        try {
            awaitTold("the API server doesn't serve", name);
            Awaitility.await()
                    .atMost(Patience.OF_A_CHANGE)
                    .untilAsserted(() -> assertThat(config(istiod)).doesNotContain("\"3s\""));
            cluster.apply(slice("10.1.2.3", "10.1.2.4"));
            awaitEndpoints(istiod, "10.1.2.3:8080", "10.1.2.4:8080");
        } finally {
            Awaitility.await()
                    .atMost(Patience.OF_A_CHANGE)
                    .until(() -> crds.withName(name).get() == null);
            crd.getMetadata().setResourceVersion(null);
            crd.getMetadata().setManagedFields(List.of());
            cluster.client().resource(crd).create();
        }
        Awaitility.await().atMost(Patience.OF_A_CHANGE).ignoreExceptions().untilAsserted(() -> {
            cluster.apply(ROUTE.formatted("timeouts", "reviews", "timeout: 5s"));
            assertThat(config(istiod)).contains("\"5s\"");
        });
    }
}

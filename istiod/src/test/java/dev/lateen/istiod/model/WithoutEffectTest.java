package dev.lateen.istiod.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.Reading;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.istiod.input.ConfigInput;
import dev.lateen.istiod.input.KubernetesReader;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is valid and can't be followed is named, with file, resource and field; nothing is silently passed over. */
class WithoutEffectTest {
    private static List<String> told(String yaml) {
        return told(yaml, "extensionProviders: [{name: otel, opentelemetry: {service: a, port: 1}}]");
    }

    private static List<String> told(String yaml, String meshConfig) {
        ResourceReader reader = new ResourceReader();
        Reading reading = reader.read("a.yaml", yaml);
        assertThat(reading.problems()).noneMatch(Problem::isError);
        MeshConfig mesh = reader.readMeshConfig("mesh", meshConfig).settings().orElseThrow();
        ConfigInput input = ConfigInput.of(1, mesh, KubernetesReader.objects(reading));
        return MeshSnapshot.build(input, null).problems().stream()
                .map(Problem::toString)
                .toList();
    }

    @Test
    void kindsThatAreNotThereAreNamed() {
        assertThat(told("""
            apiVersion: networking.istio.io/v1alpha3
            kind: EnvoyFilter
            metadata: {name: mine}
            spec: {configPatches: [{applyTo: HTTP_FILTER, match: {context: ANY}, patch: {operation: REMOVE}}]}
            """))
                .singleElement()
                .isEqualTo("a.yaml:1 (document 1): warning: EnvoyFilter default/mine: kind EnvoyFilter has no effect in"
                        + " this version");
        assertThat(told("""
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: mine, namespace: shop}
            spec: {}
            """))
                .singleElement()
                .asString()
                .contains("HTTPRoute shop/mine", "has no effect", "Istio's own Gateway and VirtualService");
    }

    @Test
    void aServerAtASocketOfTheFileSystemIsNamed() {
        assertThat(told("""
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: edge}
            spec:
              servers:
              - {port: {number: 0, name: a, protocol: HTTP}, bind: "unix:///run/a", hosts: ["*"]}
              - {port: {number: 81, name: b, protocol: HTTP}, bind: 127.0.0.1, hosts: ["*"]}
            """))
                .singleElement()
                .asString()
                .contains("Gateway default/edge: spec.servers[0].bind: a socket in the file system can't be listened on"
                        + " in our own proxy; the server is left out (expected: an IP address)");
    }

    @Test
    void policiesThatRefuseEverythingSaySo() {
        assertThat(told("""
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: ask}
            spec: {action: CUSTOM, provider: {name: p}, rules: [{}]}
            """)).singleElement().asString().contains("spec.action", "refuses all requests");
    }

    @Test
    void fieldsAreNamedByTheirPath() {
        assertThat(told("""
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: d}
            spec: {host: a.test, subsets: [{name: v1, labels: {a: b}, trafficPolicy: {retryBudget: {budgetInterval: 1s}}}]}
            """))
                .singleElement()
                .asString()
                .contains("DestinationRule default/d: spec.subsets[0].trafficPolicy.retryBudget.budgetInterval");
    }

    @Test
    void telemetryNamesProvidersThatAreUnknownOrOfNoUse() {
        assertThat(told("""
            apiVersion: telemetry.istio.io/v1
            kind: Telemetry
            metadata: {name: t}
            spec:
              accessLogging: [{providers: [{name: envoy}, {name: nowhere}]}]
              tracing: [{providers: [{name: otel}]}]
            """))
                .satisfiesExactlyInAnyOrder(
                        t -> assertThat(t)
                                .contains("spec.accessLogging[0].providers[1].name: unknown provider 'nowhere'"),
                        t -> assertThat(t)
                                .contains("spec.tracing[0].providers[0].name", "of a kind that has no effect"));
    }

    @Test
    void defaultProvidersThatAreUnknownOrOfNoUseAreNamedWithWhatFollows() {
        assertThat(told("", """
            extensionProviders: [{name: otel, opentelemetry: {service: a, port: 1}}]
            defaultProviders: {metrics: [prometheus, nowhere], accessLogging: [otel], tracing: [otel]}
            """))
                .satisfiesExactlyInAnyOrder(
                        t -> assertThat(t)
                                .contains(
                                        "defaultProviders.metrics[1]: unknown provider 'nowhere'",
                                        "no metrics are made unless another one is named"),
                        t -> assertThat(t).contains("defaultProviders.accessLogging[0]", "nothing is logged for it"),
                        t -> assertThat(t).contains("defaultProviders.tracing[0]", "no spans are made for it"));
    }

    @Test
    void kindsOfOtherGroupsThatIstioReadsAreNamed() {
        for (String kind : List.of(
                "gateway.networking.x-k8s.io/v1alpha1 XBackendTrafficPolicy",
                "inference.networking.k8s.io/v1 InferencePool",
                "multicluster.x-k8s.io/v1alpha1 ServiceExport")) {
            assertThat(told("""
                apiVersion: %s
                kind: %s
                metadata: {name: mine}
                """.formatted((Object[]) kind.split(" "))))
                    .as(kind)
                    .singleElement()
                    .asString()
                    .contains("has no effect in this version");
        }
    }

    @Test
    void annotationsAndLabelsAreNamedWhereverTheyStand() {
        assertThat(told("""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: d}
            spec:
              template:
                metadata:
                  annotations: {sidecar.istio.io/nativeSidecar: "true", sidecar.istio.io/logLevel: debug}
                  labels: {topology.istio.io/network: n1, app: a}
            """))
                .satisfiesExactlyInAnyOrder(
                        t -> assertThat(t)
                                .contains("Deployment default/d:"
                                        + " spec.template.metadata.annotations.sidecar.istio.io/nativeSidecar"),
                        t -> assertThat(t)
                                .contains(
                                        "spec.template.metadata.labels.topology.istio.io/network", "reached directly"));
        assertThat(told("""
            apiVersion: networking.istio.io/v1
            kind: Sidecar
            metadata: {name: s, labels: {istio.io/rev: canary}}
            spec: {egress: [{hosts: ["*/*"]}]}
            """)).singleElement().asString().contains("metadata.labels.istio.io/rev");
    }

    @Test
    void whatSwitchesOffWhatIsNotThereIsNotNamed() {
        assertThat(told("""
            apiVersion: v1
            kind: Pod
            metadata: {name: p, annotations: {prometheus.istio.io/merge-metrics: "false"}}
            spec: {containers: [{name: a, image: a}]}
            """)).isEmpty();
    }
}

package dev.lateen.install.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.install.manifest.InstallValues.ValuesFile;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InstallManifestTest {
    private static InstallManifest manifest(String profile, String... assignments) {
        return InstallManifest.of(InstallValues.of(profile, List.of(), List.of(assignments)));
    }

    private static InstallManifest ofFile(String text, String... assignments) {
        return InstallManifest.of(
                InstallValues.of("", List.of(new ValuesFile("values.yaml", text)), List.of(assignments)));
    }

    private static List<String> names(InstallManifest manifest) {
        return manifest.all().stream()
                .map(object -> object.getKind() + " " + object.getMetadata().getName())
                .toList();
    }

    /** All but the definitions. */
    private static List<HasMetadata> applied(InstallManifest manifest) {
        return manifest.all().stream()
                .filter(object -> !manifest.definitions().contains(object))
                .toList();
    }

    private static <T extends HasMetadata> T one(InstallManifest manifest, Class<T> kind, String name) {
        return manifest.all().stream()
                .filter(kind::isInstance)
                .map(kind::cast)
                .filter(object -> object.getMetadata().getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Map<?, ?> mesh(InstallManifest manifest, String name) {
        String text =
                String.valueOf(one(manifest, ConfigMap.class, name).getData().get("mesh"));
        return new KubernetesSerialization().unmarshal(text, Map.class);
    }

    @Test
    void theDefaultProfileHasTheControlPlaneAndTheIngressGateway() {
        assertThat(names(manifest("default")))
                .contains(
                        "Namespace istio-system",
                        "ServiceAccount istiod",
                        "ConfigMap istio",
                        "ConfigMap istio-sidecar-injector",
                        "Service istiod",
                        "Deployment istiod",
                        "HorizontalPodAutoscaler istiod",
                        "PodDisruptionBudget istiod",
                        "MutatingWebhookConfiguration istio-sidecar-injector",
                        "ValidatingWebhookConfiguration istio-validator-istio-system",
                        "Service istio-ingressgateway",
                        "Deployment istio-ingressgateway")
                .doesNotContain("Deployment istio-egressgateway");
    }

    @Test
    void otherProfilesHaveMoreAndLess() {
        assertThat(names(manifest("demo")))
                .contains("Deployment istio-ingressgateway", "Deployment istio-egressgateway");
        assertThat(mesh(manifest("demo"), "istio")).asString().contains("accessLogFile=/dev/stdout", "sampling=100");
        assertThat(names(manifest("minimal")))
                .contains("Deployment istiod")
                .doesNotContain("Deployment istio-ingressgateway");
        assertThat(manifest("empty").all()).isEmpty();
    }

    @Test
    void anUnknownProfileIsRefusedWithThoseThereAre() {
        assertThatThrownBy(() -> manifest("ambient"))
                .hasMessage("profile: found ambient (expected: default, demo, minimal, empty)");
    }

    @Test
    void whatIsLabelledIsFoundAgain() {
        InstallManifest demo = manifest("demo");
        assertThat(demo.definitions())
                .hasSize(15)
                .allSatisfy(object -> assertThat(object.getMetadata().getLabels())
                        .containsEntry(Ownership.MANAGED_BY, Ownership.LATEEN));
        assertThat(applied(demo))
                .allSatisfy(object -> assertThat(object.getMetadata().getLabels())
                        .containsEntry(Ownership.MANAGED_BY, Ownership.LATEEN)
                        .containsKey(Ownership.COMPONENT));
        assertThat(applied(demo).stream().filter(object -> !object.getKind().equals("Namespace")))
                .allSatisfy(object ->
                        assertThat(object.getMetadata().getLabels()).containsEntry(Ownership.REVISION, "default"));
    }

    @Test
    void theNamespaceOfTheControlPlaneDoesNotAskForSidecars() {
        assertThat(manifest("default").base().getFirst().getMetadata().getLabels())
                .doesNotContainKeys("istio.io/rev", "istio-injection");
    }

    @Test
    void aRevisionStandsBesideTheDefaultOne() {
        InstallManifest canary = manifest("minimal", "revision=canary");
        assertThat(names(canary))
                .contains(
                        "Deployment istiod-canary",
                        "ConfigMap istio-canary",
                        "MutatingWebhookConfiguration istio-sidecar-injector-canary");
        assertThat(one(canary, MutatingWebhookConfiguration.class, "istio-sidecar-injector-canary")
                        .getWebhooks())
                .extracting(webhook -> webhook.getName())
                .as("namespaces with istio-injection are the default revision's")
                .containsExactly("rev.namespace.sidecar-injector.istio.io", "rev.object.sidecar-injector.istio.io");
        assertThat(mesh(canary, "istio-canary")).asString().contains("istiod-canary.istio-system.svc:15012");
    }

    @Test
    void anIstioOperatorFileIsUnderstood() {
        InstallManifest manifest = ofFile("""
            apiVersion: install.istio.io/v1alpha1
            kind: IstioOperator
            spec:
              profile: minimal
              hub: registry.local/mesh
              tag: v7
              meshConfig: {accessLogFile: /dev/stdout}
              components:
                ingressGateways:
                - name: edge
                  enabled: true
                  namespace: edge
                  label: {istio: edge}
                  k8s:
                    replicaCount: 3
                    service: {type: NodePort, ports: [{name: http, port: 80, targetPort: 8080, nodePort: 30080}]}
                    overlays: [{kind: Deployment}]
              values:
                pilot: {autoscaleEnabled: false, replicaCount: 2, env: {PILOT_DEBOUNCE_AFTER: 1s}}
                gateways: {istio-ingressgateway: {autoscaleEnabled: false}}
            """);
        Deployment istiod = one(manifest, Deployment.class, "istiod");
        assertThat(istiod.getSpec().getReplicas()).isEqualTo(2);
        var container = istiod.getSpec().getTemplate().getSpec().getContainers().getFirst();
        assertThat(container.getImage()).isEqualTo("registry.local/mesh/lateen:v7");
        assertThat(container.getEnv()).anyMatch(env -> env.getName().equals("PILOT_DEBOUNCE_AFTER"));
        Service edge = one(manifest, Service.class, "edge");
        assertThat(edge.getMetadata().getNamespace()).isEqualTo("edge");
        assertThat(edge.getSpec().getType()).isEqualTo("NodePort");
        assertThat(edge.getSpec().getPorts().getFirst().getNodePort()).isEqualTo(30080);
        assertThat(edge.getSpec().getSelector()).containsEntry("istio", "edge");
        assertThat(one(manifest, Deployment.class, "edge").getSpec().getReplicas())
                .isEqualTo(3);
        assertThat(manifest.withoutEffect()).containsExactly("components.ingressGateways[1].k8s.overlays[0].kind");
    }

    @Test
    void helmValuesAreUnderstoodAndWhatIsNotIsNamed() {
        InstallManifest manifest = ofFile("""
            global: {hub: registry.local, tag: v9, nonsense: 1, proxy: {logLevel: info}, imagePullSecrets: [a]}
            meshConfig: {trustDomain: example.org}
            pilot: {resources: {requests: {cpu: 50m}}, jwksResolverExtraRootCA: pem}
            """);
        assertThat(mesh(manifest, "istio").get("trustDomain")).isEqualTo("example.org");
        assertThat(one(manifest, Deployment.class, "istiod")
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers()
                        .getFirst()
                        .getResources()
                        .getRequests())
                .hasToString("{cpu=50m}");
        assertThat(manifest.withoutEffect())
                .containsExactly("values.global.nonsense", "values.pilot.jwksResolverExtraRootCA");
    }

    @Test
    void singleValuesWinOverFiles() {
        InstallManifest manifest = ofFile(
                "global: {hub: registry.local}",
                "values.global.hub=other",
                "components.ingressGateways[name:istio-ingressgateway].enabled=false",
                "meshConfig.defaultConfig.proxyMetadata.A\\.B=c");
        assertThat(names(manifest)).doesNotContain("Deployment istio-ingressgateway");
        assertThat(mesh(manifest, "istio")).asString().contains("proxyMetadata={A.B=c}");
        assertThat(one(manifest, Deployment.class, "istiod").toString()).contains("other/lateen:");
    }

    /** Maps of constants iterate differently in each process: the text must not. */
    @Test
    void theSameValuesGiveTheSameText() {
        String mesh = one(manifest("demo"), ConfigMap.class, "istio").getData().get("mesh");
        assertThat(String.valueOf(mesh).lines().filter(line -> !line.startsWith(" ")))
                .isSorted();
    }

    @Test
    void aValueOfTheWrongKindIsRefusedByItsPath() {
        assertThatThrownBy(() -> manifest("default", "values.pilot.autoscaleMin=many"))
                .hasMessage("values.pilot.autoscaleMin: found many (expected: a whole number from 0)");
        assertThatThrownBy(() -> manifest("default", "components.pilot.k8s.resources=lots"))
                .hasMessageStartingWith("components.pilot.k8s.resources: found lots (expected: ResourceRequirements");
        assertThatThrownBy(() -> manifest("default", "meshConfig"))
                .hasMessage("--set meshConfig: no value (expected: such as PATH.TO.KEY=VALUE)");
        assertThatThrownBy(() -> manifest("default", "a..b=c")).hasMessageStartingWith("--set a..b: no path");
        assertThatThrownBy(() -> manifest("default", "meshConfig.accessLogFil=/dev/stdout"))
                .hasMessageStartingWith("meshConfig: accessLogFil: ");
        assertThatThrownBy(() -> ofFile("kind: Pod")).hasMessageStartingWith("values.yaml: kind: found Pod");
        assertThatThrownBy(() -> ofFile("[1, 2")).hasMessageStartingWith("values.yaml:1: no YAML: ");
    }

    @Test
    void podsAreRestricted() {
        assertThat(manifest("demo").all().stream().filter(Deployment.class::isInstance))
                .hasSize(3)
                .allSatisfy(object -> {
                    var pod = ((Deployment) object).getSpec().getTemplate().getSpec();
                    assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
                    assertThat(pod.getSecurityContext().getSeccompProfile().getType())
                            .isEqualTo("RuntimeDefault");
                    assertThat(pod.getContainers()).allSatisfy(container -> {
                        assertThat(container.getSecurityContext().getAllowPrivilegeEscalation())
                                .isFalse();
                        assertThat(container
                                        .getSecurityContext()
                                        .getCapabilities()
                                        .getDrop())
                                .containsExactly("ALL");
                    });
                });
    }
}

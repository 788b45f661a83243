package dev.lateen.injector;

import static dev.lateen.injector.Pods.APPLICATION;
import static dev.lateen.injector.Pods.annotation;
import static dev.lateen.injector.Pods.container;
import static dev.lateen.injector.Pods.injected;
import static dev.lateen.injector.Pods.pod;
import static dev.lateen.injector.Pods.proxy;
import static dev.lateen.injector.Pods.variable;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.schema.Shows;
import dev.lateen.injector.tree.ContainerTrees;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/** What a pod gets for what it asks, family by family. */
class SidecarShapesTest {
    private static List<String> init(ObjectNode pod) {
        return ContainerTrees.names(pod.path("spec").path("initContainers"));
    }

    private static List<String> containers(ObjectNode pod) {
        return ContainerTrees.names(pod.path("spec").path("containers"));
    }

    private static final String WITH_INIT = APPLICATION + ", initContainers: [{name: prepare, image: busybox}]";

    @Test
    void aNativeSidecarStartsBehindItsRedirectionAndBeforeTheUsersOwn() {
        ObjectNode pod = injected("{}", "{}", pod("", WITH_INIT));
        assertThat(init(pod)).containsExactly("istio-init", "istio-proxy", "prepare");
        assertThat(containers(pod)).containsExactly("web");
        assertThat(proxy(pod).path("restartPolicy").asString()).isEqualTo("Always");
        assertThat(proxy(pod).path("lifecycle").toString()).contains("--debug-port=15020", "drain");
    }

    @Shows({"annotation.sidecar.istio.io/nativeSidecar"})
    @Test
    void aPodMayRefuseANativeSidecarAndItsRedirectionThenComesLast() {
        ObjectNode pod = injected("{}", "{}", pod("sidecar.istio.io/nativeSidecar: 'false'", WITH_INIT));
        assertThat(init(pod)).containsExactly("prepare", "istio-init");
        assertThat(containers(pod)).containsExactly("web", "istio-proxy");
        assertThat(proxy(pod).has("restartPolicy")).isFalse();
        assertThat(proxy(pod).has("lifecycle")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"false,'',false", "false,true,true", "true,false,false", "auto,'',true"})
    void nativeSidecarsAreAsTheClusterHasThemUnlessThePodSays(String cluster, String own, boolean isNative) {
        ObjectNode pod = injected(
                "pilot: {env: {ENABLE_NATIVE_SIDECARS: '" + cluster + "'}}",
                "{}",
                pod(own.isEmpty() ? "" : "sidecar.istio.io/nativeSidecar: '" + own + "'", APPLICATION));
        assertThat(init(pod).contains("istio-proxy")).isEqualTo(isNative);
    }

    @Test
    void anApplicationThatWaitsComesBehindItsProxy() {
        ObjectNode pod = injected(
                "{}",
                "{}",
                pod(
                        "sidecar.istio.io/nativeSidecar: 'false', proxy.istio.io/config:"
                                + " 'holdApplicationUntilProxyStarts: true'",
                        APPLICATION));
        assertThat(containers(pod)).containsExactly("istio-proxy", "web");
        assertThat(proxy(pod).path("lifecycle").path("postStart").toString()).contains("pilot-agent", "wait");
        assertThat(variable(pod, "PROXY_CONFIG")).isEqualTo("{\"holdApplicationUntilProxyStarts\":true}\n");
    }

    @Test
    void whoKeepsTheClientsAddressIsRoot() {
        ObjectNode pod = injected("{}", "defaultConfig: {interceptionMode: TPROXY}", pod("", APPLICATION));
        assertThat(container(pod, "istio-init").path("args").toString()).contains("\"-m\",\"TPROXY\"");
        assertThat(proxy(pod).path("securityContext").path("runAsUser").asInt()).isZero();
        assertThat(proxy(pod)
                        .path("securityContext")
                        .path("capabilities")
                        .path("add")
                        .toString())
                .isEqualTo("[\"NET_ADMIN\"]");
        assertThat(variable(pod, "ISTIO_META_INTERCEPTION_MODE")).isEqualTo("TPROXY");
    }

    @Test
    void withoutInterceptionThereIsNoRedirection() {
        ObjectNode pod = injected("sidecar.istio.io/interceptionMode: NONE");
        assertThat(init(pod)).containsExactly("istio-proxy");
    }

    @Test
    void whereACniPluginRedirectsThePodTellsItHowAndOnlyChecks() {
        ObjectNode pod = injected(
                "pilot: {cni: {enabled: true, provider: multus}}",
                "{}",
                pod(
                        "traffic.sidecar.istio.io/excludeInboundPorts: '9000', k8s.v1.cni.cncf.io/networks: macvlan",
                        WITH_INIT));
        assertThat(init(pod)).containsExactly("istio-validation", "istio-proxy", "prepare");
        ObjectNode check = container(pod, "istio-validation");
        assertThat(check.path("args").toString()).contains("--run-validation", "--skip-rule-apply");
        assertThat(check.path("securityContext").path("runAsUser").asInt()).isEqualTo(1337);
        assertThat(annotation(pod, "k8s.v1.cni.cncf.io/networks")).isEqualTo("macvlan, default/istio-cni");
        assertThat(annotation(pod, "traffic.sidecar.istio.io/excludeInboundPorts"))
                .isEqualTo("9000,15020");
        assertThat(annotation(pod, "sidecar.istio.io/interceptionMode")).isEqualTo("REDIRECT");
    }

    @Shows({"annotation.traffic.sidecar.istio.io/excludeInterfaces", "annotation.istio.io/reroute-virtual-interfaces"})
    @Test
    void interfacesAreNamedToTheRedirection() {
        ObjectNode pod = injected(
                "traffic.sidecar.istio.io/excludeInterfaces: 'eth1,eth2', istio.io/reroute-virtual-interfaces: net1");
        assertThat(container(pod, "istio-init").path("args").toString())
                .contains("\"-k\",\"net1\",\"-c\",\"eth1,eth2\"");
    }

    @Test
    void oneAnnotationOfResourcesSwitchesAllDefaultsOff() {
        ObjectNode pod = injected("sidecar.istio.io/proxyCPU: '1500m', sidecar.istio.io/proxyMemoryLimit: 1024Mi");
        assertThat(proxy(pod).path("resources").toString())
                .isEqualTo("{\"limits\":{\"memory\":\"1Gi\"},\"requests\":{\"cpu\":\"1500m\"}}");
    }

    @Test
    void aNullTakesADefaultAwayAndAZeroStays() {
        ObjectNode pod = injected(
                "global: {proxy: {resources: {limits: {cpu: null}, requests: {cpu: '0', memory: null}}}}",
                "{}",
                pod("", APPLICATION));
        assertThat(proxy(pod).path("resources").toString())
                .isEqualTo("{\"limits\":{\"memory\":\"1Gi\"},\"requests\":{\"cpu\":\"0\"}}");
    }

    @Shows({"annotation.status.sidecar.istio.io/port"})
    @Test
    void withoutAnAgentsPortNobodyProbesTheProxy() {
        ObjectNode pod = injected("status.sidecar.istio.io/port: '0'");
        assertThat(proxy(pod).has("readinessProbe")).isFalse();
        assertThat(proxy(pod).has("startupProbe")).isFalse();
        assertThat(container(pod, "istio-init").path("args").toString()).contains("\"-d\",\"15090,15021\"");
    }

    @Shows({"annotation.sidecar.istio.io/userVolume", "annotation.sidecar.istio.io/userVolumeMount"})
    @Test
    void volumesThatThePodWantsForItsProxyAreMounted() {
        ObjectNode pod = injected("sidecar.istio.io/userVolume: '{\"certs\":{\"secret\":{\"secretName\":\"s\"}}}',"
                + " sidecar.istio.io/userVolumeMount: '{\"certs\":{\"mountPath\":\"/etc/c\",\"readOnly\":true}}'");
        assertThat(pod.path("spec").path("volumes").toString())
                .contains("{\"name\":\"certs\",\"secret\":{\"secretName\":\"s\"}}");
        assertThat(proxy(pod).path("volumeMounts").toString())
                .contains("{\"mountPath\":\"/etc/c\",\"name\":\"certs\",\"readOnly\":true}");
    }

    @Shows({
        "annotation.readiness.status.sidecar.istio.io/initialDelaySeconds",
        "annotation.readiness.status.sidecar.istio.io/periodSeconds",
        "annotation.readiness.status.sidecar.istio.io/failureThreshold"
    })
    @Test
    void theProxyIsProbedAsThePodWants() {
        ObjectNode pod = injected("readiness.status.sidecar.istio.io/initialDelaySeconds: '1',"
                + " readiness.status.sidecar.istio.io/periodSeconds: '2',"
                + " readiness.status.sidecar.istio.io/failureThreshold: '3'");
        assertThat(proxy(pod).path("readinessProbe").toString())
                .isEqualTo("{\"failureThreshold\":3,\"httpGet\":{\"path\":\"/healthz/ready\",\"port\":15021},"
                        + "\"initialDelaySeconds\":1,\"periodSeconds\":2,\"timeoutSeconds\":3}");
    }

    @Shows({"annotation.sidecar.istio.io/proxyImageType", "annotation.sidecar.istio.io/bootstrapOverride"})
    @Test
    void anotherKindOfImageAndAnotherBootstrapAreTaken() {
        ObjectNode pod = injected(
                "global: {tag: 1-debug}",
                "{}",
                pod(
                        "sidecar.istio.io/proxyImageType: distroless, sidecar.istio.io/bootstrapOverride: own",
                        APPLICATION));
        assertThat(proxy(pod).path("image").asString()).isEqualTo("lateen/proxy:1-distroless");
        assertThat(variable(pod, "ISTIO_BOOTSTRAP_OVERRIDE"))
                .isEqualTo("/etc/istio/custom-bootstrap/custom_bootstrap.json");
        assertThat(pod.path("spec").path("volumes").toString())
                .contains("{\"configMap\":{\"name\":\"own\"},\"name\":\"custom-bootstrap-volume\"}");
    }

    @Test
    void pullSecretsAreAddedToThePodsOwn() {
        ObjectNode pod = injected(
                "global: {imagePullSecrets: [ours]}", "{}", pod("", APPLICATION + ", imagePullSecrets: [{name: own}]"));
        assertThat(ContainerTrees.names(pod.path("spec").path("imagePullSecrets")))
                .containsExactlyInAnyOrder("own", "ours");
    }

    @Test
    void aRevisionIsNamedAndAsked() {
        ObjectNode pod = injected("revision: canary", "{}", pod("", APPLICATION));
        assertThat(annotation(pod, "istio.io/rev")).isEqualTo("canary");
        assertThat(variable(pod, "CA_ADDR")).isEqualTo("istiod-canary.istio-system.svc:15012");
    }

    @Test
    void theProxyStartsWithWhatTheMeshSaysAndThePodBeforeIt() {
        ObjectNode pod = injected(
                "{}",
                "defaultConfig: {drainDuration: 9s, concurrency: 2, proxyMetadata: {B: mesh}}",
                pod("proxy.istio.io/config: \"concurrency: 3\\nproxyMetadata: {C: x, A: w}\"", APPLICATION));
        assertThat(variable(pod, "PROXY_CONFIG"))
                .isEqualTo("{\"drainDuration\":\"9s\",\"concurrency\":3,"
                        + "\"proxyMetadata\":{\"A\":\"w\",\"B\":\"mesh\",\"C\":\"x\"}}\n");
        assertThat(variable(pod, "A")).isEqualTo("w");
        assertThat(variable(pod, "B")).isEqualTo("mesh");
        assertThat(container(pod, "istio-init").path("env").toString()).contains("\"name\":\"A\"");
    }

    @Test
    void aLongWorkloadsNameIsCutToALabel() {
        ObjectNode pod = Pods.object("""
            apiVersion: v1
            kind: Pod
            metadata: {name: %s-tail}
            spec: {containers: [{name: a, image: b}]}
            """.formatted("a".repeat(62)));
        injected("{}", "{}", pod);
        assertThat(pod.path("metadata")
                        .path("labels")
                        .path("service.istio.io/canonical-name")
                        .asString())
                .isEqualTo("a".repeat(62));
    }
}

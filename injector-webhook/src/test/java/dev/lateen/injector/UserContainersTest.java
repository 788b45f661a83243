package dev.lateen.injector;

import static dev.lateen.injector.Pods.annotation;
import static dev.lateen.injector.Pods.container;
import static dev.lateen.injector.Pods.injected;
import static dev.lateen.injector.Pods.pod;
import static dev.lateen.injector.Pods.proxy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** What users say of containers that are injected, and what a second injection makes of the first. */
class UserContainersTest {
    private static final String OWN_PROXY = "containers: [{name: web, image: shop/web:1},"
            + " {name: istio-proxy, image: auto, args: [-c, own.yaml], securityContext: {runAsUser: 4242}}]";

    @Test
    void whatTheUserSaysOfTheProxyBeatsTheTemplate() {
        ObjectNode pod = injected("{}", "{}", pod("", OWN_PROXY));
        assertThat(proxy(pod).path("args").toString()).isEqualTo("[\"-c\",\"own.yaml\"]");
        assertThat(proxy(pod).path("image").asString()).startsWith("lateen/proxy:");
        assertThat(proxy(pod).path("securityContext").path("runAsUser").asInt()).isEqualTo(4242);
        assertThat(container(pod, "istio-init").path("args").toString()).contains("\"-u\",\"4242\"");
        assertThat(annotation(pod, "proxy.istio.io/overrides"))
                .isEqualTo("{\"initContainers\":[{\"name\":\"istio-proxy\",\"args\":[\"-c\",\"own.yaml\"],"
                        + "\"resources\":{},\"securityContext\":{\"runAsUser\":4242}}]}");
    }

    @Test
    void aProxyThatKeepsTheClientsAddressStaysRoot() {
        ObjectNode pod = injected("{}", "defaultConfig: {interceptionMode: TPROXY}", pod("", OWN_PROXY));
        assertThat(proxy(pod).path("securityContext").path("runAsUser").asInt()).isZero();
    }

    @Test
    void aCheckOfTheRedirectionRunsAsTheUsersProxy() {
        ObjectNode pod = injected("pilot: {cni: {enabled: true}}", "{}", pod("", OWN_PROXY));
        assertThat(container(pod, "istio-validation")
                        .path("securityContext")
                        .path("runAsUser")
                        .asInt())
                .isEqualTo(4242);
    }

    @Test
    void aGatewayIsTheProxyAlone() {
        ObjectNode pod = injected(
                "{}",
                "{}",
                pod("inject.istio.io/templates: gateway", "containers: [{name: istio-proxy, image: auto}]"));
        assertThat(proxy(pod).path("image").asString()).startsWith("lateen/proxy:");
        assertThat(proxy(pod).path("args").toString()).contains("\"router\"");
        assertThat(pod.path("spec").has("initContainers")).isFalse();
        assertThat(pod.path("spec").path("securityContext").path("sysctls").toString())
                .contains("net.ipv4.ip_unprivileged_port_start");
        assertThat(pod.path("metadata").path("labels").has("security.istio.io/tlsMode"))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'' | containers: [{name: web, image: shop/web:1}]",
                "'' | " + OWN_PROXY,
                "sidecar.istio.io/nativeSidecar: 'false' | " + OWN_PROXY,
                "inject.istio.io/templates: gateway | containers: [{name: istio-proxy, image: auto}]",
                "inject.istio.io/templates: grpc-agent | containers: [{name: web, image: shop/web:1}]",
                "prometheus.io/port: '9100' | containers: [{name: web, image: a, ports: [{name: http, containerPort:"
                        + " 8080}], readinessProbe: {httpGet: {port: http}}}]"
            })
    void aSecondInjectionComesToTheSame(String example) {
        String[] parts = example.split(" \\| ");
        ObjectNode once = injected("{}", "{}", pod(parts[0].equals("''") ? "" : parts[0], parts[1]));
        ObjectNode twice = injected("{}", "{}", once.deepCopy());
        assertThat(twice).isEqualTo(once);
    }

    @Test
    void theRedirectionOfATproxyRemembersTheUsersProxyToo() {
        String mesh = "defaultConfig: {interceptionMode: TPROXY}";
        ObjectNode once = injected("{}", mesh, pod("", OWN_PROXY));
        assertThat(injected("{}", mesh, once.deepCopy())).isEqualTo(once);
    }

    @Test
    void anAnnotationOfAnInjectionThatNoInjectionWroteIsRefused() {
        assertThatThrownBy(() -> injected("sidecar.istio.io/status: broken"))
                .hasMessageContaining("annotation sidecar.istio.io/status: broken (expected: a JSON object");
    }

    @Test
    void aProxyOnOpenShiftDoesNotRunAsItsApplication() {
        ObjectNode pod = pod(
                "",
                "containers: [{name: web, image: a, securityContext: {runAsUser: 1000650000}},"
                        + " {name: istio-proxy, image: auto, securityContext: {runAsUser: 1000650000}}]");
        NamespaceMarks namespace = new NamespaceMarks(
                Map.of(),
                Map.of(
                        "openshift.io/sa.scc.uid-range", "1000650000/10000",
                        "openshift.io/sa.scc.supplemental-groups", "1000650000/10000"));
        Pods.injection("global: {platform: openshift}", "{}").apply(pod, "shop", namespace);
        assertThat(proxy(pod).path("securityContext").path("runAsUser").asLong())
                .isEqualTo(1000659999L);
        assertThat(container(pod, "istio-init").path("args").toString()).contains("\"-u\",\"1000659999\"");
    }
}

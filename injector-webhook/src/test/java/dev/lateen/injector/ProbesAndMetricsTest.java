package dev.lateen.injector;

import static dev.lateen.injector.Pods.APPLICATION;
import static dev.lateen.injector.Pods.annotation;
import static dev.lateen.injector.Pods.container;
import static dev.lateen.injector.Pods.injected;
import static dev.lateen.injector.Pods.pod;
import static dev.lateen.injector.Pods.variable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.api.schema.Shows;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** Probes, hooks and metrics of applications, which go through the agent. */
class ProbesAndMetricsTest {
    private static final String PROBED =
            "containers: [{name: web, image: a, ports: [{name: http, containerPort: 8080}],"
                    + " readinessProbe: {httpGet: {path: /ready, port: http, scheme: HTTPS}, timeoutSeconds: 7},"
                    + " livenessProbe: {tcpSocket: {port: 9000}}, startupProbe: {grpc: {port: 9001, service: s}},"
                    + " lifecycle: {preStop: {httpGet: {path: /bye, port: 8080}}, postStart: {exec: {command: [a]}}}}]";

    @Shows("annotation.sidecar.istio.io/rewriteAppHTTPProbers")
    @Test
    void probesAndHooksBecomeRequestsToTheAgent() {
        ObjectNode pod = injected("{}", "{}", pod("", PROBED));
        ObjectNode web = container(pod, "web");
        assertThat(web.path("readinessProbe").toString())
                .isEqualTo("{\"timeoutSeconds\":7,"
                        + "\"httpGet\":{\"path\":\"/app-health/web/readyz\",\"port\":15020,\"scheme\":\"HTTP\"}}");
        assertThat(web.path("livenessProbe").toString())
                .isEqualTo("{\"httpGet\":{\"path\":\"/app-health/web/livez\",\"port\":15020}}");
        assertThat(web.path("startupProbe").toString()).contains("/app-health/web/startupz");
        assertThat(web.path("lifecycle").path("preStop").toString()).contains("/app-lifecycle/web/prestopz");
        assertThat(web.path("lifecycle").path("postStart").toString()).isEqualTo("{\"exec\":{\"command\":[\"a\"]}}");
        assertThat(variable(pod, "ISTIO_KUBE_APP_PROBERS"))
                .isEqualTo("{\"/app-health/web/livez\":{\"tcpSocket\":{\"port\":9000}},"
                               + "\"/app-health/web/readyz\":{\"httpGet\":{\"path\":\"/ready\",\"port\":8080,\"scheme\":\"HTTPS\"},\"timeoutSeconds\":7},"
                               + "\"/app-health/web/startupz\":{\"grpc\":{\"port\":9001,\"service\":\"s\"}},"
                               + "\"/app-lifecycle/web/prestopz\":{\"httpGet\":{\"path\":\"/bye\",\"port\":8080}}}");
    }

    @Test
    void anotherPortOfTheAgentIsAskedWhereThePodHasOne() {
        ObjectNode pod = injected("{}", "{}", pod("status.sidecar.istio.io/port: '15999'", PROBED));
        assertThat(container(pod, "web")
                        .path("livenessProbe")
                        .path("httpGet")
                        .path("port")
                        .asInt())
                .isEqualTo(15999);
    }

    @ParameterizedTest
    @CsvSource({"'sidecar.istio.io/rewriteAppHTTPProbers: \"false\"', true", "'', false"})
    void probesStayWhereTheyAreNotToBeRewritten(String annotations, boolean byDefault) {
        ObjectNode pod = injected(
                "sidecarInjectorWebhook: {rewriteAppHTTPProbe: " + byDefault + "}", "{}", pod(annotations, PROBED));
        assertThat(container(pod, "web").path("livenessProbe").has("tcpSocket")).isTrue();
        assertThat(variable(pod, "ISTIO_KUBE_APP_PROBERS")).isEmpty();
    }

    @Shows({"annotation.prometheus.istio.io/merge-metrics", "annotation.prometheus.istio.io/scrape-targets"})
    @Test
    void theApplicationsMetricsAreMergedOnTheAgentsPort() {
        ObjectNode pod = injected("prometheus.io/port: '9100', prometheus_io_path: /m, prometheus.io/scrape: 'true'");
        assertThat(variable(pod, "ISTIO_PROMETHEUS_ANNOTATIONS"))
                .isEqualTo("{\"scrape\":\"true\",\"path\":\"/m\",\"port\":\"9100\"}");
        assertThat(annotation(pod, "prometheus.io/port")).isEqualTo("15020");
        assertThat(annotation(pod, "prometheus.io/path")).isEqualTo("/stats/prometheus");
        assertThat(annotation(pod, "prometheus_io_path")).isEmpty();
    }

    @Test
    void severalPortsOfMetricsAreMerged() {
        ObjectNode pod = injected("prometheus.istio.io/scrape-targets: ' 8080 , 9100:/custom '");
        assertThat(variable(pod, "ISTIO_PROMETHEUS_ANNOTATIONS"))
                .isEqualTo("{\"scrape\":\"\",\"path\":\"/metrics\",\"port\":\"8080\",\"targets\":["
                        + "{\"port\":\"8080\",\"path\":\"/metrics\"},{\"port\":\"9100\",\"path\":\"/custom\"}]}");
        assertThat(annotation(pod, "prometheus.istio.io/scrape-targets")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "prometheus.io/port: '15000'",
                "prometheus.io/port: web",
                "prometheus.istio.io/scrape-targets: '8080,15090:/x'",
                "prometheus.istio.io/scrape-targets: '70000'",
                "prometheus.istio.io/scrape-targets: ':/x'"
            })
    void aPortThatIsNoneOfTheApplicationsIsRefused(String annotations) {
        assertThatThrownBy(() -> injected(annotations))
                .hasMessageContaining("annotation " + annotations.substring(0, annotations.indexOf(':')))
                .hasMessageContaining("expected: a port");
    }

    @Test
    void metricsThatAreNotToBeMergedAreLeftAlone() {
        for (String annotations : new String[] {
            "prometheus.io/port: '9100', prometheus.istio.io/merge-metrics: 'false'",
            "prometheus.io/port: '9100', prometheus.io/scrape: 'false'"
        }) {
            assertThat(annotation(injected(annotations), "prometheus.io/port")).isEqualTo("9100");
        }
        ObjectNode pod = injected("{}", "enablePrometheusMerge: false", pod("", APPLICATION));
        assertThat(annotation(pod, "prometheus.io/port")).isEmpty();
    }

    @Test
    void prometheusIsToldOfThePortWithMutualTls() {
        String config = "proxy.istio.io/config: 'proxyMetadata: {ENVOY_SECURE_MERGED_METRICS_PORT: \"15092\"}'";
        assertThat(annotation(injected(config), "prometheus.istio.io/secure-port"))
                .isEqualTo("15092");
        assertThat(annotation(
                        injected(config + ", prometheus.istio.io/secure-port: '1'"), "prometheus.istio.io/secure-port"))
                .isEqualTo("1");
    }
}

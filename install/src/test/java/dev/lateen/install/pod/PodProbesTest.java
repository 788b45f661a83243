package dev.lateen.install.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.proxy.agent.AppProbe;
import dev.lateen.proxy.agent.ScrapeTarget;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The application's probes and metrics, as the injector passes them in variables. */
class PodProbesTest {
    @Test
    void eachKindOfProbeIsRead() {
        assertThat(PodProbes.parse("""
            {"/app-health/a/livez":{"httpGet":{"path":"x?y=1","port":8080,"scheme":"HTTPS"},"timeoutSeconds":3},
             "/app-health/a/readyz":{"tcpSocket":{"port":90}},
             "/app-health/b/startupz":{"grpc":{"port":5000,"service":"s"},"timeoutSeconds":1},
             "/app-health/c/livez":{"grpc":{"port":5001,"service":null}},
             "/app-lifecycle/a/prestopz":{"httpGet":{"port":91}}}
            """))
                .isEqualTo(Map.of(
                        "/app-health/a/livez", new AppProbe.HttpGet(8080, Duration.ofSeconds(3), true, "/x?y=1"),
                        "/app-health/a/readyz", new AppProbe.TcpSocket(90, Duration.ZERO),
                        "/app-health/b/startupz", new AppProbe.Grpc(5000, Duration.ofSeconds(1), "s"),
                        "/app-health/c/livez", new AppProbe.Grpc(5001, Duration.ZERO, ""),
                        "/app-lifecycle/a/prestopz", new AppProbe.HttpGet(91, Duration.ZERO, false, "/")));
        assertThat(PodProbes.parse("")).isEmpty();
        assertThat(PodProbes.parse("{}")).isEmpty();
    }

    @Test
    void aWrongProbeIsRefusedByItsPathAndField() {
        refused(
                "{\"/app-health/a/other\":{\"tcpSocket\":{\"port\":1}}}",
                "ISTIO_KUBE_APP_PROBERS[/app-health/a/other]: ");
        refused("{\"/app-health//livez\":{\"tcpSocket\":{\"port\":1}}}", "[/app-health//livez]: ");
        refused("{\"/app-health/a/livez\":{}}", "[/app-health/a/livez]: [] (expected: one of");
        refused(
                "{\"/app-health/a/livez\":{\"tcpSocket\":{\"port\":1},\"grpc\":{\"port\":1}}}",
                "[tcpSocket, grpc] (expected: one of");
        refused("{\"/app-health/a/livez\":{\"tcpSocket\":{\"port\":\"http\"}}}", "tcpSocket.port: http (expected: ");
        refused("{\"/app-health/a/livez\":{\"httpGet\":{}}}", "httpGet.port: null");
        refused("{\"/app-health/a/livez\":{\"httpGet\":{\"port\":1,\"scheme\":\"FTP\"}}}", "httpGet.scheme: FTP");
        refused("{\"/app-health/a/livez\":{\"tcpSocket\":{\"port\":1},\"timeoutSeconds\":-1}}", "timeoutSeconds: -1");
        refused("{\"/app-health/a/livez\":7}", "ISTIO_KUBE_APP_PROBERS: ");
        refused("{\"/app-health/a/livez\":null}", "ISTIO_KUBE_APP_PROBERS: ");
        refused("nonsense", "ISTIO_KUBE_APP_PROBERS: ");
    }

    private static void refused(String json, String says) {
        assertThatThrownBy(() -> PodProbes.parse(json))
                .as(json)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(says);
    }

    @Test
    void metricsOfTheApplicationAreWhereItsAnnotationsSaidOrAtPrometheusDefaults() {
        assertThat(PodScrapes.parse("{\"scrape\":\"true\",\"path\":\"/m\",\"port\":\"9090\"}", 15020))
                .containsExactly(new ScrapeTarget(9090, "/m"));
        assertThat(PodScrapes.parse("{\"scrape\":\"\",\"path\":\"\",\"port\":\"\"}", 15020))
                .containsExactly(new ScrapeTarget(80, "/metrics"));
        assertThat(PodScrapes.parse(
                        "{\"scrape\":\"true\",\"targets\":[{\"port\":\"1\",\"path\":\"/a\"},{\"port\":\"2\"}]}", 15020))
                .containsExactly(new ScrapeTarget(1, "/a"), new ScrapeTarget(2, "/metrics"));
    }

    @Test
    void whoWantsNoScrapeHasNone() {
        assertThat(PodScrapes.parse("{\"scrape\":\"false\",\"port\":\"9090\"}", 15020))
                .isEmpty();
        assertThat(PodScrapes.parse("", 15020)).isEmpty();
    }

    @Test
    void aPortOfTheProxysOwnWouldAskItselfAndIsRefused() {
        for (String port : new String[] {"15020", "015020", "15090", "15000", "18020"}) {
            assertThatThrownBy(() -> PodScrapes.parse("{\"port\":\"" + port + "\"}", 18020))
                    .as(port)
                    .hasMessageContaining("ISTIO_PROMETHEUS_ANNOTATIONS.port: " + port + ", ");
        }
        for (String port : new String[] {"0", "70000", "http"}) {
            assertThatThrownBy(() -> PodScrapes.parse("{\"port\":\"" + port + "\"}", 15020))
                    .hasMessageContaining("ISTIO_PROMETHEUS_ANNOTATIONS.port: " + port + " (expected: 1 to 65535)");
        }
        assertThatThrownBy(() -> PodScrapes.parse("[]", 15020)).isInstanceOf(IllegalArgumentException.class);
    }
}

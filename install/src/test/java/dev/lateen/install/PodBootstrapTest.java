package dev.lateen.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.proxy.ProxyBootstrap;
import dev.lateen.proxy.bootstrap.EnvoyBootstrap;
import dev.lateen.proxy.xds.decode.FileSource;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A proxy alone starts with the settings that the injector put into its pod. */
class PodBootstrapTest {
    private static final ProxyBootstrap FILE = EnvoyBootstrap.parse("""
        node: {id: "sidecar~10.0.0.1~a.b~b.svc.cluster.local", cluster: a.b, metadata: {NAME: a, MESH_ID: old}}
        """, FileSource.NONE);

    @Test
    void whatTheInjectorPassesCounts() {
        PodBootstrap pod = new PodBootstrap("""
            {"drainDuration":"11s","terminationDrainDuration":"7s","concurrency":3,"meshId":"m","serviceCluster":"mine",
             "proxyMetadata":{"ISTIO_META_A":"x","SECRET_TTL":"2h"},"tracing":{"sampling":10}}
            """, null);
        ProxyBootstrap started = pod.addTo(FILE);
        assertThat(started.drain()).isEqualTo(new ProxyBootstrap.Drain(Duration.ofSeconds(7), Duration.ofSeconds(11)));
        assertThat(started.concurrency()).isEqualTo(3);
        assertThat(started.node().cluster()).isEqualTo("mine");
        assertThat(started.node().metadata())
                .containsEntry("NAME", "a")
                .containsEntry("MESH_ID", "m")
                .containsEntry("A", "x")
                .hasEntrySatisfying(
                        "PROXY_CONFIG",
                        given -> assertThat(given)
                                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
                                .containsEntry("tracing", Map.of("sampling", 10)));
        assertThat(pod.certificateLife()).isEqualTo(Duration.ofHours(2));
        assertThat(pod.withoutEffect()).isEmpty();
    }

    @Test
    void yamlIsReadAsWellAndNothingSaidChangesNothing() {
        assertThat(new PodBootstrap("drainDuration: 3s\n", null)
                        .addTo(FILE)
                        .drain()
                        .ofListeners())
                .isEqualTo(Duration.ofSeconds(3));
        assertThat(new PodBootstrap("", null).addTo(FILE)).isSameAs(FILE);
        assertThat(new PodBootstrap("{}\n", null).addTo(FILE)).isSameAs(FILE);
    }

    @Test
    void whatTheBootstrapFileDecidesIsNamed() {
        assertThat(new PodBootstrap("{discoveryAddress: \"a:1\", statusPort: 15020, proxyMetadata: {B: c}}", null)
                        .withoutEffect())
                .containsExactly(
                        "discoveryAddress has no effect here: the bootstrap says where istiod is",
                        "statusPort has no effect here: there is no agent beside the proxy",
                        "proxyMetadata.B has no effect here: there is no agent that would read it");
    }

    @Test
    void whatIsWrongIsNamedWithFieldAndValue() {
        assertWrong("{drainDuration: soon}", "PROXY_CONFIG.drainDuration: ", "soon", "expected: ");
        assertWrong("{nosuch: 1, concurrency: x}", "PROXY_CONFIG.nosuch: unknown field", "PROXY_CONFIG.concurrency: ");
        assertWrong("{concurrency: 5000}", "PROXY_CONFIG.concurrency: 5000 (expected: 0 to 1024)");
        assertWrong("{a: [", "PROXY_CONFIG: no YAML: ");
        assertWrong("- a", "PROXY_CONFIG: ");
    }

    private static void assertWrong(String settings, String... says) {
        assertThatThrownBy(() -> new PodBootstrap(settings, null).addTo(FILE))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(wrong -> assertThat(wrong.getMessage()).contains(says));
    }
}

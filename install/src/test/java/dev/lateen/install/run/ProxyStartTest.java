package dev.lateen.install.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.api.yaml.StartSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The settings a pod's proxy starts with. */
class ProxyStartTest {
    private static final String MESH = """
        trustDomain: td
        defaultConfig:
          drainDuration: 10s
          proxyMetadata: {SECRET_TTL: 1h, ISTIO_META_A: mesh, OTHER: x}
          tracing: {sampling: 10}
        """;

    @Test
    void theAnnotationGoesBeforeTheMeshConfigFieldByField() {
        ProxyStart start = ProxyStart.of(
                "test",
                StartSettings.ofMeshConfig(MESH)
                        .with(settings("terminationDrainDuration: 7s\n"
                                + "serviceCluster: mine\n"
                                + "meshId: m\n"
                                + "proxyMetadata: {ISTIO_META_B: pod}\n")));
        assertThat(start.settings().lifecycle().drainDuration()).isEqualTo(Duration.ofSeconds(10));
        assertThat(start.settings().lifecycle().terminationDrainDuration()).isEqualTo(Duration.ofSeconds(7));
        assertThat(start.certificateLife()).isEqualTo(Duration.ofHours(1));
        assertThat(start.cluster("a.default")).isEqualTo("mine");
        Map<String, Object> metadata = start.metadata(Map.of("NAME", "a", "MESH_ID", "cluster.local"));
        assertThat(metadata)
                .containsEntry("NAME", "a")
                .containsEntry("MESH_ID", "m")
                .containsEntry("A", "mesh")
                .containsEntry("B", "pod")
                .containsEntry("PROXY_CONFIG", start.given());
        assertThat(start.given()).containsKeys("drainDuration", "tracing", "serviceCluster");
    }

    @Test
    void withoutAnySettingsAllIsIstiosDefault() {
        ProxyStart start = ProxyStart.of("test", StartSettings.NONE);
        assertThat(start.given()).isEmpty();
        assertThat(start.cluster("a.default")).isEqualTo("a.default");
        assertThat(start.certificateLife()).isEqualTo(Duration.ofHours(24));
    }

    @Test
    void aSettingWithoutMeaningHereIsNamedAndOneThatIsNoneIsRefused() {
        assertThat(ProxyStart.withoutEffect(
                        ProxyStart.Place.RUN, settings("concurrency: 2\nproxyMetadata: {X: y}\ndrainDuration: 1s\n")))
                .containsExactly(
                        "concurrency has no effect here: all proxies share the event loops of one process",
                        "proxyMetadata.X has no effect here: there is no agent that would read it");
        assertThatThrownBy(() -> ProxyStart.of("test", settings("nosuch: 1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("test.nosuch: unknown field");
        List<String> problems = read("nosuch: 1\\ndrainDuration: soon").refusals();
        assertThat(problems)
                .hasSize(2)
                .anyMatch(problem -> problem.contains(
                        "Deployment default/web: spec.template.metadata.annotations[proxy.istio.io/config].nosuch:"
                                + " unknown field"))
                .anyMatch(problem -> problem.contains("config].drainDuration: "));
        assertThat(read("extraStatTags: [a]").workloadProblems()).anySatisfy(problem -> {
            assertThat(problem.path()).endsWith("[proxy.istio.io/config].extraStatTags");
            assertThat(problem.found()).isEqualTo("has no effect in this version");
        });
        assertThat(read("concurrency: 2").workloadProblems())
                .anySatisfy(problem -> assertThat(problem.found()).startsWith("concurrency has no effect here"));
    }

    private static StartSettings settings(String text) {
        return StartSettings.parse("test", text);
    }

    private static Manifests read(String settings) {
        return new ManifestReader().read(Path.of("x.yaml"), """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              template:
                metadata: {labels: {app: web}, annotations: {proxy.istio.io/config: "%s"}}
                spec: {containers: [{name: c, image: x, command: [y]}]}
            """.formatted(settings));
    }
}

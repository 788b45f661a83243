package dev.lateen.api.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.api.networking.ProxyConfig;
import dev.lateen.api.resource.Resource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who has a say in the start of a proxy, and who goes first. */
class StartSettingsTest {
    private static final StartSettings MESH = StartSettings.ofMeshConfig("""
        defaultConfig:
          concurrency: 1
          drainDuration: 10s
          proxyMetadata: {A: mesh, B: mesh}
        """);

    private static List<Resource<ProxyConfig>> configs(String... namespaceAndSpec) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < namespaceAndSpec.length; i += 2) {
            text.append("""
                apiVersion: networking.istio.io/v1beta1
                kind: ProxyConfig
                metadata: {name: c%d, namespace: %s}
                spec: %s
                ---
                """.formatted(i, namespaceAndSpec[i], namespaceAndSpec[i + 1]));
        }
        Reading reading = new ResourceReader().read("test", text.toString());
        assertThat(reading.problems()).isEmpty();
        return reading.resources().stream()
                .flatMap(resource -> resource.as(ProxyConfig.class).stream())
                .toList();
    }

    @Test
    void theNearestHasTheLastWordAndVariablesAddUp() {
        StartSettings settings = MESH.with(
                configs(
                        "istio-system", "{concurrency: 2, environmentVariables: {B: root, C: root}}",
                        "shop", "{concurrency: 3, environmentVariables: {C: shop, D: shop}}",
                        "shop", "{selector: {matchLabels: {app: a}}, concurrency: 4, environmentVariables: {D: a}}"),
                "istio-system",
                new StartSettings.Pod(
                        "shop",
                        Map.of("app", "a", "version", "v1"),
                        StartSettings.parse("own", "{concurrency: 9, meshId: own, proxyMetadata: {C: own, E: own}}")));
        assertThat(settings.given())
                .containsEntry("concurrency", 4)
                .containsEntry("drainDuration", "10s")
                .containsEntry("meshId", "own")
                .containsEntry("proxyMetadata", Map.of("A", "mesh", "B", "root", "C", "own", "D", "a", "E", "own"));
    }

    @Test
    void onlyWhatIsMeantForAPodConcernsIt() {
        List<Resource<ProxyConfig>> all = configs(
                "other", "{concurrency: 2}",
                "shop", "{selector: {matchLabels: {app: b}}, concurrency: 3}",
                "istio-system", "{selector: {matchLabels: {app: a}}, concurrency: 4}");
        assertThat(MESH.with(all, "istio-system", pod(Map.of("app", "a")))).isEqualTo(MESH);
    }

    private static StartSettings.Pod pod(Map<String, String> labels) {
        return new StartSettings.Pod("shop", labels, StartSettings.NONE);
    }

    @Test
    void ofSeveralAlikeTheOldestCounts() {
        List<Resource<ProxyConfig>> all = configs("shop", "{concurrency: 2}", "shop", "{concurrency: 3}");
        assertThat(StartSettings.NONE.with(all, "istio-system", pod(Map.of())).given())
                .isEqualTo(Map.of("concurrency", 2));
    }

    @Test
    void theSameComesBackOutOfJson() {
        StartSettings settings = MESH.with(configs("shop", "{image: {imageType: debug}}"), "root", pod(Map.of()));
        assertThat(StartSettings.parse("json", settings.json())).isEqualTo(settings);
        assertThat(StartSettings.NONE.json()).isEqualTo("{}");
        assertThat(StartSettings.parse("empty", " \n")).isEqualTo(StartSettings.NONE);
    }

    @Test
    void aFieldWithoutValueSaysNothing() {
        assertThat(StartSettings.parse("own", "tracing:\nproxyMetadata: {A: }\n")
                        .given())
                .isEqualTo(Map.of("proxyMetadata", Map.of()));
        assertThat(StartSettings.ofMeshConfig("apiVersion: v1\n"
                                + "kind: ConfigMap\n"
                                + "data:\n"
                                + "  mesh: |\n"
                                + "    defaultConfig: {concurrency: 2}\n")
                        .given())
                .isEqualTo(Map.of("concurrency", 2));
    }

    @Test
    void whatIsWrongIsToldWithFieldAndValue() {
        assertThatThrownBy(() -> StartSettings.parse("PROXY_CONFIG", "{a: ["))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("PROXY_CONFIG: no YAML: ");
        assertThat(StartSettings.parse("own", "drainDuration: soon").read("own").problems())
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.path()).isEqualTo("drainDuration");
                    assertThat(problem.found()).contains("soon");
                });
    }
}

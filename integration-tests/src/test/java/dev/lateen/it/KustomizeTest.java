package dev.lateen.it;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.yaml.Documents;
import dev.lateen.install.chart.Distribution;
import dev.lateen.install.manifest.InstallManifest;
import dev.lateen.install.manifest.InstallValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The kustomize base, read by a real kustomize, is what {@code meshctl} installs; and an overlay may say more. */
class KustomizeTest {
    private static final InstallManifest MANIFEST =
            InstallManifest.of(InstallValues.of("demo", List.of(), List.of("values.global.hub=registry.local")));

    @TempDir
    private Path directory;

    private static Map<String, JsonNode> objects(String yaml) {
        Map<String, JsonNode> objects = new TreeMap<>();
        for (JsonNode object : Documents.read("objects", yaml)) {
            objects.put(
                    object.path("kind").asString() + " "
                            + object.path("metadata").path("name").asString(),
                    object);
        }
        return objects;
    }

    private void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (Map.Entry<String, String> file :
                Distribution.kustomization(MANIFEST).entrySet()) {
            Files.writeString(folder.resolve(file.getKey()), file.getValue());
        }
    }

    private static String kustomized(Path folder) throws Exception {
        try (Running running = Running.start(
                "kustomize", List.of(Peers.kustomize().toString(), "build", folder.toString()), Map.of())) {
            assertThat(running.awaitExit(Duration.ofMinutes(1)))
                    .as(running.output())
                    .isZero();
            return running.output();
        }
    }

    @Test
    void eachObjectHasAFileAndTheListHasAllInTheOrderOfInstallation() {
        Map<String, String> files = Distribution.kustomization(MANIFEST);
        List<String> listed = requireNonNull(files.get("kustomization.yaml"))
                .lines()
                .filter(line -> line.startsWith("- "))
                .map(line -> line.substring(2))
                .toList();
        assertThat(Set.copyOf(listed))
                .hasSize(listed.size())
                .hasSize(MANIFEST.all().size());
        assertThat(new ArrayList<>(files.keySet()).subList(0, listed.size())).isEqualTo(listed);
    }

    @Test
    void theBaseIsWhatIsInstalled() throws Exception {
        write(directory.resolve("base"));
        assertThat(objects(kustomized(directory.resolve("base")))).isEqualTo(objects(MANIFEST.yaml()));
    }

    @Test
    void anOverlayPatchesIt() throws Exception {
        write(directory.resolve("base"));
        Path overlay = Files.createDirectories(directory.resolve("overlay"));
        Files.writeString(overlay.resolve("kustomization.yaml"), """
            apiVersion: kustomize.config.k8s.io/v1beta1
            kind: Kustomization
            resources: [../base]
            patches:
            - target: {kind: Deployment, name: istiod}
              patch: |-
                - {op: add, path: /spec/replicas, value: 3}
            """);
        JsonNode istiod = requireNonNull(objects(kustomized(overlay)).get("Deployment istiod"));
        assertThat(istiod.path("spec").path("replicas").asInt()).isEqualTo(3);
    }
}

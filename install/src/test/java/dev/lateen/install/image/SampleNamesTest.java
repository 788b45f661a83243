package dev.lateen.install.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.install.failure.CommandFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleNamesTest {
    @TempDir
    private Path directory;

    @Test
    void imagesOfSamplesAreFoundInManifestsAndByName() throws Exception {
        Path manifest = Files.writeString(directory.resolve("m.yaml"), """
            kind: Deployment
            spec: {template: {spec: {containers: [
              {name: a, image: "docker.io/istio/examples-bookinfo-details-v1:1"}, {name: b, image: "redis:1"}]}}}
            ---
            kind: List
            items:
            - kind: Pod
              spec: {initContainers: [{image: curlimages/curl}]}
            """);
        assertThat(SampleNames.of(List.of("x/go-httpbin"), List.of(manifest)))
                .containsExactly("curlimages/curl", "docker.io/istio/examples-bookinfo-details-v1:1", "x/go-httpbin");
    }

    @Test
    void whatIsNoSampleIsRefusedByName() throws Exception {
        assertThatThrownBy(() -> SampleNames.of(List.of("redis:1"), List.of()))
                .isInstanceOf(CommandFailure.class)
                .hasMessageStartingWith("--stand-in: redis:1: no sample's image (expected: ")
                .hasMessageContaining("go-httpbin");
        Path manifest =
                Files.writeString(directory.resolve("m.yaml"), "kind: Pod\nspec: {containers: [{image: redis}]}");
        assertThatThrownBy(() -> SampleNames.of(List.of(), List.of(manifest)))
                .hasMessageStartingWith("--stand-ins: " + manifest + ": no container has a sample's image");
        Path broken = Files.writeString(directory.resolve("b.yaml"), "a: [");
        assertThatThrownBy(() -> SampleNames.of(List.of(), List.of(broken)))
                .hasMessageStartingWith("--stand-ins: " + broken);
        Path none = directory.resolve("none.yaml");
        assertThatThrownBy(() -> SampleNames.of(List.of(), List.of(none)))
                .hasMessage("--stand-ins: " + none + ": no such file or directory");
    }
}

package dev.lateen.install.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PodLocalityTest {
    private static final String NODE = """
        apiVersion: v1
        kind: Node
        metadata: {name: n1, labels: {topology.kubernetes.io/region: r, topology.kubernetes.io/zone: z}}
        ---
        """;

    @Test
    void thePodsOwnLabelGoesBeforeItsNode() {
        assertThat(locality("labels: {istio-locality: a.b.c}", "nodeName: n1")).isEqualTo("a/b/c");
        assertThat(locality("labels: {app: a}", "nodeName: n1")).isEqualTo("r/z");
        assertThat(locality("labels: {app: a}", "nodeName: other")).isEmpty();
        assertThat(locality("labels: {app: a}", "hostNetwork: false")).isEmpty();
    }

    private static String locality(String metadata, String spec) {
        String pod = """
            apiVersion: v1
            kind: Pod
            metadata: {name: p, %s}
            spec: {%s, containers: [{name: c, image: x}]}
            """.formatted(metadata, spec);
        Manifests manifests = new ManifestReader().read(Path.of("x.yaml"), NODE + pod);
        assertThat(manifests.problems()).noneMatch(problem -> problem.isError());
        return new PodDerivation().pods(manifests).getFirst().locality();
    }
}

package dev.lateen.install.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.schema.Shows;
import java.util.List;
import org.junit.jupiter.api.Test;

class PodDerivationTest {
    private final PodDerivation derivation = new PodDerivation();

    @Test
    void aDeploymentBecomesItsReplicasWithKubernetesNames() {
        List<PodPlan> pods = pods(Yaml.deployment("reviews-v1", 3, "x"));
        assertThat(pods)
                .hasSize(3)
                .extracting(PodPlan::name)
                .doesNotHaveDuplicates()
                .allMatch(name -> name.matches("reviews-v1-[b-z2-9]{10}-[b-z2-9]{5}"));
        assertThat(pods.getFirst().workload()).isEqualTo("reviews-v1");
        assertThat(pods.getFirst().serviceAccount()).isEqualTo("reviews-v1-account");
        assertThat(pods.getFirst().labels()).containsEntry("version", "v1");
        assertThat(pods.getFirst().namespace()).isEqualTo("default");
    }

    @Test
    void theSameManifestGivesTheSameNames() {
        assertThat(names(Yaml.deployment("a", 2, "x"))).isEqualTo(names(Yaml.deployment("a", 2, "x")));
    }

    @Test
    void scalingKeepsThePodsThatAreThere() {
        assertThat(names(Yaml.deployment("a", 3, "x"))).containsAll(names(Yaml.deployment("a", 2, "x")));
    }

    @Test
    void aChangedTemplateMakesNewPods() {
        assertThat(names(Yaml.deployment("a", 1, "x")))
                .doesNotContainAnyElementsOf(names(Yaml.deployment("a", 1, "y")));
    }

    @Test
    void statefulSetsCountAndPodsKeepTheirNames() {
        String statefulSet = Yaml.deployment("db", 2, "x").replace("kind: Deployment", "kind: StatefulSet");
        assertThat(names(statefulSet)).containsExactly("db-0", "db-1");
        assertThat(names("""
            apiVersion: v1
            kind: Pod
            metadata: {name: lonely, namespace: far}
            spec: {containers: [{name: c, image: x}]}
            """)).containsExactly("lonely");
    }

    @Shows("label.sidecar.istio.io/inject")
    @Test
    void optingOutIsIstios() {
        String out = Yaml.deployment("a", 1, "x")
                .replace("version: v1}", "version: v1, sidecar.istio.io/inject: \"false\"}");
        assertThat(givesSidecar(Yaml.deployment("a", 1, "x"))).isTrue();
        assertThat(givesSidecar(out)).isFalse();
        String namespace = """
            ---
            apiVersion: v1
            kind: Namespace
            metadata: {name: default, labels: {istio-injection: disabled}}
            """;
        assertThat(givesSidecar(Yaml.deployment("a", 1, "x") + namespace)).isFalse();
    }

    private boolean givesSidecar(String yaml) {
        Manifests manifests = Yaml.read(yaml);
        return new SidecarRule(manifests)
                .givesSidecar(derivation.pods(manifests).getFirst());
    }

    private List<PodPlan> pods(String yaml) {
        return derivation.pods(Yaml.read(yaml));
    }

    private List<String> names(String yaml) {
        return pods(yaml).stream().map(PodPlan::name).toList();
    }
}

package dev.lateen.install.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestReaderTest {
    @TempDir
    Path dir;

    @Test
    void anUnknownFieldIsNamedWithFilePathAndWhatIsAccepted() throws IOException {
        write("a.yaml", Yaml.deployment("web", 1, "x").replace("replicas:", "replica:"));
        assertThat(refusals())
                .singleElement()
                .asString()
                .contains("a.yaml", "Deployment default/web", "spec.replica", "unknown field", "replicas");
    }

    @Test
    void anIllTypedFieldSaysWhatWasFoundAndExpected() throws IOException {
        write("a.yaml", Yaml.deployment("web", 1, "x").replace("replicas: 1", "replicas: many"));
        assertThat(refusals()).singleElement().asString().contains("spec.replicas", "many", "a whole number");
    }

    @Test
    void everyProblemOfEveryFileIsTold() throws IOException {
        write("a.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {port: 1}\n");
        write("b.yaml", "{ not yaml");
        write(
                "c.yaml",
                "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v}\nspec: {hostz: [a]}\n");
        assertThat(refusals())
                .hasSizeGreaterThanOrEqualTo(3)
                .anyMatch(p -> p.contains("b.yaml"))
                .anyMatch(p -> p.contains("hostz"));
    }

    @Test
    void aMissingPathIsSaidSo() {
        assertThat(ConfigCheck.of(List.of(dir.resolve("none.yaml")), null).errors())
                .singleElement()
                .asString()
                .contains("none.yaml: no such file");
    }

    @Test
    void directoriesAreReadInTheOrderOfNamesWithoutHiddenFiles() throws IOException {
        Files.createDirectory(dir.resolve("sub"));
        write("b.yaml", Yaml.deployment("b", 1, "x"));
        write("a.yml", Yaml.deployment("a", 1, "x"));
        write("sub/c.json", "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"n\"}}");
        write(".hidden.yaml", "{ not yaml");
        write("notes.txt", "{ not yaml");
        Manifests manifests = new ManifestReader().read(List.of(dir));
        assertThat(manifests.resources())
                .extracting(r -> r.getMetadata().getName())
                .containsExactly("a", "b", "n");
    }

    @Test
    void ofTwoResourcesOfOneNameTheLaterCountsAndBothAreNamed() throws IOException {
        write("a.yaml", Yaml.deployment("a", 1, "x") + "---\n" + Yaml.deployment("a", 2, "x"));
        assertThat(new ManifestReader().read(List.of(dir)).of(Deployment.class))
                .singleElement()
                .satisfies(deployment ->
                        assertThat(deployment.getSpec().getReplicas()).isEqualTo(2));
        assertThat(ConfigCheck.of(List.of(dir), null).errors()).isEmpty();
        assertThat(ConfigCheck.of(List.of(dir), null).warnings())
                .filteredOn(warning -> warning.contains("metadata.name"))
                .singleElement()
                .asString()
                .contains("Deployment default/a", "the same resource");
    }

    @Test
    void aWorkloadWithoutContainersIsRefused() throws IOException {
        write("a.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n");
        assertThat(refusals())
                .singleElement()
                .asString()
                .contains("Deployment default/d", "spec.template.spec.containers: missing");
    }

    @Test
    void aWatchSeesEditsNewFilesAndRemovals() throws IOException {
        write("a.yaml", "a: 1");
        ManifestWatch watch = new ManifestWatch(List.of(dir));
        assertThat(watch.hasChanged()).isFalse();
        write("a.yaml", "a: 22");
        assertThat(watch.hasChanged()).isTrue();
        write("b.yaml", "b: 1");
        assertThat(watch.hasChanged()).isTrue();
        Files.delete(dir.resolve("b.yaml"));
        assertThat(watch.hasChanged()).isTrue();
        assertThat(watch.hasChanged()).isFalse();
    }

    private List<String> refusals() {
        return new ManifestReader().read(List.of(dir)).refusals();
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(dir.resolve(name), text);
    }

    @Test
    void whatAClusterWouldRunAndThisMeshDoesNotIsSaid() {
        Manifests read = new ManifestReader().read(Path.of("x.yaml"), """
            apiVersion: batch/v1
            kind: CronJob
            metadata: {name: nightly}
            spec: {schedule: "0 0 * * *"}
            ---
            apiVersion: apps/v1
            kind: ReplicaSet
            metadata: {name: web}
            spec:
              template:
                metadata: {labels: {app: web}}
                spec:
                  initContainers: [{name: i, image: busybox}]
                  containers: [{name: web, image: "nginx:1"}, {name: own, image: y, command: [sleep]}]
            """);
        assertThat(read.refusals()).isEmpty();
        assertThat(read.workloadProblems())
                .extracting(Object::toString)
                .satisfiesExactly(
                        first -> assertThat(first)
                                .startsWith("x.yaml:1 (document 1): warning: CronJob default/nightly: kind: CronJob is"
                                        + " not run (expected: "),
                        second -> assertThat(second)
                                .contains("ReplicaSet default/web: spec.template.spec.initContainers: 1 that are not"),
                        third -> assertThat(third)
                                .contains("spec.template.spec.containers[0].image: nginx:1, and no command (expected: a"
                                        + " command")
                                .contains("go-httpbin"));
        assertThat(new PodDerivation().pods(read)).hasSize(1);
    }

    @Test
    void aKindThatNoClusterKnowsIsRefused() {
        assertThat(new ManifestReader().read(Path.of("x.yaml"), """
            apiVersion: apps/v1
            kind: Deploymint
            metadata: {name: a}
            """).refusals())
                .singleElement()
                .asString()
                .contains("kind: unknown kind 'Deploymint' of apps/v1 (expected: one of ControllerRevision, ");
    }
}

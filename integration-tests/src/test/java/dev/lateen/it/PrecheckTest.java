package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code meshctl precheck} on a real API server: it says what it finds, and changes nothing. */
class PrecheckTest extends InstallFixture {
    private static final String BAD = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: bad, namespace: precheck}
        spec: {hosts: [b], http: [{retries: {attempts: 2, retryOn: no-such-condition}, route: [{destination: {host: b}}]}]}
        """;

    private static final Deployment THEIRS = anotherMeshs("istiod-theirs", "precheck");

    /** {@code check: message} of all that was found. */
    private static Set<String> found(String... more) throws Exception {
        String[] command = new String[more.length + 4];
        System.arraycopy(new String[] {"x", "precheck", "-o", "json"}, 0, command, 0, 4);
        System.arraycopy(more, 0, command, 4, more.length);
        Ended ended = meshctl(command);
        String json = ended.output().lines().reduce((_, last) -> last).orElse("");
        Set<String> found = new TreeSet<>();
        for (JsonNode finding : JsonMapper.shared().readTree(json)) {
            found.add(finding.path("check").asString() + ": "
                    + finding.path("message").asString());
        }
        assertThat(ended.exit()).as(ended.output()).isEqualTo(found.isEmpty() ? 0 : 1);
        return found;
    }

    @Test
    void whatWouldBeInTheWayIsSaidAndNothingElse() throws Exception {
        KubeCluster.shared().namespace("precheck");
        Set<String> before = found();
        assertThat(before).noneMatch(line -> line.matches("(cluster|version|rights|values): .*"));
        KubeCluster.shared().apply(BAD);
        client().resource(THEIRS).serverSideApply();
        try {
            Set<String> after = found("--set", "values.pilot.unheardOf=1");
            after.removeAll(before);
            assertThat(after)
                    .satisfiesExactlyInAnyOrder(
                            line -> assertThat(line)
                                    .startsWith(
                                            "mesh: Deployment precheck/istiod-theirs is another mesh's control plane"),
                            line -> assertThat(line)
                                    .startsWith("objects: would not be taken: VirtualService precheck/bad: ")
                                    .contains("spec.http[0].retries.retryOn"),
                            line -> assertThat(line).isEqualTo("values: values.pilot.unheardOf: has no effect here"));
        } finally {
            KubeCluster.shared().delete(BAD);
            client().resource(THEIRS).delete();
        }
        assertThat(client().apps()
                        .deployments()
                        .inNamespace("istio-system")
                        .withName("istiod")
                        .get())
                .isNull();
    }

    @Test
    void aClusterThatCannotBeAskedIsTheOnlyFinding() throws Exception {
        Ended ended =
                meshctl(KubeCluster.shared().kubeconfigBy(Ports.free(), directory.resolve("nowhere")), "precheck");
        assertThat(ended.exit()).isEqualTo(1);
        assertThat(ended.output()).contains("Error [cluster] no answer from the API server");
    }
}

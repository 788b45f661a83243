package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** How a control plane comes to its cluster. */
class ClusterAccessTest extends ClusterFixture {
    @Test
    void whatIsWrongWithTheWayToAClusterIsSaidInASentence() throws Exception {
        Path none = directory.resolve("none");
        assertThatThrownBy(() -> istiod(none)).hasMessageContaining("--kubeconfig: " + none + ": no such file");
        Path text = Files.writeString(directory.resolve("text"), "just: [a, text");
        assertThatThrownBy(() -> istiod(text)).hasMessageContaining("--kubeconfig: " + text + ": no kubeconfig");
        Path nobody = cluster.kubeconfigBy(Ports.free(), directory.resolve("nobody"));
        assertThatThrownBy(() -> istiod(nobody))
                .hasMessageContaining("cluster Kubernetes: the API server https://127.0.0.1:")
                .hasMessageContaining("can't be reached: ");
        assertThatThrownBy(() -> istiod(cluster.kubeconfigOf("a-token", directory.resolve("stranger"))))
                .hasMessageContaining("doesn't know who calls");
        String token = cluster.token("shop", "default", "https://kubernetes.default.svc");
        assertThatThrownBy(() -> istiod(cluster.kubeconfigOf(token, directory.resolve("powerless"))))
                .hasMessageContaining("forbids it: ")
                .hasMessageContaining("(expected: rights to list and watch ");
    }

    @Test
    void theCommandFollowsTheClusterOfAKubeconfigAndFilesBesideIt() throws Exception {
        Path config = Files.createDirectories(directory.resolve("config"));
        Files.writeString(config.resolve("route.yaml"), ROUTE.formatted("timeouts", "reviews", "timeout: 8s"));
        int monitoring = Ports.free();
        try (Running istiod = Running.meshctl(
                        "istiod",
                        "--kubeconfig",
                        cluster.kubeconfig(),
                        "--config",
                        config,
                        "--state",
                        directory.resolve("state"),
                        "--grpcAddr",
                        "127.0.0.1:" + Ports.free(),
                        "--secureGRPCAddr",
                        "127.0.0.1:" + Ports.free(),
                        "--monitoringAddr",
                        "127.0.0.1:" + monitoring);
                Web web = Web.direct()) {
            istiod.awaitOutput(Patience.OF_A_START, output -> output.contains("istiod serves on"));
            String page = "http://127.0.0.1:" + monitoring;
            assertThat(web.status(page + "/ready")).isEqualTo(200);
            assertThat(web.get(page + "/debug/endpointz").body()).contains("10.1.2.3");
            assertThat(web.get(page + "/debug/configz").body()).contains("\"8s\"");
            cluster.apply(ROUTE.formatted("timeouts", "reviews", "timeout: 9s"));
            istiod.awaitOutput(Patience.OF_A_CHANGE, output -> output.contains("the same resource as in"));
            assertThat(web.get(page + "/debug/configz").body()).contains("\"9s\"");
        }
        try (Running nothing = Running.meshctl("istiod", "--state", directory.resolve("state"))) {
            assertThat(nothing.awaitExit(Patience.OF_A_START)).isNotZero();
            assertThat(nothing.output()).contains("nothing to follow: no --config, no --kubeconfig");
        }
    }
}

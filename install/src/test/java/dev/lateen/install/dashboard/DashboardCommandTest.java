package dev.lateen.install.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.reach.CannedCluster;
import dev.lateen.install.reach.PageReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DashboardCommandTest {
    private final StringWriter out = new StringWriter();

    @TempDir
    private Path directory;

    private CannedCluster cluster;

    @BeforeEach
    void start() throws Exception {
        cluster = new CannedCluster();
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
    }

    private int run(String... args) throws Exception {
        List<String> all = new ArrayList<>(
                List.of("--kubeconfig", cluster.kubeconfig(directory).toString(), "--browser=false"));
        all.addAll(Arrays.asList(args));
        StringWriter err = new StringWriter();
        return new CommandLine(new DashboardCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .setExecutionExceptionHandler((problem, line, parsed) -> {
                    if (problem instanceof InterruptedException) {
                        return 0;
                    }
                    if (problem instanceof CommandFailure) {
                        throw new AssertionError(problem.getMessage());
                    }
                    throw problem;
                })
                .execute(all.toArray(String[]::new));
    }

    @Test
    void thePageOfAProxyIsForwardedUntilTheEnd() throws Exception {
        cluster.pod("shop", "web-1", Map.of(), "istio-proxy");
        cluster.page("web-1", 15000, "/ready", "LIVE\n");
        Thread command = Thread.ofVirtual().start(() -> {
            try {
                run("envoy", "web-1", "--address", "127.0.0.1");
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        await().until(() -> out.toString().contains("until Ctrl-C"));
        String url = out.toString().lines().findFirst().orElseThrow();
        String authority = url.substring("http://".length(), url.length() - 1);
        assertThat(new PageReader().get(authority, "/ready")).isEqualTo("LIVE\n");
        command.interrupt();
        command.join();
        assertThatThrownBy(() -> new PageReader().get(authority, "/ready")).hasMessageContaining("nothing answers");
    }

    @Test
    void aPortThatIsTakenIsSaidSo() throws Exception {
        cluster.pod("istio-system", "grafana-1", Map.of("app.kubernetes.io/name", "grafana"), "grafana");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() -> run("grafana", "--address", "127.0.0.1", "--port", String.valueOf(port)))
                    .hasMessageContaining("--port: " + port + " can't be had");
        }
    }

    @Test
    void whatIsNotThereIsNamedWithWhatWouldBe() {
        assertThatThrownBy(() -> run("kiali"))
                .hasMessageContaining("no running pod with the label app=kiali in namespace istio-system");
        assertThatThrownBy(() -> run("controlz")).hasMessageContaining("this istiod has no ControlZ");
        assertThatThrownBy(() -> run("grofana")).hasMessageContaining("expected: envoy, proxy, istiod-debug, prom");
        assertThatThrownBy(() -> run("envoy")).hasMessageContaining("no pod given");
    }
}

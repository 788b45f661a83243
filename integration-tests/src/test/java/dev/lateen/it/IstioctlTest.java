package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Istio's own tool reads what our proxies show. Its build takes several minutes, so none is made here: the variable {@code LATEEN_ISTIOCTL} names one, and
 * without it this is skipped. Through an API server the same pages take the way that {@code ClusterToolsTest} shows.
 */
class IstioctlTest {
    @TempDir
    private Path directory;

    private static String istioctl() {
        String tool = System.getenv("LATEEN_ISTIOCTL");
        Assumptions.assumeTrue(tool != null, "LATEEN_ISTIOCTL names no istioctl");
        return tool;
    }

    private static String run(String tool, String kind, Path page) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(tool, "proxy-config", kind, "-f", page.toString())
                .redirectErrorStream(true)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as("istioctl proxy-config %s%n%s", kind, out)
                .isZero();
        return out;
    }

    /** The words of a table's rows without its heading and its alignment, which differs by a space. */
    private static List<String> rows(String table) {
        return table.lines()
                .skip(1)
                .map(line -> line.strip().replaceAll(" +", " "))
                .sorted()
                .collect(Collectors.toCollection(ArrayList::new));
    }

    @Test
    void istioctlAndMeshctlReadTheSameOfAProxy() throws Exception {
        String tool = istioctl();
        try (LocalMesh mesh = Bookinfo.start(Files.createDirectory(directory.resolve("edits")));
                Web web = Web.direct()) {
            String admin = "http://" + mesh.pod("reviews-v2") + ":15000";
            Path dump = page(web, admin + "/config_dump?include_eds=true");
            Path hosts = page(web, admin + "/clusters?format=json");
            assertThat(run(tool, "bootstrap", dump)).contains("\"id\": \"sidecar~");
            assertThat(run(tool, "all", dump)).contains("Istio Version: ", "listener/", "cluster/outbound");
            assertThat(rows(run(tool, "cluster", dump)))
                    .contains("ratings.default.svc.cluster.local 9080 - outbound EDS ratings.default")
                    // A type of Envoy's extensions is the default of the field beside it to istioctl, and CUSTOM to us.
                    .isEqualTo(rows(meshctl("cluster", dump).replace("CUSTOM", "STATIC")));
            assertThat(rows(run(tool, "secret", dump))).isEqualTo(rows(meshctl("secret", dump)));
            assertThat(rows(run(tool, "endpoint", hosts))).isEqualTo(rows(meshctl("endpoint", hosts)));
            assertThat(run(tool, "listener", dump)).contains("15001", "Route: http_proxy");
            assertThat(run(tool, "route", dump)).contains("ratings.default.svc.cluster.local:9080");
        }
    }

    private Path page(Web web, String url) throws IOException, InterruptedException {
        return Files.writeString(
                Files.createTempFile(directory, "page", ".json"), web.get(url).body());
    }

    private static String meshctl(String kind, Path page) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Project.root().resolve("meshctl").toString(), "proxy-config", kind, "-f", page.toString())
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return out;
    }
}

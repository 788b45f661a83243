package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Prometheus and istioctl's users see of a running mesh. */
class BookinfoMetricsTest {
    /** Istio's labels on istio_requests_total (istio.io, "Istio Standard Metrics"). */
    private static final List<String> LABELS = List.of(
            "reporter",
            "source_workload",
            "source_workload_namespace",
            "source_principal",
            "source_app",
            "source_version",
            "source_cluster",
            "source_canonical_service",
            "source_canonical_revision",
            "destination_workload",
            "destination_workload_namespace",
            "destination_principal",
            "destination_app",
            "destination_version",
            "destination_cluster",
            "destination_service",
            "destination_service_name",
            "destination_service_namespace",
            "destination_canonical_service",
            "destination_canonical_revision",
            "request_protocol",
            "response_code",
            "grpc_response_status",
            "response_flags",
            "connection_security_policy");

    private static final String ISTIOD = "http://127.0.0.1:15014/metrics";

    @TempDir
    static Path directory;

    private static LocalMesh mesh;
    private static final Web USER = Web.direct();

    @BeforeAll
    static void start() throws Exception {
        mesh = Bookinfo.start(Files.createDirectory(directory.resolve("edits")));
        for (int i = 0; i < 60; i++) {
            assertThat(USER.get("http://127.0.0.1:8080/productpage").statusCode())
                    .isEqualTo(200);
        }
    }

    @AfterAll
    static void stop() {
        USER.close();
        if (mesh != null) {
            mesh.close();
        }
    }

    private static String scrape(String address) throws Exception {
        return USER.get("http://" + address + ":15090/stats/prometheus").body();
    }

    @Test
    void everySidecarCountsRequestsWithIstiosLabels() throws Exception {
        for (Map.Entry<String, String> pod : mesh.pods().entrySet()) {
            if (pod.getKey().startsWith("istio-egressgateway-")) {
                continue; // Nobody calls it here.
            }
            String line = scrape(pod.getValue())
                    .lines()
                    .filter(l -> l.startsWith("istio_requests_total{"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no istio_requests_total at " + pod));
            assertThat(LABELS).as(line).allSatisfy(label -> assertThat(line).contains(label + "=\""));
        }
    }

    @Test
    void bothSidesReportTheSameCall() throws Exception {
        String client = requests(
                scrape(mesh.pod("productpage-v1")), "reporter=\"source\"", "destination_workload=\"details-v1\"");
        assertThat(client)
                .contains("source_workload=\"productpage-v1\"")
                .contains("destination_service=\"details.default.svc.cluster.local\"")
                .contains("destination_principal=\"spiffe://cluster.local/ns/default/sa/bookinfo-details\"");
        String server = requests(
                scrape(mesh.pod("details-v1")), "reporter=\"destination\"", "source_workload=\"productpage-v1\"");
        assertThat(server)
                .contains("connection_security_policy=\"mutual_tls\"")
                .contains("source_principal=\"spiffe://cluster.local/ns/default/sa/bookinfo-productpage\"")
                .contains("destination_service=\"details.default.svc.cluster.local\"")
                .contains("response_code=\"200\"");
    }

    private static String requests(String scrape, String... labels) {
        List<String> lines = scrape.lines()
                .filter(l -> l.startsWith("istio_requests_total{"))
                .toList();
        return lines.stream()
                .filter(line -> List.of(labels).stream().allMatch(line::contains))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no series with " + List.of(labels) + " in:\n"
                        + lines.stream().collect(Collectors.joining("\n"))));
    }

    @Test
    void prometheusOwnCheckerParsesEveryScrape() throws Exception {
        Path promtool = Peers.promtool();
        for (Map.Entry<String, String> pod : mesh.pods().entrySet()) {
            for (int port : new int[] {15090, 15000}) {
                String url = "http://" + pod.getValue() + ":" + port + "/stats/prometheus";
                check(promtool, url, USER.get(url).body());
            }
        }
        check(promtool, ISTIOD, USER.get(ISTIOD).body());
    }

    private static void check(Path promtool, String url, String page) throws Exception {
        Process check = new ProcessBuilder(promtool.toString(), "check", "metrics")
                .redirectErrorStream(true)
                .start();
        check.getOutputStream().write(page.getBytes(StandardCharsets.UTF_8));
        check.getOutputStream().close();
        String output = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        // 3 is a remark on style (Istio's own names earn some), 1 a text that can't be parsed.
        assertThat(check.waitFor()).as("%s: %s", url, output).isIn(0, 3);
    }

    /** Of the platform, istiod and gateways tell; a sidecar does only when it is asked to. */
    @Test
    void istiodAndGatewaysTellOfTheirProcessAndSidecarsDoNot() throws Exception {
        for (int i = 0; i < 2; i++) {
            assertThat(USER.get(ISTIOD).statusCode()).isEqualTo(200);
        }
        for (String page : List.of(USER.get(ISTIOD).body(), scrape(mesh.pod("istio-egressgateway")))) {
            assertThat(page.lines())
                    .contains(
                            "# TYPE jvm_memory_used_bytes gauge",
                            "# TYPE vertx_http_server_requests_total counter",
                            "# TYPE netty_eventexecutor_tasks_pending gauge");
        }
        assertThat(scrape(mesh.pod("details-v1"))).contains("istio_requests_total{").doesNotContain("jvm_", "vertx_");
    }

    @Test
    void istiodTellsItsOwnMetricsAndSync() throws Exception {
        assertThat(USER.get(ISTIOD).body())
                .contains("pilot_xds_pushes")
                .contains("citadel_server_csr_count");
        assertThat(USER.get("http://127.0.0.1:15014/debug/syncz").body()).contains("productpage-v1");
    }
}

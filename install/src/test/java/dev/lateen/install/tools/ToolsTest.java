package dev.lateen.install.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;

class ToolsTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private HttpServer istiod;

    @BeforeEach
    void start() throws IOException {
        istiod = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        istiod.start();
    }

    @AfterEach
    void stop() {
        istiod.stop(0);
    }

    private void page(String path, String body) {
        istiod.createContext(path, exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }

    private int run(Object command, String... args) {
        return new CommandLine(command)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args);
    }

    @Test
    void proxyStatusTellsWhoIsBehind() {
        page("/debug/syncz", """
            [{"proxy":"reviews-v1.default","cluster_id":"Kubernetes","istio_version":"1.31.0",
              "cluster_sent":"a","cluster_acked":"a","listener_sent":"b","listener_acked":"a"}]\
            """);
        assertThat(run(
                        new ProxyStatusCommand(),
                        "--istiod",
                        "127.0.0.1:" + istiod.getAddress().getPort()))
                .isZero();
        assertThat(out.toString().lines().toList().get(1))
                .isEqualTo("reviews-v1.default    Kubernetes    SYNCED    STALE    IGNORED    IGNORED    IGNORED   "
                        + " istiod    1.31.0");
    }

    @Test
    void proxyStatusTellsWhatIsRejectedAndWhoLostItsStream() {
        page("/debug/syncz", """
            [{"proxy":"a.default","cluster_sent":"a","cluster_acked":"a","listener_sent":"b","listener_acked":"b",
              "listener_rejected":"listener l: can't bind"},
             {"proxy":"b.default","disconnected_at":"2026-11-29T20:00:00Z","cluster_sent":"a","cluster_acked":"a"}]\
            """);
        run(
                new ProxyStatusCommand(),
                "--istiod",
                "127.0.0.1:" + istiod.getAddress().getPort());
        List<String> lines = out.toString().lines().toList();
        assertThat(lines.get(1)).containsPattern("a.default +SYNCED +STALE +IGNORED");
        assertThat(lines.get(2)).containsPattern("b.default +DISCONNECTED +IGNORED");
        assertThat(lines)
                .contains(
                        "a.default: LDS rejected: listener l: can't bind",
                        "b.default: no stream since 2026-11-29T20:00:00Z");
    }

    @Test
    void proxyStatusTellsWhatProxiesOfThisMachineCantBuild() {
        page("/debug/syncz", """
            [{"proxy":"a.default","cluster_sent":"a","cluster_acked":"a"},
             {"proxy":"b.default","cluster_sent":"a","cluster_acked":"a"}]\
            """);
        page("/debug/connections", """
            {"clients":[{"connectionId":"sidecar~127.0.0.1~a.default~default.svc.cluster.local-1"},
                        {"connectionId":"sidecar~10.0.0.1~b.default~default.svc.cluster.local-2"}]}\
            """);
        page("/config_gaps", """
            [{"text":"listener l: filter x: left out"},{"text":"listener m: filter y: denies"}]\
            """);
        assertThat(proxyStatusWithGaps()).isZero();
        assertThat(out.toString().lines().skip(3))
                .containsExactly(
                        "", "a.default: listener l: filter x: left out", "a.default: listener m: filter y: denies");
    }

    /** As where the proxies' admin pages are at istiod's own port. */
    private int proxyStatusWithGaps() {
        int port = istiod.getAddress().getPort();
        return run(
                new ProxyStatusCommand(),
                "--istiod",
                "127.0.0.1:" + port,
                "--proxy-admin-port",
                Integer.toString(port));
    }

    @Test
    void theTableIsWholeWithoutProxiesThatAnswer() {
        page("/debug/syncz", """
            [{"proxy":"a.default","cluster_sent":"a","cluster_acked":"a"}]\
            """);
        page("/debug/connections", """
            {"clients":[{"connectionId":"sidecar~127.0.0.1~a.default~default.svc.cluster.local-1"}]}\
            """);
        assertThat(proxyStatusWithGaps()).isZero();
        assertThat(out.toString().lines()).hasSize(2);
    }

    @Test
    void anOutputFormatThatIsNoneIsToldWithThoseThatAre() {
        page("/debug/syncz", "[]");
        String istiod = "127.0.0.1:" + this.istiod.getAddress().getPort();
        assertThat(run(new ProxyStatusCommand(), "--istiod", istiod, "-o", "yaml"))
                .isZero();
        assertThat(out.toString()).contains("[]");
        run(new ProxyStatusCommand(), "--istiod", istiod, "-o", "xml");
        assertThat(err.toString()).contains("--output: xml (expected: short, json or yaml)");
        run(new ProxyConfigCommand(), "clustre", "x");
        assertThat(err.toString()).contains("clustre (expected: all, bootstrap, cluster, listener,");
    }

    @Test
    void aMeshThatIsNotRunningIsSaidSo() {
        istiod.stop(0);
        assertThatThrownBy(() -> new MeshClient("127.0.0.1:1", 1).istiod("/debug/syncz"))
                .hasMessageContaining("http://127.0.0.1:1/debug/syncz: nothing answers at 127.0.0.1:1 (is the mesh")
                .hasMessageContaining("--istiod");
    }

    @Test
    void podsAreFoundByTheirBeginningAndDoubtIsListed() {
        ConnectedProxies proxies =
                ConnectedProxies.of(JsonMapper.builder().build().readTree("""
                    {"clients":[{"connectionId":"sidecar~127.1.0.1~reviews-v1-x.default~default.svc.cluster.local-1"},
                                {"connectionId":"sidecar~127.1.0.2~reviews-v2-y.default~default.svc.cluster.local-1"}]}\
                    """));
        assertThat(proxies.named("reviews-v1").address()).isEqualTo("127.1.0.1");
        assertThat(proxies.named("reviews-v2-y.default").address()).isEqualTo("127.1.0.2");
        assertThatThrownBy(() -> proxies.named("reviews"))
                .hasMessageContaining("means several")
                .hasMessageContaining("reviews-v1-x.default, reviews-v2-y.default");
        assertThat(proxies.named("deployment/reviews-v1").address()).isEqualTo("127.1.0.1");
        assertThat(proxies.named("deploy/reviews-v2.default").address()).isEqualTo("127.1.0.2");
        assertThatThrownBy(() -> proxies.named("deployment/details-v1")).hasMessageContaining("is not connected");
        assertThatThrownBy(() -> proxies.named("nobody")).hasMessageContaining("is not connected");
    }

    @Test
    void istiosOwnDumpIsReadIntoTables() throws IOException {
        Path dump = Path.of(System.getProperty("lateen.shared"), "istio/xds/subset-routing/config_dump.json");
        Assumptions.assumeTrue(Files.exists(dump), "shared data is not beside the checkout");
        var tree = JsonMapper.builder().build().readTree(Files.readString(dump));
        assertThat(ListenerRows.table(DumpedResources.of(tree, "ListenersConfigDump")))
                .contains("15006")
                .contains("Trans: tls")
                .contains("Route: 9080");
        assertThat(ClusterRows.table(DumpedResources.of(tree, "ClustersConfigDump")))
                .containsPattern("reviews\\S* +9080 +v\\d +outbound +EDS");
        assertThat(RouteRows.table(DumpedResources.of(tree, "RoutesConfigDump")))
                .containsPattern("9080 +reviews\\S*:9080 +");
        assertThat(SecretRows.table(DumpedResources.of(tree, "SecretsConfigDump")))
                .contains("RESOURCE NAME");
    }

    @Test
    void kubeInjectPrintsTheManifestWithASidecar(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("a.yaml"), """
            apiVersion: v1
            kind: Service
            metadata: {name: a}
            spec: {ports: [{port: 80}]}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: a}
            spec:
              selector: {matchLabels: {app: a}}
              template:
                metadata: {labels: {app: a}}
                spec: {containers: [{name: a, image: a}]}
            """);
        assertThat(run(new KubeInjectCommand(), "-f", file.toString())).isZero();
        assertThat(out.toString())
                .contains("kind: Service")
                .contains("istio-proxy")
                .contains("---\n");
    }

    private static final String DEPLOYMENT = """
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "NAME"},
         "spec": {"selector": {"matchLabels": {"app": "a"}},
          "template": {"metadata": {"labels": {"app": "a"}, "annotations": {MORE}},
           "spec": {"containers": [{"name": "a", "image": "a"}]}}}}
        """;

    @Test
    void listsListsInListsAndRowsOfObjectsAreInjected(@TempDir Path directory) throws Exception {
        String list = "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [ITEMS]}";
        String inner = list.replace("ITEMS", deployment("one", ""));
        Path file = Files.writeString(
                directory.resolve("m.json"),
                list.replace("ITEMS", inner + "," + deployment("two", "")) + deployment("three", ""));
        assertThat(run(new KubeInjectCommand(), "-f", file.toString())).isZero();
        assertThat(out.toString()).contains("kind: List");
        assertThat(out.toString().split("name: istio-proxy\n", -1)).hasSizeGreaterThan(3);
        assertThat(out.toString().split("tlsMode: istio", -1)).hasSize(4);
    }

    @Test
    void whatAnInjectionDoesNotGiveIsNamedAndASettingThatIsNoneIsRefused(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(
                directory.resolve("m.json"),
                deployment(
                        "one",
                        "\"prometheus.io/port\": \"9999\", \"sidecar.istio.io/statsFlushInterval\": \"5s\","
                                + " \"sidecar.istio.io/proxyCPU\": \"1\""));
        assertThat(run(new KubeInjectCommand(), "-f", file.toString())).isZero();
        assertThat(err.toString())
                .contains("Deployment one: warning: annotation sidecar.istio.io/statsFlushInterval: ")
                .doesNotContain("prometheus.io")
                .doesNotContain("proxyCPU");
        Files.writeString(file, deployment("one", "\"proxy.istio.io/config\": \"nosuch: 1\""));
        assertThat(run(new KubeInjectCommand(), "-f", file.toString())).isNotZero();
        assertThat(err.toString())
                .contains("Deployment one: annotation proxy.istio.io/config:1")
                .contains("nosuch: unknown field");
    }

    private static String deployment(String name, String annotations) {
        return DEPLOYMENT.replace("NAME", name).replace("MORE", annotations);
    }
}

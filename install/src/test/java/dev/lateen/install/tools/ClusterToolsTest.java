package dev.lateen.install.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.reach.CannedCluster;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
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

/** The tools' way through an API server; that pods answer so on a real one is tried where there is a kubelet. */
class ClusterToolsTest {
    private static final Map<String, String> ISTIOD = Map.of("app", "istiod", "istio.io/rev", "default");
    private static final String DUMP = """
        {"configs": [{"@type": "type.googleapis.com/envoy.admin.v3.ClustersConfigDump", "dynamic_active_clusters": [
          {"cluster": {"name": "outbound|80||web.shop.svc.cluster.local", "type": "EDS"}},
          {"cluster": {"name": "outbound|9080|v1|reviews.shop.svc.cluster.local", "type": "EDS"}}]}]}
        """;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

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

    private int run(Object command, String... args) throws Exception {
        List<String> all = new ArrayList<>(
                List.of("--kubeconfig", cluster.kubeconfig(directory).toString()));
        all.addAll(Arrays.asList(args));
        return new CommandLine(command)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .setExecutionExceptionHandler((problem, line, parsed) -> {
                    if (problem instanceof CommandFailure failure) {
                        line.getErr().println("meshctl: " + failure.getMessage());
                        return failure.exitCode();
                    }
                    throw problem;
                })
                .execute(all.toArray(String[]::new));
    }

    @Test
    void proxyStatusAsksEveryControlPlaneAndTellsWhoseEachProxyIs() throws Exception {
        cluster.pod("istio-system", "istiod-1", ISTIOD, "discovery");
        cluster.pod("istio-system", "istiod-2", ISTIOD, "discovery");
        cluster.page("istiod-1", 15014, "/debug/syncz", """
            [{"proxy": "b.shop", "cluster_sent": "1", "cluster_acked": "1"}]\
            """);
        cluster.page("istiod-2", 15014, "/debug/syncz", """
            [{"proxy": "a.shop", "cluster_sent": "2", "cluster_acked": "1"}]\
            """);
        assertThat(run(new ProxyStatusCommand())).isZero();
        List<String> lines = out.toString().lines().toList();
        assertThat(lines.get(1)).containsPattern("a.shop +STALE .*istiod-2");
        assertThat(lines.get(2)).containsPattern("b.shop +SYNCED .*istiod-1");
    }

    @Test
    void aControlPlaneThatDoesNotAnswerIsNamedAndTheOthersAreShown() throws Exception {
        cluster.pod("istio-system", "istiod-1", ISTIOD, "discovery");
        cluster.pod("istio-system", "istiod-2", ISTIOD, "discovery");
        cluster.page("istiod-1", 15014, "/debug/syncz", "[{\"proxy\": \"b.shop\"}]");
        assertThat(run(new ProxyStatusCommand())).isEqualTo(CommandFailure.FAILED);
        assertThat(out.toString()).contains("b.shop");
        assertThat(err.toString())
                .contains("istiod-2 did not answer, its proxies are missing: pod istiod-2.istio-system, port 15014")
                .contains("nothing listens on port 15014");
    }

    @Test
    void onlyTheRevisionThatIsAskedForAnswers() throws Exception {
        cluster.pod("istio-system", "istiod-1", ISTIOD, "discovery");
        cluster.pod("istio-system", "istiod-2", Map.of("app", "istiod", "istio.io/rev", "canary"), "discovery");
        cluster.page("istiod-2", 15014, "/debug/syncz", "[{\"proxy\": \"c.shop\"}]");
        assertThat(run(new ProxyStatusCommand(), "--revision", "canary")).isZero();
        assertThat(out.toString()).contains("c.shop").doesNotContain("istiod-1");
        assertThat(run(new ProxyStatusCommand(), "--revision", "none")).isEqualTo(CommandFailure.FAILED);
        assertThat(err.toString()).contains("no control plane runs in namespace istio-system with revision none");
    }

    @Test
    void aProxyIsFoundByPodWorkloadAndNamespace() throws Exception {
        cluster.pod("shop", "web-1", Map.of("app", "web"), "web", "istio-proxy");
        cluster.deployment("shop", "web", "web");
        cluster.page("web-1", 15000, "/config_dump", DUMP);
        for (String name :
                new String[] {"web-1", "web-1.shop", "pod/web-1", "deployment/web", "deploy/web.shop", "web"}) {
            assertThat(run(new ProxyConfigCommand(), "cluster", name)).as(name).isZero();
        }
        assertThat(run(new ProxyConfigCommand(), "cluster", "web-1", "-n", "other"))
                .isEqualTo(CommandFailure.BAD_INPUT);
        assertThat(out.toString().lines().filter(line -> line.startsWith("reviews.shop")))
                .hasSize(6);
    }

    @Test
    void filtersChooseAndThoseThatSayNothingAreRefused() throws Exception {
        cluster.pod("shop", "web-1", Map.of(), "istio-proxy");
        cluster.page("web-1", 15000, "/config_dump", DUMP);
        run(new ProxyConfigCommand(), "cluster", "web-1", "--port", "9080", "-o", "json");
        assertThat(out.toString()).contains("reviews.shop").doesNotContain("web.shop");
        run(new ProxyConfigCommand(), "secret", "web-1", "--port", "9080");
        assertThat(err.toString()).contains("--port: says nothing of secret (expected: none of these options)");
    }

    @Test
    void aKeptPageIsReadWithoutACluster() throws Exception {
        Path file = Files.writeString(directory.resolve("dump.json"), DUMP);
        assertThat(run(new ProxyConfigCommand(), "cluster", "-f", file.toString()))
                .isZero();
        assertThat(out.toString()).contains("reviews.shop.svc.cluster.local");
        assertThat(cluster.asked()).isEmpty();
    }

    @Test
    void logLevelsGoToTheProxyByPost() throws Exception {
        cluster.pod("shop", "web-1", Map.of(), "istio-proxy");
        cluster.page("web-1", 15000, "/logging?paths=http%3Adebug%2Ctls%3Atrace", "active loggers:\n");
        assertThat(run(new ProxyConfigCommand(), "log", "web-1", "--level", "http:debug,tls:trace"))
                .isZero();
        assertThat(out.toString()).startsWith("web-1.shop:\nactive loggers:");
        assertThat(cluster.asked()).containsExactly("POST web-1:15000/logging?paths=http%3Adebug%2Ctls%3Atrace");
        run(new ProxyConfigCommand(), "log", "web-1", "--level", "nonsense");
        assertThat(err.toString()).contains("pod web-1.shop, port 15000, /logging?level=nonsense: 404 no page");
    }

    @Test
    void whatHasNoProxyOrDoesNotRunSaysSo() throws Exception {
        cluster.pod("shop", "bare", Map.of(), "app");
        assertThat(run(new ProxyConfigCommand(), "cluster", "bare")).isEqualTo(CommandFailure.BAD_INPUT);
        assertThat(err.toString()).contains("pod bare.shop has no sidecar: its containers are app");
        cluster.pod("shop", "late", Map.of(), "app", "istio-proxy")
                .getJsonObject("status")
                .put("phase", "Pending");
        assertThat(run(new ProxyConfigCommand(), "cluster", "late")).isEqualTo(CommandFailure.FAILED);
        assertThat(err.toString()).contains("pod late.shop is Pending (expected: a running pod)");
    }

    @Test
    void namesThatAreNearAreTold() throws Exception {
        cluster.pod("shop", "web-1", Map.of(), "istio-proxy");
        cluster.pod("shop", "web-2", Map.of(), "istio-proxy");
        run(new ProxyConfigCommand(), "cluster", "web");
        assertThat(err.toString())
                .contains("pod web in namespace shop: several begin so (expected: one of web-1, web-2)");
        run(new ProxyConfigCommand(), "cluster", "wob");
        assertThat(err.toString()).contains("pod wob in namespace shop: there is none (expected: one of web-1, web-2)");
        run(new ProxyConfigCommand(), "cluster", "deploy/wob");
        assertThat(err.toString()).contains("deployment wob in namespace shop: there is none");
    }

    @Test
    void missingRightsAreNamedByVerbAndResource() throws Exception {
        cluster.pod("shop", "web-1", Map.of(), "istio-proxy");
        cluster.page("web-1", 15000, "/config_dump", DUMP);
        cluster.forbid("get pods/portforward");
        assertThat(run(new ProxyConfigCommand(), "cluster", "web-1")).isEqualTo(CommandFailure.FAILED);
        assertThat(err.toString()).contains("you may not get pods/portforward in namespace shop");
        cluster.forbid("list pods");
        assertThat(run(new ProxyStatusCommand())).isEqualTo(CommandFailure.FAILED);
        assertThat(err.toString())
                .contains("can't list the pods of namespace istio-system: the API server forbids it:")
                .contains("cannot list resource \"pods\"");
    }

    @Test
    void anApiServerThatIsAwayIsSaidSo() throws Exception {
        Path file = directory.resolve("away");
        Files.writeString(
                file, Files.readString(cluster.kubeconfig(directory)).replaceAll("127.0.0.1:\\d+", "127.0.0.1:1"));
        assertThat(new CommandLine(new ProxyStatusCommand())
                        .setErr(new PrintWriter(err, true))
                        .execute("--kubeconfig", file.toString()))
                .isNotZero();
        assertThat(err.toString()).contains("no answer from the API server: ").contains("127.0.0.1:1");
    }

    @Test
    void versionsAreCountedAsIstioctlDoes() throws Exception {
        cluster.pod("istio-system", "istiod-1", ISTIOD, "discovery");
        cluster.page("istiod-1", 15014, "/version", "1.31.0-abc-Clean");
        cluster.page("istiod-1", 15014, "/debug/syncz", """
            [{"proxy": "a.shop", "istio_version": "1.31.0"}, {"proxy": "b.shop", "istio_version": "1.31.0"},
             {"proxy": "c.shop", "istio_version": "1.30.1"}]\
            """);
        assertThat(run(new VersionCommand())).isZero();
        assertThat(out.toString().lines().skip(1))
                .containsExactly(
                        "control plane version: 1.31.0", "data plane version: 1.30.1 (1 proxy), 1.31.0 (2 proxies)");
        run(new VersionCommand(), "-o", "json");
        assertThat(out.toString())
                .contains("\"Component\" : \"istiod\"", "\"Revision\" : \"default\"", "\"revision\" : \"abc\"");
    }

    @Test
    void aMeshThatCantBeAskedIsNoReasonToHideOnesOwnVersion() throws Exception {
        assertThat(run(new VersionCommand())).isZero();
        assertThat(out.toString()).startsWith("meshctl ");
        assertThat(err.toString()).contains("no control plane runs in namespace istio-system");
        assertThat(run(new VersionCommand(), "--remote")).isEqualTo(CommandFailure.FAILED);
        assertThat(run(new VersionCommand(), "--remote=false")).isZero();
    }

    @Test
    void anAddressAndAClusterAtOnceAreTooMuch() throws Exception {
        assertThat(run(new ProxyStatusCommand(), "--istiod", "127.0.0.1:1")).isEqualTo(CommandFailure.BAD_INPUT);
        assertThat(err.toString()).contains("--istiod and a cluster's options (expected: one or the other)");
    }
}

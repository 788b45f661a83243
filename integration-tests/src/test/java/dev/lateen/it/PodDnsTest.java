package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pod whose DNS is captured by Istio's rules, asked by its application as if its server were asked: by the shipped launcher, with an istiod of our own. */
class PodDnsTest {
    private static final int NETWORK = 48;
    private static final String OWN_PORTS = "15090,15021,15020";

    @TempDir
    Path directory;

    private PodMesh mesh;
    private NameServer cluster;
    private String server;

    @BeforeEach
    void begin() throws Exception {
        mesh = new PodMesh(directory, NETWORK);
        server = mesh.istiodAddress().substring(0, mesh.istiodAddress().indexOf(':'));
        cluster = new NameServer(server);
    }

    @AfterEach
    void end() throws Exception {
        cluster.close();
        mesh.close();
    }

    private static String service(String name, String address) {
        return """
            apiVersion: v1
            kind: Service
            metadata: {name: %s, namespace: default}
            spec: {clusterIP: %s, ports: [{port: 80, name: http}], selector: {app: %s}}
            ---
            """.formatted(name, address, name);
    }

    private Running sidecar(String name, Map<String, String> more) throws Exception {
        InjectedPod pod = mesh.injected(name);
        Files.writeString(
                pod.root().resolve("etc/resolv.conf"),
                "nameserver " + server + "\nsearch default.svc.cluster.local svc.cluster.local\n");
        Running sidecar = pod.sidecar(mesh.istiodAddress(), more);
        try (Running wait = pod.agent("wait", "--timeoutSeconds", "90")) {
            assertThat(wait.awaitExit(Duration.ofSeconds(100)))
                    .as(sidecar.output())
                    .isZero();
        }
        return sidecar;
    }

    private String get(String url) throws Exception {
        try (Web web = Web.direct()) {
            return web.get(url).body();
        }
    }

    /** As a process of the pod asks. */
    private static String inside(UnaryOperator<List<String>> entering, String url) throws Exception {
        Process process = new ProcessBuilder(entering.apply(List.of("curl", "-s", "--max-time", "10", url))).start();
        String page = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return page;
    }

    @Test
    void whatTheMeshKnowsIsAnsweredByTheSidecarAndEverythingElseByThePodsServer() throws Exception {
        PodNetwork.Pod pod = mesh.pod("client", 10).intercepted(OWN_PORTS, "--redirect-dns", "--capture-all-dns");
        mesh.apply("mesh", service("reviews", "10.96.48.10") + """
            apiVersion: v1
            kind: Service
            metadata: {name: db, namespace: default}
            spec: {clusterIP: None, ports: [{port: 5432, name: tcp}], selector: {app: db}}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: db-0, namespace: default, labels: {app: db}}
            spec: {hostname: db-0, subdomain: db, containers: [{name: app, image: app}]}
            status: {phase: Running, podIP: 10.1.48.1, conditions: [{type: Ready, status: "True"}]}
            ---
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: outside, namespace: default}
            spec:
              hosts: [outside.example.com]
              ports: [{number: 80, name: http, protocol: HTTP}]
              resolution: DNS
            ---
            """);
        UnaryOperator<List<String>> inside = mesh.inside("client");
        try (Running sidecar = sidecar("client", Map.of("ISTIO_META_DNS_CAPTURE", "true"))) {
            List<String> known = PodLookup.ask(
                    inside,
                    server,
                    "A/reviews",
                    "A/Reviews.default.svc.cluster.local",
                    "AAAA/reviews.default",
                    "A/db-0.db",
                    "A/db.default.svc",
                    "A/outside.example.com",
                    "A/outside.example.com.default.svc.cluster.local");
            assertThat(known)
                    .as(sidecar.output())
                    .startsWith("[10.96.48.10]", "[10.96.48.10]", "[]", "[10.1.48.1]", "[10.1.48.1]")
                    .hasSize(7);
            assertThat(known.get(5)).startsWith("[240.240.").isEqualTo(known.get(6));
            assertThat(cluster.askers()).isEmpty();

            assertThat(PodLookup.ask(inside, server, "A/elsewhere.example.org"))
                    .containsExactly("[" + NameServer.ANSWER + "]");
            // Once: the sidecar's own question is not captured again.
            assertThat(cluster.askers()).containsExactly(pod.address());
            assertThat(get("http://" + pod.address() + ":15020/stats/prometheus"))
                    .contains("istio_agent_dns_requests_total 8\n", "istio_agent_dns_upstream_requests_total 1\n");
            String monitoring = "http://127.0.0.1:" + mesh.istiod().addresses().monitoring();
            for (String page : List.of(
                    get(monitoring + "/debug/ndsz?proxyID=client.default"),
                    inside(inside, "http://127.0.0.1:15020/debug/ndsz"))) {
                assertThat(page).contains("db-0.db.default.svc.cluster.local", "outside.example.com", "10.96.48.10");
            }

            mesh.apply("more", service("ratings", "10.96.48.11"));
            Awaitility.await()
                    .atMost(Patience.OF_A_CHANGE)
                    .untilAsserted(() -> assertThat(PodLookup.ask(inside, server, "A/ratings.default"))
                            .containsExactly("[10.96.48.11]"));
        }
    }

    @Test
    void aSidecarThatCapturesNoDnsLoadsNothingOfIt() throws Exception {
        mesh.pod("plain", 11).intercepted(OWN_PORTS);
        Path loaded = directory.resolve("loaded");
        try (Running sidecar = sidecar("plain", Map.of("MESHCTL_JAVA_OPTS", "-Xlog:class+load=info:file=" + loaded))) {
            List<String> lines = Files.readAllLines(loaded);
            assertThat(lines).as(sidecar.output()).anyMatch(line -> line.contains("dev.lateen.proxy.DataPath "));
            // Netty's DNS classes are there all the same: the proxy looks up names itself.
            assertThat(lines.stream()
                            .filter(line ->
                                    line.contains("dev.lateen.proxy.dns.") || line.contains("dev.lateen.proxy.names.")))
                    .isEmpty();
        }
    }
}

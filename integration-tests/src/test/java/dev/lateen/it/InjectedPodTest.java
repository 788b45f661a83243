package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two pods as Istio's injection template leaves them, by the shipped launcher: rules of {@code istio-iptables}, a sidecar without a bootstrap file, its ports, probes and ways to
 * end. Mutual TLS is demanded, so that who gets through came through both sidecars.
 */
class InjectedPodTest {
    private static final int NETWORK = 47;
    private static final String SERVICE = "10.96.47.10";
    private static final Duration DRAIN = Duration.ofSeconds(8);

    @TempDir
    Path directory;

    private PodMesh mesh;
    private InjectedPod server;
    private InjectedPod client;
    private final List<Running> sidecars = new ArrayList<>();

    @BeforeEach
    void begin() throws Exception {
        mesh = new PodMesh(directory, NETWORK);
        StringBuilder config = new StringBuilder("""
            apiVersion: v1
            kind: Service
            metadata: {name: server, namespace: default}
            spec: {clusterIP: %s, ports: [{port: 80, targetPort: 9001, name: http}], selector: {pod: server}}
            ---
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: strict, namespace: default}
            spec: {mtls: {mode: STRICT}}
            ---
            """.formatted(SERVICE));
        server = injected("server", 10, config);
        client = injected("client", 11, config);
        mesh.apply("mesh", config.toString());
    }

    @AfterEach
    void end() throws Exception {
        sidecars.forEach(Running::close);
        mesh.close();
    }

    private InjectedPod injected(String name, int last, StringBuilder config) throws Exception {
        PodNetwork.Pod pod = mesh.pod(name, last, "9001").intercepted("15090,15021,15020");
        config.append("""
            apiVersion: v1
            kind: Pod
            metadata: {name: %1$s, namespace: default, labels: {pod: %1$s, security.istio.io/tlsMode: istio}}
            spec: {serviceAccountName: %1$s, containers: [{name: app, image: app, ports: [{containerPort: 9001}]}]}
            status: {phase: Running, podIP: %2$s, conditions: [{type: Ready, status: "True"}]}
            ---
            """.formatted(name, pod.address()));
        return mesh.injected(name);
    }

    private Running start(InjectedPod pod, Map<String, String> more) throws Exception {
        Running sidecar = pod.sidecar(mesh.istiodAddress(), more);
        sidecars.add(sidecar);
        try (Running wait = pod.agent("wait", "--timeoutSeconds", "90")) {
            assertThat(wait.awaitExit(Duration.ofSeconds(100)))
                    .as(sidecar.output())
                    .isZero();
        }
        assertThat(status(pod, 15021, "/healthz/ready")).isEqualTo(200);
        return sidecar;
    }

    /** As the kubelet asks: from outside of the pod. */
    private static int status(InjectedPod pod, int port, String path) throws Exception {
        try (Web web = Web.direct()) {
            return web.status("http://" + pod.pod().address() + ":" + port + path);
        }
    }

    private int call() throws Exception {
        return new Caller("client", mesh.inside("client")).http(SERVICE, 80, "GET", "/", "server");
    }

    @Test
    void trafficOfInjectedPodsGoesThroughBothSidecarsAndProbesReachTheApplication() throws Exception {
        start(
                server,
                Map.of(
                        "ISTIO_KUBE_APP_PROBERS",
                        "{\"/app-health/app/readyz\":{\"httpGet\":{\"port\":9001}},\"/app-health/app/livez\":{\"tcpSocket\":{\"port\":9}}}"));
        start(client, Map.of("OUTPUT_CERTS", directory.toString()));
        Awaitility.await()
                .untilAsserted(() -> assertThat(directory.resolve("cert-chain.pem"))
                        .content()
                        .contains("BEGIN CERTIFICATE"));
        assertThat(directory.resolve("key.pem")).content().contains("BEGIN PRIVATE KEY");
        assertThat(directory.resolve("root-cert.pem")).content().contains("BEGIN CERTIFICATE");
        Awaitility.await()
                .atMost(Patience.OF_A_CHANGE)
                .untilAsserted(() -> assertThat(call()).isEqualTo(200));
        // Clear text from outside of the mesh meets the inbound sidecar, which demands mutual TLS.
        assertThat(new Caller("outside", PodMesh.outside()).http(server.pod().address(), 9001, "GET", "/", "server"))
                .isNotEqualTo(200);
        assertThat(status(server, 15020, "/app-health/app/readyz")).isEqualTo(200);
        assertThat(status(server, 15020, "/app-health/app/livez")).isEqualTo(500);
        try (Web web = Web.direct()) {
            assertThat(web.get("http://" + client.pod().address() + ":15020/stats/prometheus")
                            .body())
                    .contains(
                            "istio_requests_total",
                            "destination_workload=\"server\"",
                            "connection_security_policy=\"unknown\"",
                            "istio_agent_cert_expiry_seconds{resource_name=\"default\"} ",
                            "istio_agent_startup_duration_seconds ",
                            "istio_agent_num_outgoing_requests{request_type=\"csr\"} 1",
                            "istio_agent_istiod_connection_terminations{type=\"error\"} 0",
                            "istio_agent_scrapes_total 1");
        }
    }

    @Test
    void rulesAreTheSameHoweverOftenTheyAreMadeAndGoWithoutATrace() throws Exception {
        String once = server.pod().rules();
        assertThat(once).contains("ISTIO_IN_REDIRECT", "-A OUTPUT -j ISTIO_OUTPUT");
        server.pod().intercepted("15090,15021,15020");
        assertThat(server.pod().rules()).isEqualTo(once);
        server.pod().intercepted("15020", "--istio-exclude-interfaces=eth9", "--redirect-dns", "--capture-all-dns");
        assertThat(server.pod().rules()).contains("-A OUTPUT -o eth9 -j RETURN", "ISTIO_OUTPUT_DNS");
        server.pod().transparent();
        assertThat(server.pod().rules()).contains("ISTIO_TPROXY").doesNotContain("eth9", "ISTIO_OUTPUT_DNS");
        server.pod().intercepted("15090,15021,15020");
        assertThat(server.pod().rules()).isEqualTo(once);
        server.pod().transparent();
        server.pod().intercepted("15090,15021,15020", "--cleanup-only");
        assertThat(server.pod().rules()).isEmpty();
    }

    @Test
    void aSignalDrainsForItsTimeWhileTheSidecarGoesOnServing() throws Exception {
        Running sidecar = start(server, Map.of());
        start(client, Map.of());
        Awaitility.await()
                .atMost(Patience.OF_A_CHANGE)
                .untilAsserted(() -> assertThat(call()).isEqualTo(200));
        long before = System.nanoTime();
        sidecar.terminate();
        assertThat(call()).isEqualTo(200);
        assertThat(sidecar.alive()).isTrue();
        assertThat(sidecar.awaitExit(Duration.ofSeconds(30))).isZero();
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(DRAIN);
        assertThat(sidecar.output()).contains("drains for 8000 ms");
    }

    @Test
    void aNativeSidecarDrainsFirstAndEndsWithTheSignal() throws Exception {
        Running sidecar = start(server, Map.of());
        start(client, Map.of());
        Awaitility.await()
                .atMost(Patience.OF_A_CHANGE)
                .untilAsserted(() -> assertThat(call()).isEqualTo(200));
        try (Running drain = server.agent("request", "--debug-port=15020", "POST", "drain")) {
            assertThat(drain.awaitExit(Duration.ofSeconds(30))).isZero();
            assertThat(drain.output()).isEqualTo("OK");
        }
        assertThat(call()).isEqualTo(200);
        long before = System.nanoTime();
        sidecar.terminate();
        assertThat(sidecar.awaitExit(Duration.ofSeconds(30))).isZero();
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(DRAIN);
    }

    @Test
    void aJobEndsItsSidecarByQuitquitquit() throws Exception {
        Running sidecar = start(server, Map.of());
        try (Running quit = server.agent("request", "--debug-port=15020", "POST", "quitquitquit")) {
            assertThat(quit.awaitExit(Duration.ofSeconds(30))).isZero();
        }
        assertThat(sidecar.awaitExit(Duration.ofSeconds(30))).isZero();
    }
}

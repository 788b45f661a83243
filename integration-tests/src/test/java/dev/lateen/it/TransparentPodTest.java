package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** TPROXY: the application of a meshed pod sees the address of who called it, whoever's proxy is between, and sees its sidecar's by REDIRECT. */
class TransparentPodTest {
    private static final int NETWORK = 61;
    private static final int HTTP = 9001;
    private static final int BYTES = 9002;
    private static final String SERVER = "10.96.61.10";
    private static final String PLAIN = "10.96.61.11";

    @TempDir
    Path directory;

    private PodMesh mesh;
    private PodNetwork.Pod server;
    private PodNetwork.Pod plain;
    private PodNetwork.Pod client;

    @BeforeEach
    void begin() throws Exception {
        mesh = new PodMesh(directory, NETWORK);
        server = mesh.pod("server", 10, "9001", "9002").transparent();
        plain = mesh.pod("plain", 11, "9001", "9002").intercepted();
        client = mesh.pod("client", 12);
        mesh.apply(
                "mesh", workload("server", SERVER, server) + workload("plain", PLAIN, plain) + pod("client", client));
    }

    @AfterEach
    void end() throws Exception {
        mesh.close();
    }

    private static String workload(String name, String service, PodNetwork.Pod pod) {
        return """
            apiVersion: v1
            kind: Service
            metadata: {name: %1$s, namespace: default}
            spec:
              clusterIP: %2$s
              ports: [{port: 80, targetPort: 9001, name: http}, {port: 81, targetPort: 9002, name: tcp}]
              selector: {app: %1$s}
            ---
            """.formatted(name, service) + pod(name, pod);
    }

    private static String pod(String name, PodNetwork.Pod pod) {
        return """
            apiVersion: v1
            kind: Pod
            metadata: {name: %1$s, namespace: default, labels: {app: %1$s, pod: %1$s, security.istio.io/tlsMode: istio}}
            spec:
              serviceAccountName: %1$s
              containers: [{name: app, image: app, ports: [{containerPort: 9001}, {containerPort: 9002}]}]
            status: {phase: Running, podIP: %2$s, conditions: [{type: Ready, status: "True"}]}
            ---
            """.formatted(name, pod.address());
    }

    @ParameterizedTest
    @EnumSource(PodMesh.Kind.class)
    void theApplicationSeesWhoCalled(PodMesh.Kind kind) throws Exception {
        mesh.proxy(kind, mesh.node("server", "server", "TPROXY"));
        mesh.proxy(kind, mesh.node("plain", "plain"));
        client.intercepted();
        mesh.proxy(PodMesh.Kind.OURS, mesh.node("client", "client"));
        Caller outside = new Caller("outside", PodMesh.outside());
        Awaitility.await()
                .atMost(Patience.OF_A_CHANGE)
                .untilAsserted(() -> assertThat(outside.addressByHttp(server.address(), HTTP, "server"))
                        .isEqualTo(mesh.outsideAddress()));
        assertThat(outside.addressByBytes(server.address(), BYTES)).isEqualTo(mesh.outsideAddress());
        Caller meshed = new Caller("client", mesh.inside("client"));
        Awaitility.await()
                .atMost(Patience.OF_A_CHANGE)
                .untilAsserted(() ->
                        assertThat(meshed.addressByHttp(SERVER, 80, "server")).isEqualTo(client.address()));
        assertThat(meshed.addressByBytes(SERVER, 81)).isEqualTo(client.address());
        Caller itself = new Caller("server", mesh.inside("server"));
        assertThat(itself.addressByHttp(SERVER, 80, "server")).isEqualTo(server.address());
        assertThat(itself.addressByHttp(PLAIN, 80, "plain")).isEqualTo("127.0.0.6");
        assertThat(outside.addressByBytes(plain.address(), BYTES)).isEqualTo("127.0.0.6");
    }

    @Test
    void withoutTheRightItIsSaidWhatIsMissing() throws Exception {
        InjectedPod pod = mesh.injected("server");
        try (Running sidecar = pod.sidecarWithout(
                List.of("net_admin", "net_raw"),
                mesh.istiodAddress(),
                Map.of("ISTIO_META_INTERCEPTION_MODE", "TPROXY"))) {
            sidecar.awaitOutput(
                    Patience.OF_A_START,
                    output -> output.contains("listener virtualInbound: can't bind to")
                            && output.contains("transparent: ")
                            && output.contains(
                                    "Operation not permitted (expected: user 0 with the capability NET_ADMIN)"));
        }
    }
}

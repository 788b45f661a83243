package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.schema.Shows;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway between networks, ours and a stock Envoy: it passes on what the mesh's own TLS asks for by name, and nothing else. */
@SuppressWarnings("InlineFormatString") // a long template reads better on its own
class AutoPassthroughTest {
    private static final int NETWORK = 46;

    private static final String CONFIG = """
        apiVersion: v1
        kind: Service
        metadata: {name: secured, namespace: default}
        spec: {clusterIP: 10.96.46.1, ports: [{port: 9000, name: tcp}], selector: {app: secured}}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: secured, namespace: default, labels: {app: secured, version: v1, security.istio.io/tlsMode: istio}}
        spec: {containers: [{name: app, image: app}]}
        status: {phase: Running, podIP: %1$s, conditions: [{type: Ready, status: "True"}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: plain, namespace: default}
        spec: {clusterIP: 10.96.46.2, ports: [{port: 9000, name: tcp}], selector: {app: plain}}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: plain, namespace: default, labels: {app: plain}}
        spec: {containers: [{name: app, image: app}]}
        status: {phase: Running, podIP: %2$s, conditions: [{type: Ready, status: "True"}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: secured, namespace: default}
        spec: {host: secured, subsets: [{name: v1, labels: {version: v1}}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: cross-network, namespace: default}
        spec:
          selector: {istio: ingressgateway}
          servers:
          - {port: {number: 15443, name: tls, protocol: TLS}, hosts: ["*.local"], tls: {mode: AUTO_PASSTHROUGH}}
        """;

    @TempDir
    Path directory;

    private PodMesh mesh;

    @BeforeEach
    void begin() throws Exception {
        mesh = new PodMesh(directory, NETWORK);
        mesh.apply(
                "mesh",
                CONFIG.formatted(
                        mesh.pod("secured", 8, "9000").address(),
                        mesh.pod("plain", 9, "9000").address()));
    }

    @AfterEach
    void end() throws Exception {
        if (mesh != null) {
            mesh.close();
        }
    }

    @Shows("Gateway.servers.tls.mode")
    @Test
    void theNameThatTlsAsksForSaysWhereItGoes() throws Exception {
        Map<PodMesh.Kind, Integer> gateways = Map.of(PodMesh.Kind.OURS, 10, PodMesh.Kind.ENVOY, 11);
        for (Map.Entry<PodMesh.Kind, Integer> gateway : gateways.entrySet()) {
            String name = "gateway-" + gateway.getValue();
            String address = mesh.pod(name, gateway.getValue()).address();
            mesh.proxy(gateway.getKey(), mesh.gateway(name));
            Awaitility.await(name)
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> reaches(address, "outbound_.9000_._.secured", "istio"));
            assertThat(reaches(address, "outbound_.9000_.v1_.secured", "istio-peer-exchange"))
                    .as("%s: a subset", name)
                    .isTrue();
            assertThat(reaches(address, "outbound_.9000_._.secured"))
                    .as("%s: TLS of others", name)
                    .isFalse();
            assertThat(reaches(address, "outbound_.9000_._.secured", "h2"))
                    .as("%s: TLS of others", name)
                    .isFalse();
            assertThat(reaches(address, "outbound_.9000_.v2_.secured", "istio"))
                    .as("%s: no such subset", name)
                    .isFalse();
            assertThat(reaches(address, "outbound_.9000_._.plain", "istio"))
                    .as("%s: a pod that takes no mutual TLS", name)
                    .isFalse();
        }
    }

    private static boolean reaches(String address, String name, String... protocols) throws IOException {
        return Caller.clientHello(address, 15443, name + ".default.svc.cluster.local", protocols);
    }
}

package dev.lateen.install.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Service;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class DesiredMeshTest {
    @Test
    void bothGatewaysAreThereUnasked() {
        DesiredMesh mesh = mesh("", OptionalInt.empty());
        assertThat(mesh.pods())
                .extracting(pod -> pod.plan().workload())
                .containsExactly("istio-ingressgateway", "istio-egressgateway");
        assertThat(mesh.pods()).allMatch(pod -> pod.proxy() == DesiredMesh.Proxy.GATEWAY);
        assertThat(mesh.pods().getFirst().onHost()).isTrue();
        assertThat(mesh.pods().getLast().onHost()).isFalse();
    }

    @Test
    void aUsersOwnGatewayTakesThePlace() {
        String own = Yaml.deployment("mine", 1, "auto")
                .replace("app: mine, version: v1", "app: mine, istio: ingressgateway");
        DesiredMesh mesh = mesh(own, OptionalInt.empty());
        assertThat(mesh.pods()).extracting(pod -> pod.plan().workload()).containsExactly("istio-egressgateway", "mine");
        assertThat(mesh.pods().getLast().proxy()).isEqualTo(DesiredMesh.Proxy.GATEWAY);
    }

    @Test
    void aUsersServiceOfAGatewayIsNotWrittenTwice() {
        String service = """
            apiVersion: v1
            kind: Service
            metadata: {name: istio-ingressgateway, namespace: istio-system}
            spec: {selector: {istio: ingressgateway}, ports: [{name: http, port: 80, targetPort: 8181}]}
            ---
            """;
        DesiredMesh mesh = mesh(service + gateway(80), OptionalInt.empty());
        assertThat(mesh.gatewayServices())
                .extracting(s -> s.getMetadata().getName())
                .containsExactly("istio-egressgateway");
        assertThat(mesh.ingressPorts()).containsExactly(8181, 443);
    }

    @Test
    void privilegedPortsMapThroughTheServiceAndHttpIsToldFirst() {
        assertThat(mesh(gateway(80), OptionalInt.empty()).ingressPorts()).containsExactly(8080, 8443);
        assertThat(mesh(gateway(8080), OptionalInt.empty()).ingressPorts()).containsExactly(8080, 8443);
        assertThat(mesh(gateway(31400), OptionalInt.empty()).ingressPorts()).containsExactly(31400, 8443);
        assertThat(mesh("", OptionalInt.empty()).ingressPorts()).isEmpty();
    }

    @Test
    void theGatewayPortMovesTheFirstHttpServer() {
        DesiredMesh mesh = mesh(gateway(80), OptionalInt.of(9999));
        assertThat(mesh.ingressPorts()).containsExactly(9999, 8443);
        Service service = mesh.gatewayServices().getFirst();
        assertThat(service.getSpec().getPorts())
                .filteredOn(port -> port.getPort() == 80)
                .singleElement()
                .satisfies(port -> assertThat(port.getTargetPort().getIntVal()).isEqualTo(9999));
        assertThat(mesh(gateway(8080), OptionalInt.of(9999)).ingressPorts()).containsExactly(9999, 8443);
    }

    private static DesiredMesh mesh(String yaml, OptionalInt gatewayPort) {
        return DesiredMesh.of(Yaml.read(yaml), gatewayPort, new ManifestReader(), new PodDerivation());
    }

    private static String gateway(int port) {
        return """
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: g}
            spec:
              selector: {istio: ingressgateway}
              servers:
              - port: {number: 443, name: tls, protocol: TLS}
                tls: {mode: PASSTHROUGH}
                hosts: ["*"]
              - port: {number: %d, name: http, protocol: HTTP}
                hosts: ["*"]
            """.formatted(port);
    }
}

package dev.lateen.istiod.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.istiod.model.ProxyNode;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is remembered from one snapshot to the next is made anew when anything that it was made from has changed. */
class NothingStaleIsRememberedTest {
    private static final ProxyNode CLIENT = Mesh.envoy("web-1", "127.1.0.9", Map.of("app", "web"));
    private static final String CART = """
        apiVersion: v1
        kind: Service
        metadata: {name: cart, namespace: default}
        spec: {selector: {app: cart}, ports: [{name: http, port: 80, targetPort: 8080}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: cart-1, namespace: default, labels: {app: cart, security.istio.io/tlsMode: istio}}
        spec: {serviceAccountName: cart, containers: [{name: c, image: i}]}
        status: {podIP: 127.1.0.1}
        """;
    private static final String PLAIN_EVERYWHERE = """
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: plain, namespace: roots}
        spec: {mtls: {mode: DISABLE}}
        """;
    private static final String LEGACY = """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: legacy, namespace: default}
        spec:
          hosts: [legacy.example]
          location: MESH_INTERNAL
          resolution: DNS
          ports: [{number: 80, name: http, protocol: HTTP}]
          endpoints: [{address: one.legacy.example, labels: {app: legacy, security.istio.io/tlsMode: istio}}]
        """;
    private static final String PLAIN_LEGACY = """
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: plain, namespace: default}
        spec: {selector: {matchLabels: {app: legacy}}, mtls: {mode: DISABLE}}
        """;

    private static List<Boolean> takeMutualTls(ClusterLoadAssignment assignment) {
        return assignment.getEndpointsList().stream()
                .flatMap(locality -> locality.getLbEndpointsList().stream())
                .map(e -> e.getMetadata().containsFilterMetadata("envoy.transport_socket_match"))
                .toList();
    }

    @Test
    void endpointsFollowAChangedRootNamespace() {
        String name = "outbound|80||cart.default.svc.cluster.local";
        Mesh before = Mesh.of(CART, PLAIN_EVERYWHERE);
        assertThat(takeMutualTls(before.endpoints(CLIENT, name))).containsExactly(true);
        Mesh after = before.thenWith(Mesh.config("rootNamespace: roots"), CART, PLAIN_EVERYWHERE);
        assertThat(takeMutualTls(after.endpoints(CLIENT, name))).containsExactly(false);
    }

    @Test
    void endpointsThatStandInAClusterFollowAChangedPeerAuthentication() {
        String name = "outbound|80||legacy.example";
        Mesh before = Mesh.of(LEGACY);
        assertThat(takeMutualTls(before.cluster(CLIENT, name).getLoadAssignment()))
                .containsExactly(true);
        Mesh after = before.then(LEGACY, PLAIN_LEGACY);
        assertThat(takeMutualTls(after.cluster(CLIENT, name).getLoadAssignment()))
                .containsExactly(false);
    }
}

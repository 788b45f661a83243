package dev.lateen.istiod.translate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import dev.lateen.istiod.model.ProxyNode;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A filter chain names the resource and the field that it comes from, and who says how its connections are secured. */
class FilterChainOriginTest {
    private static final String SECURITY = "/apis/security.istio.io/v1/namespaces/";
    private static final String NETWORKING = "/apis/networking.istio.io/v1/namespaces/";
    private static final ProxyNode CART = Mesh.envoy("cart", "127.1.0.1", Map.of("app", "cart"));
    private static final String MESH = """
        apiVersion: v1
        kind: Service
        metadata: {name: cart, namespace: default}
        spec:
          clusterIP: 10.0.0.7
          selector: {app: cart}
          ports: [{name: http, port: 80, targetPort: 8080}, {name: tcp, port: 81, targetPort: 9090}]
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: cart-1, namespace: default, labels: {app: cart}}
        spec: {serviceAccountName: cart, containers: [{name: c, image: i}]}
        status: {podIP: 127.1.0.1}
        ---
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: everybody, namespace: istio-system}
        spec: {mtls: {mode: PERMISSIVE}}
        """;
    private static final String OWN = """
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: cart, namespace: default}
        spec:
          selector: {matchLabels: {app: cart}}
          portLevelMtls: {"8080": {mode: STRICT}}
        """;

    @Test
    void aPortNamesThePeerAuthenticationThatDecidesForIt() {
        Listener inbound = Mesh.of(MESH, OWN).listener(CART, "virtualInbound");
        assertThat(security(chains(inbound, 8080)))
                .containsOnly(SECURITY + "default/peer-authentication/cart spec.portLevelMtls[8080].mode");
        assertThat(security(chains(inbound, 9090)))
                .containsOnly(SECURITY + "istio-system/peer-authentication/everybody spec.mtls.mode");
        assertThat(security(chains(inbound, 0)))
                .containsOnly(SECURITY + "istio-system/peer-authentication/everybody spec.mtls.mode");
    }

    @Test
    void whereNobodySaysAnythingNobodyIsNamed() {
        Listener inbound = Mesh.of(MESH.substring(0, MESH.lastIndexOf("---"))).listener(CART, "virtualInbound");
        assertThat(inbound.getFilterChainsList()).isNotEmpty().noneMatch(FilterChain::hasMetadata);
    }

    @Test
    void aSidecarIsNamedForThePortsThatItDeclares() {
        Listener inbound = Mesh.of(MESH, """
            apiVersion: networking.istio.io/v1
            kind: Sidecar
            metadata: {name: cart, namespace: default}
            spec:
              workloadSelector: {labels: {app: cart}}
              outboundTrafficPolicy: {mode: REGISTRY_ONLY}
              ingress:
              - {port: {number: 9000, protocol: HTTP, name: a}, defaultEndpoint: 127.0.0.1:9000}
              - {port: {number: 9001, protocol: HTTP, name: b}, defaultEndpoint: 127.0.0.1:9001}
            """).listener(CART, "virtualInbound");
        assertThat(origins(chains(inbound, 9001)))
                .containsOnly(NETWORKING + "default/sidecar/cart spec.ingress[1]");
        assertThat(security(chains(inbound, 9001)))
                .containsOnly(SECURITY + "istio-system/peer-authentication/everybody spec.mtls.mode");
    }

    @Test
    void aVirtualServiceIsNamedForTheConnectionsThatItRoutes() {
        Listener outbound = Mesh.of(MESH, """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: cart, namespace: default}
            spec:
              hosts: [cart]
              tcp:
              - match: [{port: 4}]
                route: [{destination: {host: cart}}]
              - route: [{destination: {host: cart}}]
            """).listener(CART, "10.0.0.7_81");
        assertThat(origins(List.of(outbound.getFilterChains(0))))
                .containsExactly(NETWORKING + "default/virtual-service/cart spec.tcp[1]");
    }

    @Test
    void aGatewaysServerIsNamedForItsChain() {
        Mesh mesh = Mesh.of(MESH, """
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: front, namespace: shop}
            spec:
              selector: {istio: ingressgateway}
              servers:
              - {port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}
              - {port: {number: 443, name: a, protocol: HTTPS}, hosts: [a.example], tls: {mode: SIMPLE, credentialName: a}}
              - {port: {number: 443, name: b, protocol: HTTPS}, hosts: [b.example], tls: {mode: SIMPLE, credentialName: b}}
            """);
        ProxyNode gateway = Mesh.gateway("istio-system", Map.of("istio", "ingressgateway"));
        String front = NETWORKING + "shop/gateway/front ";
        assertThat(origins(mesh.listener(gateway, "0.0.0.0_80").getFilterChainsList()))
                .containsExactly(front + "spec.servers[0]");
        assertThat(origins(mesh.listener(gateway, "0.0.0.0_443").getFilterChainsList()))
                .containsExactly(front + "spec.servers[1]", front + "spec.servers[2]");
    }

    private static List<FilterChain> chains(Listener listener, int port) {
        return listener.getFilterChainsList().stream()
                .filter(chain -> chain.getFilterChainMatch().getDestinationPort().getValue() == port)
                .toList();
    }

    private static List<String> origins(List<FilterChain> chains) {
        return chains.stream()
                .map(chain -> text(struct(chain, "istio"), "config") + " " + text(struct(chain, "lateen"), "field"))
                .toList();
    }

    private static List<String> security(List<FilterChain> chains) {
        return chains.stream()
                .map(chain -> struct(chain, "lateen")
                        .getFieldsOrThrow("security")
                        .getStructValue())
                .map(security -> text(security, "config") + " " + text(security, "field"))
                .toList();
    }

    private static Struct struct(FilterChain chain, String namespace) {
        return chain.getMetadata().getFilterMetadataOrThrow(namespace);
    }

    private static String text(Struct struct, String field) {
        return struct.getFieldsOrThrow(field).getStringValue();
    }
}

package dev.lateen.istiod.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.schema.Shows;
import dev.lateen.api.xds.TypeUrls;
import dev.lateen.istiod.model.ProxyNode;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A gateway that passes the mesh's own TLS on to the service that its server name says, as between networks. */
class AutoPassthroughTest {
    private static final String MESH = """
        apiVersion: v1
        kind: Service
        metadata: {name: cart, namespace: default}
        spec: {clusterIP: 10.0.0.7, selector: {app: cart}, ports: [{name: http, port: 80, targetPort: 8080}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: hidden, namespace: default, annotations: {networking.istio.io/exportTo: "."}}
        spec: {clusterIP: 10.0.0.8, selector: {app: cart}, ports: [{name: http, port: 80}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: far, namespace: default}
        spec: {hosts: [far.local], location: MESH_EXTERNAL, resolution: DNS, ports: [{number: 443, name: tls, protocol: TLS}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: cart-1, namespace: default, labels: {app: cart, version: v1, security.istio.io/tlsMode: istio}}
        spec: {serviceAccountName: cart, containers: [{name: c, image: i}]}
        status: {podIP: 127.1.0.1}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: cart-2, namespace: default, labels: {app: cart, version: v1}}
        spec: {serviceAccountName: cart, containers: [{name: c, image: i}]}
        status: {podIP: 127.1.0.2}
        ---
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: cross-network, namespace: istio-system}
        spec:
          selector: {istio: eastwestgateway}
          servers:
          - port: {number: 15443, name: tls, protocol: TLS}
            tls: {mode: AUTO_PASSTHROUGH}
            hosts: ["*.local"]
        """;
    private static final String RULE = """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: cart, namespace: default}
        spec:
          host: cart
          trafficPolicy: {tunnel: {targetHost: far.test, targetPort: 1}%s}
          subsets: [{name: v1, labels: {version: v1}}]
        """;
    private static final ProxyNode GATEWAY = Mesh.gateway("istio-system", Map.of("istio", "eastwestgateway"));
    private static final ProxyNode ANOTHER = Mesh.gateway("istio-system", Map.of("istio", "ingressgateway"));
    private static final String WHOLE = "outbound_.80_._.cart.default.svc.cluster.local";
    private static final String SUBSET = "outbound_.80_.v1_.cart.default.svc.cluster.local";

    @Shows("Gateway.servers.tls.mode")
    @Test
    void eachPortAndSubsetOfAServiceInTheMeshHasItsChain() {
        Mesh mesh = Mesh.of(MESH, RULE.formatted(""));
        List<FilterChain> chains = mesh.listener(GATEWAY, "0.0.0.0_15443").getFilterChainsList();
        assertThat(chains)
                .extracting(chain -> chain.getFilterChainMatch().getServerNames(0))
                .containsExactly(WHOLE, SUBSET);
        for (FilterChain chain : chains) {
            assertThat(chain.getFilterChainMatch().getApplicationProtocolsList())
                    .containsExactlyInAnyOrder(
                            "istio", "istio-peer-exchange", "istio-http/1.0", "istio-http/1.1", "istio-h2");
            assertThat(chain.hasTransportSocket()).isFalse();
            Filter last = chain.getFilters(chain.getFiltersCount() - 1);
            TcpProxy proxy = Mesh.unpack(last.getTypedConfig(), TcpProxy.class);
            assertThat(proxy.getCluster()).isEqualTo(chain.getFilterChainMatch().getServerNames(0));
            assertThat(proxy.hasTunnelingConfig()).isFalse();
        }
    }

    @Test
    void theClustersAddNoTls() {
        Mesh mesh = Mesh.of(MESH, RULE.formatted(""));
        for (String name : List.of(WHOLE, SUBSET)) {
            Cluster cluster = mesh.cluster(GATEWAY, name);
            assertThat(cluster.hasTransportSocket()).isFalse();
            assertThat(cluster.getTransportSocketMatchesCount()).isZero();
            assertThat(cluster.getEdsClusterConfig().getServiceName()).isEqualTo(name);
        }
        assertThat(mesh.names(GATEWAY, TypeUrls.ENDPOINT)).contains(WHOLE, SUBSET);
        assertThat(mesh.names(ANOTHER, TypeUrls.CLUSTER)).noneMatch(name -> name.startsWith("outbound_."));
        assertThat(mesh.names(ANOTHER, TypeUrls.ENDPOINT)).noneMatch(name -> name.startsWith("outbound_."));
        assertThat(mesh.translation(ANOTHER).named(TypeUrls.ENDPOINT, WHOLE)).isNull();
    }

    @Test
    void onlyEndpointsThatTakeMutualTlsAreReached() {
        assertThat(hosts(Mesh.of(MESH))).containsExactly("127.1.0.1");
        assertThat(hosts(Mesh.of(MESH, RULE.formatted(", tls: {mode: DISABLE}"))))
                .isEmpty();
        assertThat(hosts(Mesh.of(MESH, """
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: default, namespace: default}
            spec: {mtls: {mode: DISABLE}}
            """))).isEmpty();
    }

    private static List<String> hosts(Mesh mesh) {
        return mesh.endpoints(GATEWAY, WHOLE).getEndpointsList().stream()
                .flatMap(locality -> locality.getLbEndpointsList().stream())
                .map(endpoint ->
                        endpoint.getEndpoint().getAddress().getSocketAddress().getAddress())
                .toList();
    }

    @Test
    void aServerPassesOnOnlyTheHostsThatItNames() {
        Mesh mesh = Mesh.of(MESH.replace("*.local", "istio-system/*.istio-system.svc.cluster.local"));
        assertThat(mesh.translation(GATEWAY).named(TypeUrls.LISTENER, "0.0.0.0_15443"))
                .isNull();
    }
}

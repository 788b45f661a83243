package dev.lateen.istiod.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.schema.Shows;
import dev.lateen.istiod.model.ProxyNode;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** DestinationRules, Gateways, mesh config and Services, and what proxies get for them. */
class TrafficPoliciesTest {
    private static final String DB = """
        apiVersion: v1
        kind: Service
        metadata: {name: db, namespace: default}
        spec: {clusterIP: 10.0.0.7, selector: {app: db}, ports: [{name: tcp-db, port: 5432}]}
        """;
    private static final ProxyNode CLIENT = Mesh.envoy("client-1", "127.1.0.1", Map.of("app", "client"));
    private static final ProxyNode OURS = Mesh.node(
            ProxyNode.Role.SIDECAR, "client-1", "default", "127.1.0.1", "lateen", Map.of("app", "client"), Map.of());
    private static final ProxyNode INGRESS = Mesh.gateway("istio-system", Map.of("istio", "ingressgateway"));

    private static String destinationRule(String policy) {
        return """
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: db, namespace: default}
            spec: {host: db, trafficPolicy: %s}
            """.formatted(policy);
    }

    private static TcpProxy proxy(Listener listener) {
        FilterChain chain = listener.getFilterChains(0);
        Filter last = chain.getFilters(chain.getFiltersCount() - 1);
        return Mesh.unpack(last.getTypedConfig(), TcpProxy.class);
    }

    @Shows({
        "DestinationRule.trafficPolicy.connectionPool.tcp.idleTimeout",
        "DestinationRule.trafficPolicy.connectionPool.tcp.maxConnectionDuration",
        "DestinationRule.trafficPolicy.loadBalancer.consistentHash.useSourceIp"
    })
    @Test
    void rawConnectionsLiveAndHashAsTheirDestinationRuleSays() {
        Mesh mesh = Mesh.of(DB + destinationRule("""
            {connectionPool: {tcp: {idleTimeout: 5s, maxConnectionDuration: 60s}},
                  loadBalancer: {consistentHash: {useSourceIp: true}}}\
            """));
        TcpProxy proxy = proxy(mesh.listener(CLIENT, "10.0.0.7_5432"));
        assertThat(proxy.getIdleTimeout().getSeconds()).isEqualTo(5);
        assertThat(proxy.getMaxDownstreamConnectionDuration().getSeconds()).isEqualTo(60);
        assertThat(proxy.getHashPolicy(0).hasSourceIp()).isTrue();
    }

    @Test
    void aTunnelIsAskedOfProxies() {
        Mesh mesh = Mesh.of(DB + destinationRule("{tunnel: {protocol: POST, targetHost: far.test, targetPort: 443}}"));
        for (ProxyNode client : List.of(CLIENT, OURS)) {
            TcpProxy.TunnelingConfig tunnel =
                    proxy(mesh.listener(client, "10.0.0.7_5432")).getTunnelingConfig();
            assertThat(tunnel.getHostname()).isEqualTo("far.test:443");
            assertThat(tunnel.getUsePost()).isTrue();
        }
        Mesh byAddress = Mesh.of(DB + destinationRule("{tunnel: {targetHost: '::1', targetPort: 443}}"));
        TcpProxy.TunnelingConfig tunnel =
                proxy(byAddress.listener(CLIENT, "10.0.0.7_5432")).getTunnelingConfig();
        assertThat(tunnel.getHostname()).isEqualTo("[::1]:443");
        assertThat(tunnel.getUsePost()).isFalse();
    }

    @Test
    void aSubsetHasATunnelOfItsOwnOrNone() {
        String rule = """
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: db, namespace: default}
            spec:
              host: db
              trafficPolicy: {tunnel: {targetHost: far.test, targetPort: 443}}
              subsets:
              - {name: near, labels: {a: b}}
              - {name: other, labels: {a: c}, trafficPolicy: {tunnel: {targetHost: other.test, targetPort: 1}}}
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: db, namespace: default}
            spec: {hosts: [db], tcp: [{route: [{destination: {host: db, subset: %s}}]}]}
            """;
        assertThat(proxy(Mesh.of(DB + rule.formatted("near")).listener(OURS, "10.0.0.7_5432"))
                        .hasTunnelingConfig())
                .isFalse();
        assertThat(proxy(Mesh.of(DB + rule.formatted("other")).listener(OURS, "10.0.0.7_5432"))
                        .getTunnelingConfig()
                        .getHostname())
                .isEqualTo("other.test:1");
    }

    @Test
    void theProxyProtocolWrapsWhateverSocketThereIs() {
        Mesh mesh = Mesh.of(DB + destinationRule("{proxyProtocol: {version: V2}}"));
        Cluster cluster = mesh.cluster(CLIENT, "outbound|5432||db.default.svc.cluster.local");
        assertThat(cluster.getTransportSocketMatchesList())
                .hasSize(2)
                .allMatch(m ->
                        m.getTransportSocket().getName().equals("envoy.transport_sockets.upstream_proxy_protocol"));
    }

    @Test
    void policiesOnAGatewayHoldForRawConnectionsToo() {
        Mesh mesh = Mesh.of(DB, """
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: db, namespace: default}
            spec: {selector: {istio: ingressgateway}, servers: [{port: {number: 5432, name: tcp, protocol: TCP}, hosts: ["*"]}]}
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: db, namespace: default}
            spec: {hosts: ["*"], gateways: [db], tcp: [{route: [{destination: {host: db}}]}]}
            ---
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: nobody, namespace: istio-system}
            spec: {selector: {matchLabels: {istio: ingressgateway}}}
            """);
        assertThat(mesh.listener(INGRESS, "0.0.0.0_5432").getFilterChains(0).getFiltersList())
                .extracting(Filter::getName)
                .containsExactly("envoy.filters.network.rbac", "envoy.filters.network.tcp_proxy");
    }

    private static final String HTTPS = """
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: web, namespace: default}
        spec:
          selector: {istio: ingressgateway}
          servers:
          - port: {number: 443, name: https, protocol: HTTPS}
            hosts: ["*"]
            tls: %s
        """;

    private static DownstreamTlsContext tls(String meshConfig, String tls) {
        Listener listener = Mesh.with(meshConfig, HTTPS.formatted(tls)).listener(INGRESS, "0.0.0.0_443");
        return Mesh.unpack(
                listener.getFilterChains(0).getTransportSocket().getTypedConfig(), DownstreamTlsContext.class);
    }

    @Shows({"Gateway.servers.tls.credentialNames", "Gateway.servers.tls.tlsCertificates"})
    @Test
    void aServerMayHaveACertificateForEachKindOfKey() {
        DownstreamTlsContext context = tls("{}", """
            {mode: SIMPLE, tlsCertificates: [{serverCertificate: /a.pem, privateKey: /a.key},
                  {serverCertificate: /b.pem, privateKey: /b.key}]}\
            """);
        assertThat(context.getCommonTlsContext().getTlsCertificateSdsSecretConfigsList())
                .extracting(SdsSecretConfig::getName)
                .containsExactly("file-cert:/a.pem~/a.key", "file-cert:/b.pem~/b.key");
    }

    @Shows("MeshConfig.tlsDefaults")
    @Test
    void theMeshsTlsDefaultsHoldWhereAServerIsSilent() {
        String mesh =
                "tlsDefaults: {minProtocolVersion: TLSV1_3, cipherSuites: [ECDHE-RSA-AES256-GCM-SHA384], ecdhCurves:"
                        + " [P-256]}";
        var silent = tls(mesh, "{mode: SIMPLE, credentialName: c}")
                .getCommonTlsContext()
                .getTlsParams();
        assertThat(silent.getTlsMinimumProtocolVersion().name()).isEqualTo("TLSv1_3");
        assertThat(silent.getCipherSuitesList()).containsExactly("ECDHE-RSA-AES256-GCM-SHA384");
        assertThat(silent.getEcdhCurvesList()).containsExactly("P-256");
        var own = tls(mesh, "{mode: SIMPLE, credentialName: c, minProtocolVersion: TLSV1_2}")
                .getCommonTlsContext()
                .getTlsParams();
        assertThat(own.getTlsMinimumProtocolVersion().name()).isEqualTo("TLSv1_2");
    }

    @Shows("MeshConfig.defaultConfig.gatewayTopology")
    @Test
    void aGatewayBehindABalancerReadsTheProxyProtocol() {
        Mesh mesh = Mesh.with(
                "defaultConfig: {gatewayTopology: {numTrustedProxies: 2, proxyProtocol: {}}}",
                HTTPS.formatted("{mode: SIMPLE, credentialName: c}"));
        assertThat(mesh.listener(INGRESS, "0.0.0.0_443").getListenerFiltersList())
                .extracting(ListenerFilter::getName)
                .containsExactly("envoy.filters.listener.proxy_protocol", "envoy.filters.listener.tls_inspector");
    }

    @Shows("MeshConfig.defaultConfig.proxyHeaders")
    @Test
    void theHeadersThatAProxyAddsAreTheMeshsChoice() {
        String web = """
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: default}
            spec: {selector: {app: client}, ports: [{name: http, port: 8000}]}
            """;
        Mesh mesh = Mesh.with("""
            defaultConfig:
              proxyHeaders:
                server: {disabled: true}
                requestId: {disabled: true}
                attemptCount: {disabled: true}
                envoyDebugHeaders: {disabled: true}
                xForwardedPort: {enabled: true}
                forwardedClientCert: SANITIZE
            """, web);
        HttpConnectionManager inbound = mesh.listener(CLIENT, "virtualInbound").getFilterChainsList().stream()
                .filter(c -> c.getName().equals("0.0.0.0_8000"))
                .map(Mesh::manager)
                .findFirst()
                .orElseThrow();
        assertThat(inbound.getServerHeaderTransformation().name()).isEqualTo("PASS_THROUGH");
        assertThat(inbound.getGenerateRequestId().getValue()).isFalse();
        assertThat(inbound.getAppendXForwardedPort()).isTrue();
        assertThat(inbound.getForwardClientCertDetails().name()).isEqualTo("SANITIZE");
        assertThat(mesh.routes(CLIENT, "8000").getVirtualHosts(0).getIncludeRequestAttemptCount())
                .isFalse();
    }

    @Test
    void withoutInterceptionOurProxyGoesWhereRequestsName() {
        ProxyNode laptop = Mesh.node(
                ProxyNode.Role.SIDECAR,
                "client-1",
                "default",
                "127.1.0.1",
                "lateen",
                Map.of(),
                Map.of("LATEEN_APP_ADDRESS", "127.2.0.1", "HTTP_PROXY_PORT", "15001", "INTERCEPTION_MODE", "NONE"));
        Mesh mesh = Mesh.of("""
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: out, namespace: default}
            spec: {hosts: ["*.example.com"], location: MESH_EXTERNAL, resolution: NONE, ports: [{number: 80, name: http, protocol: HTTP}]}
            """);
        for (String name : List.of("PassthroughCluster", "outbound|80||*.example.com")) {
            assertThat(mesh.cluster(laptop, name).getClusterType().getName())
                    .isEqualTo("envoy.clusters.dynamic_forward_proxy");
            assertThat(mesh.cluster(laptop, name).getLbPolicy()).isEqualTo(Cluster.LbPolicy.CLUSTER_PROVIDED);
            assertThat(mesh.cluster(CLIENT, name).getType()).isEqualTo(Cluster.DiscoveryType.ORIGINAL_DST);
        }
    }

    @Shows("Sidecar.outboundTrafficPolicy.egressProxy")
    @Test
    void unknownHostsMayBeReachedThroughOneProxyOnly() {
        Mesh mesh = Mesh.of(DB, """
            apiVersion: networking.istio.io/v1
            kind: Sidecar
            metadata: {name: default, namespace: default}
            spec: {outboundTrafficPolicy: {mode: ALLOW_ANY, egressProxy: {host: db, port: {number: 5432}}}}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: default}
            spec: {selector: {app: client}, ports: [{name: http, port: 8000}]}
            """);
        var hosts = mesh.routes(CLIENT, "8000").getVirtualHostsList();
        assertThat(hosts.getLast().getRoutes(0).getRoute().getCluster())
                .isEqualTo("outbound|5432||db.default.svc.cluster.local");
        assertThat(proxy(mesh.listener(CLIENT, "virtualOutbound").toBuilder()
                                .removeFilterChains(0)
                                .build())
                        .getCluster())
                .isEqualTo("outbound|5432||db.default.svc.cluster.local");
    }

    private static String pods(String... nodes) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < nodes.length; i++) {
            all.add("""
                apiVersion: v1
                kind: Pod
                metadata: {name: db-%d, namespace: default, labels: {app: db, rack: r%d}}
                spec: {nodeName: %s, containers: [{name: c, image: i}]}
                status: {podIP: 127.1.1.%d}
                ---
                apiVersion: v1
                kind: Node
                metadata: {name: %s, labels: {topology.kubernetes.io/region: r1, topology.kubernetes.io/zone: z%d}}
                """.formatted(i, i, nodes[i], i + 1, nodes[i], i + 1));
        }
        return "---\n" + String.join("---\n", all);
    }

    private static List<Integer> priorities(ClusterLoadAssignment assignment) {
        return assignment.getEndpointsList().stream().map(e -> e.getPriority()).toList();
    }

    @Test
    void aServiceMayPreferItsClientsZoneWithoutOutlierDetection() {
        String near = DB.replace("clusterIP: 10.0.0.7,", "clusterIP: 10.0.0.7, trafficDistribution: PreferClose,");
        ClusterLoadAssignment assignment =
                Mesh.of(near + pods("n1", "n2")).endpoints(CLIENT, "outbound|5432||db.default.svc.cluster.local");
        assertThat(priorities(assignment)).as("the client is in r1/z1").containsExactly(0, 1);
        assertThat(priorities(Mesh.of(DB + pods("n1", "n2"))
                        .endpoints(CLIENT, "outbound|5432||db.default.svc.cluster.local")))
                .containsExactly(0, 0);
    }

    @Shows("DestinationRule.trafficPolicy.loadBalancer.localityLbSetting.failoverPriority")
    @Test
    void anyLabelMayTellHowNearAnEndpointIs() {
        Mesh mesh = Mesh.of(DB + pods("n1", "n1", "n1") + destinationRule("""
            {outlierDetection: {}, loadBalancer: {localityLbSetting: {failoverPriority: [rack]}}}\
            """));
        ProxyNode client = Mesh.envoy("client-1", "127.1.0.1", Map.of("app", "client", "rack", "r1"));
        ClusterLoadAssignment assignment = mesh.endpoints(client, "outbound|5432||db.default.svc.cluster.local");
        assertThat(priorities(assignment)).containsExactly(0, 1);
        assertThat(assignment.getEndpoints(0).getLbEndpointsList())
                .singleElement()
                .matches(e -> e.getEndpoint().getAddress().toString().contains("127.1.1.2"));
        assertThat(assignment.getEndpoints(1).getLoadBalancingWeight().getValue())
                .isEqualTo(2);
    }

    @Shows({"DestinationRule.trafficPolicy.loadBalancer.localityLbSetting", "MeshConfig.localityLbSetting"})
    @Test
    void failoverKeepsTheRegionsOrder() {
        Mesh mesh = Mesh.of(DB + pods("n1", "n2") + destinationRule("""
            {outlierDetection: {}, loadBalancer: {localityLbSetting: {failover: [{from: r1, to: r9}]}}}\
            """));
        assertThat(priorities(mesh.endpoints(CLIENT, "outbound|5432||db.default.svc.cluster.local")))
                .containsExactly(0, 1);
    }

    @Shows({"ServiceEntry.endpoints", "WorkloadEntry.address", "WorkloadEntry.ports"})
    @Test
    void writtenEndpointsCountWithTheirOwnPorts() {
        Mesh mesh = Mesh.of("""
            apiVersion: v1
            kind: Service
            metadata: {name: legacy, namespace: default}
            spec: {ports: [{name: http, port: 80}]}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: legacy-1, namespace: default, labels: {kubernetes.io/service-name: legacy}}
            addressType: IPv4
            ports: [{name: http, port: 9376}]
            endpoints:
            - {addresses: [10.1.2.3]}
            - {addresses: [10.1.2.4], conditions: {ready: false}}
            """);
        ClusterLoadAssignment assignment = mesh.endpoints(CLIENT, "outbound|80||legacy.default.svc.cluster.local");
        assertThat(assignment.getEndpoints(0).getLbEndpointsList())
                .as("those that are ready")
                .singleElement()
                .extracting(e -> e.getEndpoint().getAddress().getSocketAddress())
                .matches(a -> a.getAddress().equals("10.1.2.3") && a.getPortValue() == 9376);
    }

    @Test
    void aServiceMayServeFromPodsThatAreNotReady() {
        String starting = "---\n" + """
            apiVersion: v1
            kind: Pod
            metadata: {name: db-0, namespace: default, labels: {app: db}}
            spec: {containers: [{name: c, image: i}]}
            status: {podIP: 127.1.1.1, conditions: [{type: Ready, status: "False"}]}
            """;
        String early = DB.replace("clusterIP: 10.0.0.7,", "clusterIP: 10.0.0.7, publishNotReadyAddresses: true,");
        String cluster = "outbound|5432||db.default.svc.cluster.local";
        assertThat(Mesh.of(DB + starting).endpoints(CLIENT, cluster).getEndpointsList())
                .isEmpty();
        assertThat(Mesh.of(early + starting).endpoints(CLIENT, cluster).getEndpointsList())
                .hasSize(1);
    }
}

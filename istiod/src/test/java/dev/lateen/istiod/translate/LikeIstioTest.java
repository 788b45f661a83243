package dev.lateen.istiod.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.xds.Alpn;
import dev.lateen.api.xds.TypeUrls;
import dev.lateen.istiod.model.ProxyNode;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import java.math.BigInteger;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Where a stock Envoy once did something else under our istiod than under a real one. */
class LikeIstioTest {
    private static final Map<String, String> APP = Map.of("app", "client");
    private static final ProxyNode SIDECAR =
            Mesh.envoy("client-0", "10.0.0.1", APP).at(ProxyNode.Locality.UNKNOWN);

    private static String entry(String name, String host, String addresses, String ports, String endpoints) {
        return """
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: %s}
            spec:
              hosts: ["%s"]
              addresses: [%s]
              ports: [%s]
              resolution: %s
            %s
            """.formatted(
                        name,
                        host,
                        addresses,
                        ports,
                        endpoints.isEmpty() ? "NONE" : "STATIC",
                        endpoints.isEmpty() ? "" : "  endpoints: [" + endpoints + "]");
    }

    private static String zones() {
        return entry(
                "zoned",
                "zoned.test",
                "",
                "{number: 80, name: http, protocol: HTTP}",
                "{address: 10.9.0.1, locality: r1/z1}, {address: 10.9.0.2, locality: r1/z2},"
                        + " {address: 10.9.0.3, locality: r2/z1}");
    }

    private static String rule(String policy) {
        return """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: zoned}
            spec: {host: zoned.test, trafficPolicy: {outlierDetection: {}, loadBalancer: {localityLbSetting: %s}}}
            """.formatted(policy);
    }

    private static Map<String, Integer> priorities(Mesh mesh, ProxyNode node) {
        return mesh.endpoints(node, "outbound|80||zoned.test").getEndpointsList().stream()
                .collect(Collectors.toMap(e -> place(e.getLocality()), LocalityLbEndpoints::getPriority));
    }

    private static String place(Locality locality) {
        return locality.getRegion() + "/" + locality.getZone();
    }

    @Test
    void aProxyThatNamesNoLocalityHasThatOfItsWorkload() {
        String failover = rule("{failover: [{from: r1, to: r2}]}");
        String workload = """
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: client-0}
            spec: {address: 10.0.0.1, labels: {app: client}, locality: r1/z1}
            """;
        Map<String, Integer> near = Map.of("r1/z1", 0, "r1/z2", 1, "r2/z1", 2);
        assertThat(priorities(Mesh.of(zones(), failover, workload), SIDECAR)).isEqualTo(near);

        String pod = """
            apiVersion: v1
            kind: Pod
            metadata: {name: client-0, labels: {app: client, istio-locality: r1.z1}}
            spec: {containers: [{name: a, image: b}]}
            status: {podIP: 10.0.0.1}
            """;
        assertThat(priorities(Mesh.of(zones(), failover, pod), SIDECAR)).isEqualTo(near);

        String onNode = pod.replace(", istio-locality: r1.z1", "")
                        .replace("spec: {containers", "spec: {nodeName: node-1, containers")
                + """
                ---
                apiVersion: v1
                kind: Node
                metadata: {name: node-1, labels: {topology.kubernetes.io/region: r1, topology.kubernetes.io/zone: z1}}
                """;
        assertThat(priorities(Mesh.of(zones(), failover, onNode), SIDECAR)).isEqualTo(near);
    }

    @Test
    void aProxysOwnLabelTellsItsLocalityAndItsBootstrapWins() {
        Mesh mesh = Mesh.of(zones(), rule("{failover: [{from: r1, to: r2}]}"));
        ProxyNode labelled = Mesh.envoy("client-0", "10.0.0.1", Map.of("istio-locality", "r2.z1"))
                .at(ProxyNode.Locality.UNKNOWN);
        assertThat(priorities(mesh, labelled)).containsEntry("r2/z1", 0).containsEntry("r1/z1", 1);
        assertThat(priorities(mesh, labelled.at(new ProxyNode.Locality("r1", "z2", ""))))
                .containsEntry("r1/z2", 0)
                .containsEntry("r2/z1", 2);
    }

    @Test
    void sharesOfLocalitiesHoldForAProxyOfTheRegistry() {
        Mesh mesh = Mesh.of(
                zones(), rule("{distribute: [{from: r1/z1/*, to: {r1/z1/*: 70, r1/z2/*: 20, r2/z1/*: 10}}]}"), """
                apiVersion: networking.istio.io/v1
                kind: WorkloadEntry
                metadata: {name: client-0}
                spec: {address: 10.0.0.1, locality: r1/z1}
                """);
        assertThat(mesh.endpoints(SIDECAR, "outbound|80||zoned.test").getEndpointsList())
                .extracting(e -> e.getLoadBalancingWeight().getValue())
                .containsExactlyInAnyOrder(70, 20, 10);
    }

    private static String tls(String more) {
        return entry("sni", "a.sni.test", "10.98.0.9", "{number: 443, name: tls, protocol: TLS}", "{address: 10.9.0.1}")
                + """
                ---
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: sni}
                spec:
                  hosts: [a.sni.test]
                  tls: [{match: [{sniHosts: [a.sni.test]}], route: [{destination: {host: a.sni.test}}]}]
                """ + more;
    }

    private static String cluster(FilterChain chain) {
        return Mesh.unpack(chain.getFilters(chain.getFiltersCount() - 1).getTypedConfig(), TcpProxy.class)
                .getCluster();
    }

    @Test
    void aServerNameWithoutARouteDoesNotReachTheService() {
        for (String outside : List.of("ALLOW_ANY", "REGISTRY_ONLY")) {
            Mesh mesh = Mesh.with("outboundTrafficPolicy: {mode: " + outside + "}", tls(""));
            Listener listener = mesh.listener(SIDECAR, "10.98.0.9_443");
            assertThat(listener.getFilterChainsList()).singleElement().satisfies(chain -> {
                assertThat(chain.getFilterChainMatch().getServerNamesList()).containsExactly("a.sni.test");
                assertThat(cluster(chain)).isEqualTo("outbound|443||a.sni.test");
            });
            assertThat(cluster(listener.getDefaultFilterChain()))
                    .isEqualTo(outside.equals("ALLOW_ANY") ? "PassthroughCluster" : "BlackHoleCluster");
        }
    }

    @Test
    void onADetectedPortTheAddressTellsTheServiceWhateverHostIsNamed() {
        Mesh mesh = Mesh.of(entry("auto", "auto.test", "10.98.4.4", "{number: 8000, name: x}", "{address: 10.9.0.1}"));
        RouteConfiguration routes = mesh.routes(SIDECAR, "auto.test:8000");
        assertThat(routes.getVirtualHostsList()).singleElement().satisfies(host -> {
            assertThat(host.getDomainsList()).containsExactly("*");
            assertThat(host.getRoutes(0).getRoute().getCluster()).isEqualTo("outbound|8000||auto.test");
        });
        Listener listener = mesh.listener(SIDECAR, "10.98.4.4_8000");
        // What is neither TLS nor HTTP must not get stuck half way in Envoy's choice of a chain.
        assertThat(listener.getFilterChainsCount()).isEqualTo(1);
        assertThat(cluster(listener.getDefaultFilterChain())).isEqualTo("outbound|8000||auto.test");
    }

    @Test
    void aRangeOfAddressesBesideAnAddressIsTakenToo() {
        Mesh mesh = Mesh.of(entry(
                "wide",
                "wide.test",
                "10.98.1.1, 10.98.2.0/24",
                "{number: 7000, name: tcp, protocol: TCP}",
                "{address: 10.9.0.1}"));
        assertThat(cluster(mesh.listener(SIDECAR, "10.98.1.1_7000").getFilterChains(0)))
                .isEqualTo("outbound|7000||wide.test");
        FilterChain range = mesh.listener(SIDECAR, "0.0.0.0_7000").getFilterChains(0);
        assertThat(range.getFilterChainMatch().getPrefixRanges(0).getAddressPrefix())
                .isEqualTo("10.98.2.0");
        assertThat(cluster(range)).isEqualTo("outbound|7000||wide.test");
    }

    @Test
    void aGatewayIsNotOnTheWayToAnywhere() {
        Mesh mesh = Mesh.of(entry("wild", "*.wild.test", "", "{number: 80, name: http, protocol: HTTP}", ""));
        ProxyNode gateway = Mesh.gateway("default", Map.of());
        assertThat(mesh.cluster(gateway, "outbound|80||*.wild.test").getType()).isEqualTo(Cluster.DiscoveryType.EDS);
        assertThat(mesh.endpoints(gateway, "outbound|80||*.wild.test").getEndpointsCount())
                .isZero();
        assertThat(mesh.cluster(SIDECAR, "outbound|80||*.wild.test").getType())
                .isEqualTo(Cluster.DiscoveryType.ORIGINAL_DST);
    }

    private static List<FilterChain> inbound(Mesh mesh, int port) {
        return mesh.listener(SIDECAR, "virtualInbound").getFilterChainsList().stream()
                .filter(c -> c.getFilterChainMatch().getDestinationPort().getValue() == port)
                .toList();
    }

    private static final String SERVICE = """
        apiVersion: v1
        kind: Service
        metadata: {name: client}
        spec: {selector: {app: client}, ports: [{name: tcp, port: 9000}]}
        """;

    @Test
    void aTcpPortTakesTheMeshsTlsWhateverItsClientTookThePortFor() {
        assertThat(inbound(Mesh.of(SERVICE), 9000).stream()
                        .filter(FilterChain::hasTransportSocket)
                        .toList())
                .singleElement()
                .satisfies(chain -> {
                    assertThat(chain.getFilterChainMatch().getApplicationProtocolsList())
                            .containsExactlyElementsOf(Alpn.MESH_ANY);
                    assertThat(chain.getTransportSocketConnectTimeout().getSeconds())
                            .isEqualTo(15);
                });
    }

    @Test
    void aPortThatNoServiceNamesMayHaveItsOwnMode() {
        Mesh mesh = Mesh.of(SERVICE, """
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: mixed}
            spec:
              selector: {matchLabels: {app: client}}
              mtls: {mode: STRICT}
              portLevelMtls: {9999: {mode: DISABLE}}
            """);
        assertThat(inbound(mesh, 9999)).hasSize(2).noneMatch(FilterChain::hasTransportSocket);
        assertThat(inbound(mesh, 9000)).allMatch(FilterChain::hasTransportSocket);
        assertThat(inbound(mesh, 0)).allMatch(FilterChain::hasTransportSocket);
    }

    @Test
    void aRedirectIsWrittenAsItIs() {
        Mesh mesh = Mesh.of(
                """
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: moved}
                spec: {hosts: [moved.test], http: [{redirect: {uri: "%PREFIX()%/new"}}]}
                """,
                entry("other", "other.test", "", "{number: 80, name: http, protocol: HTTP}", "{address: 10.9.0.1}"));
        assertThat(mesh.host(SIDECAR, "80", "moved.test:80")
                        .getRoutes(0)
                        .getRedirect()
                        .getPathRedirect())
                .isEqualTo("%PREFIX()%/new");
    }

    @Test
    void hostsThatAreKnownToBeBadAreNotCalledInPanic() {
        Cluster cluster = Mesh.of(zones()).cluster(SIDECAR, "outbound|80||zoned.test");
        assertThat(cluster.getCommonLbConfig().hasHealthyPanicThreshold()).isTrue();
        assertThat(cluster.getCommonLbConfig().getHealthyPanicThreshold().getValue())
                .isZero();
    }

    @Test
    void keysThatWouldHaveToBeFetchedAreOneKeyOfNobody() {
        Mesh mesh = Mesh.of(SERVICE.replace("name: tcp", "name: http"), """
            apiVersion: security.istio.io/v1
            kind: RequestAuthentication
            metadata: {name: jwt}
            spec:
              selector: {matchLabels: {app: client}}
              jwtRules: [{issuer: "https://issuer.test", jwksUri: "https://issuer.test/keys"}]
            """);
        FilterChain chain = inbound(mesh, 9000).getFirst();
        String config = XdsTree.tree(Mesh.manager(chain)).toString();
        JsonNode sent = XdsTree.JSON.readTree(config);
        String keys = sent.findValue("local_jwks").findValue("inline_string").asString();
        JsonNode key = XdsTree.JSON.readTree(keys).path("keys").path(0);
        assertThat(key.path("kty").asString()).isEqualTo("RSA");
        byte[] modulus = Base64.getUrlDecoder().decode(key.path("n").asString());
        assertThat(new BigInteger(1, modulus).bitLength()).isEqualTo(2048);
    }

    @Test
    void connectionsThatNoChainTakesAreLogged() {
        Mesh mesh = Mesh.with("accessLogFile: /dev/stdout", SERVICE);
        for (String listener : List.of("virtualInbound", "virtualOutbound")) {
            assertThat(mesh.listener(SIDECAR, listener).getAccessLogList())
                    .singleElement()
                    .satisfies(log -> assertThat(
                                    log.getFilter().getResponseFlagFilter().getFlagsList())
                            .containsExactly("NR"));
        }
        Mesh silent = Mesh.with("{accessLogFile: /dev/stdout, disableEnvoyListenerLog: true}", SERVICE);
        assertThat(silent.listener(SIDECAR, "virtualInbound").getAccessLogCount())
                .isZero();
        Mesh filtered = Mesh.of(SERVICE, """
            apiVersion: telemetry.istio.io/v1
            kind: Telemetry
            metadata: {name: logs}
            spec: {accessLogging: [{providers: [{name: envoy}], filter: {expression: "response.code >= 400"}}]}
            """);
        assertThat(filtered.listener(SIDECAR, "virtualInbound")
                        .getAccessLog(0)
                        .getFilter()
                        .getAndFilter()
                        .getFiltersCount())
                .isEqualTo(2);
    }

    private static final String CREDENTIAL = """
        apiVersion: v1
        kind: Secret
        metadata: {name: cred}
        stringData: {tls.crt: certificate, tls.key: key, ca.crt: authority}
        """;

    private static String origination(String selector) {
        return """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: zoned}
            spec: {host: zoned.test, %strafficPolicy: {tls: {mode: MUTUAL, credentialName: cred}}}
            """.formatted(selector);
    }

    @Test
    void aSidecarHasTheCredentialThatARuleForItsWorkloadsNames() {
        String selected = origination("workloadSelector: {matchLabels: {app: client}}, ");
        Mesh mesh = Mesh.of(zones(), CREDENTIAL, selected);
        for (String name : List.of("kubernetes://cred", "kubernetes://cred-cacert")) {
            assertThat(mesh.translation(SIDECAR).named(TypeUrls.SECRET, name)).isNotNull();
            ProxyNode other = Mesh.envoy("other-0", "10.0.0.2", Map.of("app", "other"));
            assertThat(mesh.translation(other).named(TypeUrls.SECRET, name)).isNull();
            assertThat(Mesh.of(zones(), CREDENTIAL, origination(""))
                            .translation(SIDECAR)
                            .named(TypeUrls.SECRET, name))
                    .isNull();
        }
    }
}

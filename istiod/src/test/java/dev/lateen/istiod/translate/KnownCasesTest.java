package dev.lateen.istiod.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lateen.istiod.model.ProxyNode;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Inputs from practice, and what proxies are told of them. */
class KnownCasesTest {
    private static final Path CASES = Mesh.shared().resolve("cases");
    private static final ProxyNode ENVOY = Mesh.envoy("client-0", "10.0.0.1", Map.of("app", "client"));
    private static final ProxyNode LOCAL = Mesh.node(
            ProxyNode.Role.SIDECAR,
            "client-0",
            "default",
            "127.1.0.1",
            "lateen",
            Map.of("app", "client"),
            Map.of("LATEEN_APP_ADDRESS", "127.2.0.1", "HTTP_PROXY_PORT", "15001", "INTERCEPTION_MODE", "NONE"));

    @BeforeEach
    void cases() {
        assumeTrue(Files.isDirectory(CASES));
    }

    private static Mesh mesh(String file, String... more) {
        String[] all = new String[more.length + 1];
        all[0] = Mesh.read(CASES.resolve(file));
        System.arraycopy(more, 0, all, 1, more.length);
        return Mesh.of(all);
    }

    private static List<String> addresses(ClusterLoadAssignment endpoints) {
        return endpoints.getEndpointsList().stream()
                .flatMap(e -> e.getLbEndpointsList().stream())
                .map(e -> e.getEndpoint().getAddress().getSocketAddress())
                .map(a -> a.getAddress() + ":" + a.getPortValue())
                .toList();
    }

    private static VirtualHost hostOf(Mesh mesh, ProxyNode node, String routes, String domain) {
        return mesh.routes(node, routes).getVirtualHostsList().stream()
                .filter(host -> host.getDomainsList().contains(domain))
                .findFirst()
                .orElseThrow(() -> new AssertionError(domain + " in " + mesh.routes(node, routes)));
    }

    private static String clusterOf(Mesh mesh, ProxyNode node, String routes, String domain) {
        return hostOf(mesh, node, routes, domain).getRoutes(0).getRoute().getCluster();
    }

    @Test
    void portsOfOneHostInSeveralServiceEntriesAreOneServices() {
        Mesh mesh = mesh("serviceentry-ports.yaml");
        for (ProxyNode node : List.of(ENVOY, LOCAL)) {
            assertThat(addresses(mesh.endpoints(node, "outbound|8080||www.two.example.com")))
                    .containsExactly("127.0.0.1:29080");
            assertThat(addresses(mesh.endpoints(node, "outbound|9080||www.two.example.com")))
                    .containsExactly("127.0.0.1:29081");
        }
        assertThat(clusterOf(mesh, LOCAL, "http_proxy", "www.two.example.com:8080"))
                .isEqualTo("outbound|8080||www.two.example.com");
        assertThat(clusterOf(mesh, LOCAL, "http_proxy", "www.two.example.com:9080"))
                .isEqualTo("outbound|9080||www.two.example.com");
    }

    private static String pod(int ordinal) {
        return """
            apiVersion: v1
            kind: Pod
            metadata:
              name: h-%d
              labels: {app: h, security.istio.io/tlsMode: istio}
              ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: h, uid: x}]
            spec: {serviceAccountName: default, containers: [{name: http, image: x}]}
            status: {podIP: 127.1.0.2%d}
            """.formatted(ordinal, ordinal);
    }

    @Test
    void aPodsOwnNameLeadsToThatPodWhereNothingElseTells() {
        Mesh mesh = mesh("headless-names.yaml", pod(0), pod(1));
        for (String name : List.of("h-1.h", "h-1.h.default", "h-1.h.default.svc", "h-1.h.default.svc.cluster.local")) {
            String cluster = clusterOf(mesh, LOCAL, "http_proxy", name + ":8080");
            assertThat(cluster).isEqualTo("outbound|8080||h-1.h.default.svc.cluster.local");
            assertThat(addresses(mesh.endpoints(LOCAL, cluster))).containsExactly("127.1.0.21:8080");
            // Mutual TLS as with the service.
            Cluster one = mesh.cluster(LOCAL, cluster);
            Cluster all = mesh.cluster(LOCAL, "outbound|8080||h.default.svc.cluster.local");
            assertThat(one.getTransportSocketMatchesList()).isEqualTo(all.getTransportSocketMatchesList());
        }
        assertThat(mesh.names(LOCAL, dev.lateen.api.xds.TypeUrls.ENDPOINT))
                .contains("outbound|8080||h-0.h.default.svc.cluster.local");
        assertThat(addresses(mesh.endpoints(LOCAL, "outbound|8080||h.default.svc.cluster.local")))
                .hasSize(2);
    }

    @Test
    void aRuleForTheServiceHoldsForItsPodsByName() {
        Mesh mesh = mesh("headless-names.yaml", pod(0), pod(1), """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: h}
            spec: {hosts: [h], http: [{timeout: 3s, route: [{destination: {host: h}}]}]}
            """);
        VirtualHost pod = hostOf(mesh, LOCAL, "http_proxy", "h-1.h:8080");
        assertThat(pod.getRoutes(0).getRoute().getTimeout().getSeconds()).isEqualTo(3);
        assertThat(pod.getRoutes(0).getRoute().getCluster())
                .isEqualTo("outbound|8080||h-1.h.default.svc.cluster.local");
    }

    @Test
    void behindInterceptionTheNamesOfPodsAreTheHeadlessServices() {
        Mesh mesh = mesh("headless-names.yaml", pod(0), pod(1));
        assertThat(hostOf(mesh, ENVOY, "8080", "h.default.svc.cluster.local").getDomainsList())
                .contains("*.h", "*.h.default", "*.h.default.svc", "*.h.default.svc.cluster.local");
        assertThat(mesh.cluster(ENVOY, "outbound|8080||h.default.svc.cluster.local")
                        .getType())
                .isEqualTo(Cluster.DiscoveryType.ORIGINAL_DST);
        assertThat(mesh.names(ENVOY, dev.lateen.api.xds.TypeUrls.CLUSTER)).noneMatch(n -> n.contains("h-1.h"));
    }

    @Test
    void anExternalNameLeadsToTheHostItNames() {
        Mesh mesh = mesh("external-name.yaml");
        String cluster = clusterOf(mesh, LOCAL, "http_proxy", "outside.shop:29080");
        Cluster told = mesh.cluster(LOCAL, cluster);
        assertThat(told.getType()).isEqualTo(Cluster.DiscoveryType.STRICT_DNS);
        assertThat(addresses(told.getLoadAssignment())).containsExactly("localhost:29080");
        // Behind interception the application asks DNS itself.
        assertThat(mesh.names(ENVOY, dev.lateen.api.xds.TypeUrls.CLUSTER)).noneMatch(n -> n.contains("outside"));
    }

    @Test
    void anExternalNameOfAServiceIsThatService() {
        String known = """
            apiVersion: v1
            kind: Service
            metadata: {name: outside, namespace: shop}
            spec: {type: ExternalName, externalName: u.default.svc.cluster.local, ports: [{name: http, port: 80}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: u}
            spec: {ports: [{name: http, port: 80}]}
            """;
        assertThat(clusterOf(Mesh.of(known), LOCAL, "http_proxy", "outside.shop:80"))
                .isEqualTo("outbound|80||u.default.svc.cluster.local");
    }

    @Test
    void underRegistryOnlyAnExternalNameLeadsNowhere() {
        Mesh mesh = Mesh.with(
                "outboundTrafficPolicy: {mode: REGISTRY_ONLY}", Mesh.read(CASES.resolve("external-name.yaml")));
        assertThat(mesh.routes(LOCAL, "http_proxy").getVirtualHostsList())
                .extracting(VirtualHost::getName)
                .containsExactly("block_all");
    }

    @Test
    void aSubsetOfAWildcardRuleIsACluster() {
        Mesh mesh = mesh("wildcard-subset.yaml", Mesh.read(CASES.resolve("authz-tcp.yaml")));
        assertThat(clusterOf(mesh, LOCAL, "http_proxy", "u:80"))
                .isEqualTo("outbound|80|v1|u.default.svc.cluster.local");
        assertThat(mesh.cluster(LOCAL, "outbound|80|v1|u.default.svc.cluster.local"))
                .isNotNull();
    }

    @Test
    void starsOfCorsAreSentAsTheyAre() {
        Mesh mesh = mesh("cors-star.yaml", Mesh.read(CASES.resolve("authz-tcp.yaml")), """
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: gw}
            spec: {servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]}
            """);
        VirtualHost host = mesh.host(Mesh.gateway("default", Map.of()), "http.80", "cors.example.com:80");
        CorsPolicy star = Mesh.unpack(
                host.getRoutes(0).getTypedPerFilterConfigOrThrow("envoy.filters.http.cors"), CorsPolicy.class);
        assertThat(star.getAllowOriginStringMatch(0).getExact()).isEqualTo("*");
        assertThat(star.getAllowMethods()).isEqualTo("*");
        assertThat(star.getAllowHeaders()).isEqualTo("*");
    }

    @Test
    void destinationsThatAreNotThereAreClustersThatAreNotThere() {
        Mesh mesh = mesh("destination-port.yaml", Mesh.read(CASES.resolve("authz-tcp.yaml")), """
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: gw}
            spec: {servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]}
            """);
        VirtualHost host = mesh.host(Mesh.gateway("default", Map.of()), "http.80", "ports.example.com:80");
        assertThat(host.getRoutesList())
                .extracting(route -> route.getRoute().getCluster())
                .containsExactly(
                        "outbound|81||u.default.svc.cluster.local",
                        "outbound|80||t.default.svc.cluster.local",
                        "outbound|80||comes-later.default.svc.cluster.local");
    }
}

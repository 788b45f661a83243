package dev.lateen.istiod.translate;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.schema.Shows;
import dev.lateen.api.xds.TypeUrls;
import dev.lateen.istiod.model.ProxyNode;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What users write, and what their proxies get for it. */
class TranslationStoriesTest {
    private static final String SHOP = """
        apiVersion: v1
        kind: Service
        metadata: {name: cart, namespace: default}
        spec: {selector: {app: cart}, ports: [{name: http, port: 80, targetPort: web}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: db, namespace: default}
        spec: {clusterIP: 10.0.0.7, selector: {app: db}, ports: [{name: tcp-db, port: 5432}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: cart-1, namespace: default, labels: {app: cart, version: v1, security.istio.io/tlsMode: istio}}
        spec: {serviceAccountName: cart, containers: [{name: c, image: i, ports: [{name: web, containerPort: 8080}]}]}
        status: {podIP: 127.1.0.1}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: db-1, namespace: default, labels: {app: db}}
        spec: {serviceAccountName: db, containers: [{name: c, image: i}]}
        status: {podIP: 127.1.0.2}
        """;
    private static final ProxyNode CART = Mesh.envoy("cart-1", "127.1.0.1", Map.of("app", "cart"));
    private static final ProxyNode LAPTOP = Mesh.node(
            ProxyNode.Role.SIDECAR,
            "cart-1",
            "default",
            "127.1.0.1",
            "lateen",
            Map.of("app", "cart"),
            Map.of("LATEEN_APP_ADDRESS", "127.2.0.1", "HTTP_PROXY_PORT", "15001", "INTERCEPTION_MODE", "NONE"));

    private static String virtualService(String http) {
        return """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: cart, namespace: default}
            spec:
              hosts: [cart]
              http:
            """ + http.indent(2);
    }

    private static List<Route> cartRoutes(Mesh mesh) {
        return mesh.host(CART, "80", "cart.default.svc.cluster.local:80").getRoutesList();
    }

    @Test
    void namedTargetPortsAreLookedUpOnThePod() {
        var endpoints = Mesh.of(SHOP).endpoints(CART, "outbound|80||cart.default.svc.cluster.local");
        assertThat(endpoints
                        .getEndpoints(0)
                        .getLbEndpoints(0)
                        .getEndpoint()
                        .getAddress()
                        .getSocketAddress()
                        .getPortValue())
                .isEqualTo(8080);
    }

    @Test
    void onlyPodsWithASidecarAreCalledWithMutualTls() {
        Mesh mesh = Mesh.of(SHOP);
        var cart = mesh.endpoints(CART, "outbound|80||cart.default.svc.cluster.local")
                .getEndpoints(0)
                .getLbEndpoints(0);
        var db = mesh.endpoints(CART, "outbound|5432||db.default.svc.cluster.local")
                .getEndpoints(0)
                .getLbEndpoints(0);
        assertThat(cart.getMetadata().getFilterMetadataMap()).containsKey("envoy.transport_socket_match");
        assertThat(db.getMetadata().getFilterMetadataMap()).doesNotContainKey("envoy.transport_socket_match");
    }

    @Test
    void withoutInterceptionASidecarBindsItsPodAddressAndReachesItsApplication() {
        Mesh mesh = Mesh.of(SHOP);
        assertThat(mesh.names(LAPTOP, TypeUrls.LISTENER))
                .containsExactlyInAnyOrder("127.1.0.1_15001", "127.1.0.1_8080");
        Listener inbound = mesh.listener(LAPTOP, "127.1.0.1_8080");
        assertThat(inbound.hasBindToPort()).isFalse();
        assertThat(inbound.getAddress().getSocketAddress().getAddress()).isEqualTo("127.1.0.1");
        assertThat(inbound.getFilterChainsList())
                .extracting(c -> c.getFilterChainMatch().getTransportProtocol())
                .containsExactly("tls", "raw_buffer");
        Cluster cluster = mesh.cluster(LAPTOP, "inbound|8080||");
        assertThat(cluster.getType()).isEqualTo(Cluster.DiscoveryType.STATIC);
        assertThat(cluster.getLoadAssignment()
                        .getEndpoints(0)
                        .getLbEndpoints(0)
                        .getEndpoint()
                        .getAddress()
                        .getSocketAddress()
                        .getAddress())
                .isEqualTo("127.2.0.1");
    }

    @Test
    void theHttpProxyKnowsServicesByEveryNameWithAndWithoutPort() {
        VirtualHost cart = Mesh.of(SHOP).host(LAPTOP, "http_proxy", "cart.default.svc.cluster.local:80");
        assertThat(cart.getDomainsList())
                .contains("cart", "cart:80", "cart.default", "cart.default:80", "cart.default.svc.cluster.local:80");
    }

    @Test
    void stockEnvoyIsSentNoneOfIstiosFilters() {
        Mesh mesh = Mesh.of(SHOP);
        assertThat(filters(mesh.listener(CART, "0.0.0.0_80"))).allMatch(n -> n.startsWith("envoy."));
        assertThat(filters(mesh.listener(LAPTOP, "127.1.0.1_15001")))
                .contains("istio.metadata_exchange", "istio.alpn", "istio.stats");
    }

    private static List<String> filters(Listener listener) {
        return Mesh.manager(listener.getFilterChains(0)).getHttpFiltersList().stream()
                .map(HttpFilter::getName)
                .toList();
    }

    @Test
    void strictPeerAuthenticationLeavesNoPlaintextChain() {
        Mesh mesh = Mesh.of(
                SHOP,
                "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\n"
                        + "metadata: {name: default, namespace: istio-system}\nspec: {mtls: {mode: STRICT}}\n");
        Listener inbound = mesh.listener(LAPTOP, "127.1.0.1_8080");
        assertThat(inbound.getFilterChainsList()).hasSize(1);
        assertThat(inbound.getFilterChains(0).hasTransportSocket()).isTrue();
    }

    @Shows({"PeerAuthentication.portLevelMtls", "PeerAuthentication.selector"})
    @Test
    void aPortMayDifferFromItsWorkload() {
        Mesh mesh = Mesh.of(SHOP, """
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: cart, namespace: default}
            spec: {selector: {matchLabels: {app: cart}}, mtls: {mode: STRICT}, portLevelMtls: {"8080": {mode: DISABLE}}}
            """);
        FilterChain only = mesh.listener(LAPTOP, "127.1.0.1_8080").getFilterChains(0);
        assertThat(only.hasTransportSocket()).isFalse();
        assertThat(mesh.endpoints(CART, "outbound|80||cart.default.svc.cluster.local")
                        .getEndpoints(0)
                        .getLbEndpoints(0)
                        .getMetadata()
                        .getFilterMetadataMap())
                .as("a port without TLS is not called with it")
                .doesNotContainKey("envoy.transport_socket_match");
    }

    @Test
    void routesBehindACatchAllAreLeftOut() {
        Mesh mesh = Mesh.of(SHOP, virtualService("""
            - route: [{destination: {host: cart}}]
            - match: [{uri: {prefix: /never}}]
              route: [{destination: {host: cart}}]
            """));
        assertThat(cartRoutes(mesh)).hasSize(1);
    }

    @Test
    void anUnknownSubsetIsAClusterThatDoesNotExist() {
        Mesh mesh = Mesh.of(SHOP, virtualService("- route: [{destination: {host: cart, subset: nowhere}}]\n"));
        String cluster = cartRoutes(mesh).getFirst().getRoute().getCluster();
        assertThat(cluster).isEqualTo("outbound|80|nowhere|cart.default.svc.cluster.local");
        assertThat(mesh.translation(CART).named(TypeUrls.CLUSTER, cluster)).isNull();
        assertThat(mesh.translation(CART).named(TypeUrls.ENDPOINT, cluster)).isNull();
    }

    @Test
    void destinationsOfWeightZeroAreLeftOut() {
        Mesh mesh = Mesh.of(SHOP, virtualService("""
            - route:
              - {destination: {host: cart, subset: a}, weight: 100}
              - {destination: {host: cart, subset: b}, weight: 0}
            """));
        assertThat(cartRoutes(mesh).getFirst().getRoute().getCluster())
                .isEqualTo("outbound|80|a|cart.default.svc.cluster.local");
    }

    @Shows({
        "VirtualService.http.mirror",
        "VirtualService.http.mirrorPercent",
        "VirtualService.http.mirrorPercentage",
        "VirtualService.http.mirrors"
    })
    @Test
    void faultsAndMirrorsKeepTheirShares() {
        Mesh mesh = Mesh.of(SHOP, virtualService("""
            - fault: {delay: {fixedDelay: 7s, percentage: {value: 12.5}}, abort: {httpStatus: 500, percentage: {value: 100}}}
              mirror: {host: db}
              route: [{destination: {host: cart}}]
            """));
        Route route = cartRoutes(mesh).getFirst();
        var fault = Mesh.unpack(
                requireNonNull(route.getTypedPerFilterConfigMap().get("envoy.filters.http.fault")),
                io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault.class);
        assertThat(fault.getDelay().getPercentage().getNumerator()).isEqualTo(125_000);
        assertThat(fault.getAbort().getHttpStatus()).isEqualTo(500);
        var mirror = route.getRoute().getRequestMirrorPolicies(0);
        assertThat(mirror.getRuntimeFraction().getDefaultValue().getNumerator()).isEqualTo(1_000_000);
        assertThat(mirror.getDisableShadowHostSuffixAppend()).isTrue();
    }

    @Shows("VirtualService.http.delegate")
    @Test
    void aDelegateIsNarrowedByItsRoot() {
        Mesh mesh = Mesh.of(SHOP, virtualService("""
            - match: [{uri: {prefix: /a}}]
              delegate: {name: part}
            """), """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: part, namespace: default}
            spec:
              http:
              - {match: [{uri: {prefix: /a/b}}], route: [{destination: {host: cart}}]}
              - {match: [{uri: {prefix: /c}}], route: [{destination: {host: cart}}]}
            """);
        assertThat(cartRoutes(mesh)).extracting(r -> r.getMatch().getPrefix()).containsExactly("/a/b");
        assertThat(mesh.snapshot.problems()).anyMatch(p -> p.toString().contains("not a narrowing"));
    }

    @Shows("Sidecar.egress.hosts")
    @Test
    void aSidecarSeesOnlyWhatItsEgressNames() {
        Mesh mesh = Mesh.of(SHOP, """
            apiVersion: networking.istio.io/v1
            kind: Sidecar
            metadata: {name: default, namespace: default}
            spec: {egress: [{hosts: ["./db.default.svc.cluster.local"]}], outboundTrafficPolicy: {mode: REGISTRY_ONLY}}
            """);
        assertThat(mesh.names(CART, TypeUrls.CLUSTER))
                .contains("outbound|5432||db.default.svc.cluster.local")
                .doesNotContain("outbound|80||cart.default.svc.cluster.local");
        assertThat(mesh.routes(LAPTOP, "http_proxy").getVirtualHostsList())
                .extracting(VirtualHost::getName)
                .containsExactly("block_all");
    }

    @Test
    void anExternalServiceIsResolvedByTheProxyAndCalledWithTlsIfAskedFor() {
        Mesh mesh = Mesh.of("""
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: out, namespace: default}
            spec: {hosts: [api.example.com], location: MESH_EXTERNAL, resolution: DNS, ports: [{number: 80, name: http, protocol: HTTP, targetPort: 443}]}
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: out, namespace: default}
            spec: {host: api.example.com, trafficPolicy: {tls: {mode: SIMPLE}}}
            """);
        Cluster cluster = mesh.cluster(CART, "outbound|80||api.example.com");
        assertThat(cluster.getType()).isEqualTo(Cluster.DiscoveryType.STRICT_DNS);
        assertThat(cluster.getTransportSocket().getName()).isEqualTo("envoy.transport_sockets.tls");
        assertThat(cluster.getLoadAssignment()
                        .getEndpoints(0)
                        .getLbEndpoints(0)
                        .getEndpoint()
                        .getAddress()
                        .getSocketAddress()
                        .getPortValue())
                .isEqualTo(443);
    }

    @Shows({"VirtualService.gateways", "Gateway.selector", "Gateway.servers.port.number"})
    @Test
    void aGatewayListensOnTheTargetOfItsServicesPortAndRedirectsToHttps() {
        ProxyNode gateway = Mesh.node(
                ProxyNode.Role.ROUTER,
                "gw",
                "istio-system",
                "127.1.0.9",
                "lateen",
                Map.of("istio", "ingressgateway"),
                Map.of("LATEEN_BIND_ADDRESS", "127.0.0.1"));
        Mesh mesh = Mesh.of(SHOP, """
            apiVersion: v1
            kind: Service
            metadata: {name: istio-ingressgateway, namespace: istio-system}
            spec: {selector: {istio: ingressgateway}, ports: [{name: http2, port: 80, targetPort: 8080}, {name: https, port: 443, targetPort: 8443}]}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: shop-cert, namespace: istio-system}
            type: kubernetes.io/tls
            stringData: {tls.crt: CERT, tls.key: KEY}
            ---
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: shop, namespace: default}
            spec:
              selector: {istio: ingressgateway}
              servers:
              - {port: {number: 80, name: http, protocol: HTTP}, hosts: [shop.test], tls: {httpsRedirect: true}}
              - {port: {number: 443, name: https, protocol: HTTPS}, hosts: [shop.test], tls: {mode: SIMPLE, credentialName: shop-cert}}
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: shop, namespace: default}
            spec: {hosts: ["*"], gateways: [shop], http: [{route: [{destination: {host: cart}}]}]}
            """);
        assertThat(mesh.names(gateway, TypeUrls.LISTENER)).containsExactlyInAnyOrder("0.0.0.0_8080", "0.0.0.0_8443");
        assertThat(mesh.listener(gateway, "0.0.0.0_8080")
                        .getAddress()
                        .getSocketAddress()
                        .getAddress())
                .isEqualTo("127.0.0.1");
        RouteConfiguration plain = mesh.routes(gateway, "http.8080");
        assertThat(plain.getVirtualHosts(0).getRequireTls()).isEqualTo(VirtualHost.TlsRequirementType.ALL);
        RouteConfiguration secure = mesh.routes(gateway, "https.8443.https.shop.default");
        assertThat(secure.getVirtualHosts(0).getDomainsList()).containsExactly("shop.test");
        assertThat(secure.getVirtualHosts(0).getRoutes(0).getRoute().getCluster())
                .isEqualTo("outbound|80||cart.default.svc.cluster.local");
        assertThat(mesh.translation(gateway).named(TypeUrls.SECRET, "kubernetes://shop-cert"))
                .isNotNull();
        assertThat(mesh.translation(CART).named(TypeUrls.SECRET, "kubernetes://shop-cert"))
                .as("another namespace's proxy")
                .isNull();
    }

    @Test
    void requestsThatNeedAnExternalAuthorizerAreRefused() {
        Mesh mesh = Mesh.of(SHOP, """
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: ask, namespace: default}
            spec: {action: CUSTOM, provider: {name: someone}, rules: [{}]}
            """);
        FilterChain chain = mesh.listener(CART, "virtualInbound").getFilterChainsList().stream()
                .filter(c -> c.getName().equals("0.0.0.0_8080"))
                .findFirst()
                .orElseThrow();
        assertThat(Mesh.manager(chain).getHttpFilters(0).getName()).isEqualTo("envoy.filters.http.rbac");
    }

    @Test
    void kindsThatHaveNoEffectYetAreReported() {
        Mesh mesh = Mesh.of("""
            apiVersion: networking.istio.io/v1alpha3
            kind: EnvoyFilter
            metadata: {name: mine, namespace: default}
            spec: {configPatches: [{applyTo: HTTP_FILTER, match: {context: ANY}, patch: {operation: REMOVE}}]}
            """);
        assertThat(mesh.snapshot.problems())
                .singleElement()
                .matches(p -> p.toString().contains("EnvoyFilter has no effect"));
    }
}

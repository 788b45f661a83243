package dev.lateen.istiod.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.schema.Shows;
import dev.lateen.istiod.model.ProxyNode;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** VirtualServices where their meaning is easily got wrong; Istio's {@code route.go} is what they are held against. */
class RoutingRulesTest {
    private static final String SHOP = """
        apiVersion: v1
        kind: Service
        metadata: {name: cart, namespace: default}
        spec: {selector: {app: cart}, ports: [{name: http, port: 8000}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: stock, namespace: default}
        spec: {selector: {app: stock}, ports: [{name: http, port: 8000}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: old-cart, namespace: default}
        spec: {type: ExternalName, externalName: cart.default.svc.cluster.local, ports: [{name: http, port: 8000}]}
        """;
    private static final String GATEWAY = """
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: shop, namespace: default}
        spec:
          selector: {istio: ingressgateway}
          servers:
          - {port: {number: 8080, name: http, protocol: HTTP}, hosts: ["*"]}
          - {port: {number: 8443, name: https, protocol: HTTPS}, hosts: ["*"], tls: {mode: SIMPLE, credentialName: c}}
        """;
    private static final ProxyNode CLIENT = Mesh.envoy("client-1", "127.1.0.1", Map.of("app", "client"));
    private static final ProxyNode INGRESS =
            Mesh.gateway("istio-system", Map.of("istio", "ingressgateway", "app", "ingress"));

    private static String rule(String spec) {
        return """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: rule, namespace: default}
            spec:
            """ + spec.indent(2);
    }

    private static List<Route> routes(String spec) {
        return Mesh.of(SHOP, rule("hosts: [cart]\n" + spec))
                .host(CLIENT, "8000", "cart.default.svc.cluster.local:8000")
                .getRoutesList();
    }

    private static RedirectAction redirect(String redirect) {
        return routes("http: [{redirect: " + redirect + "}]\n").getFirst().getRedirect();
    }

    @Shows({"VirtualService.http.redirect.port", "VirtualService.http.redirect.derivePort"})
    @Test
    void aRedirectKeepsTheRequestsPortOnlyIfAskedTo() {
        assertThat(redirect("{authority: a.test, derivePort: FROM_REQUEST_PORT}")
                        .getPortRedirect())
                .isEqualTo(8000);
        assertThat(redirect("{authority: a.test, derivePort: FROM_PROTOCOL_DEFAULT}")
                        .getPortRedirect())
                .as("Envoy's own default")
                .isZero();
    }

    @Test
    void aRedirectNeverNamesTheDefaultPortOfItsScheme() {
        assertThat(redirect("{scheme: https, port: 443}").getPortRedirect()).isZero();
        assertThat(redirect("{scheme: https, port: 8443}").getPortRedirect()).isEqualTo(8443);
        assertThat(redirect("{uri: /x, port: 80}").getPortRedirect()).isZero();
        assertThat(redirect("{uri: /x, port: 443}").getPortRedirect()).isEqualTo(443);
    }

    @Shows("VirtualService.http.redirect.scheme")
    @Test
    void aRedirectBehindTlsStaysAtHttps() {
        Mesh mesh = Mesh.of(
                SHOP, GATEWAY, rule("hosts: [\"*\"]\ngateways: [shop]\nhttp: [{redirect: {uri: /x, port: 443}}]\n"));
        assertThat(mesh.routes(INGRESS, "https.8443.https.shop.default")
                        .getVirtualHosts(0)
                        .getRoutes(0)
                        .getRedirect()
                        .getPortRedirect())
                .isZero();
        assertThat(mesh.routes(INGRESS, "http.8080")
                        .getVirtualHosts(0)
                        .getRoutes(0)
                        .getRedirect()
                        .getPortRedirect())
                .isEqualTo(443);
    }

    @Shows("VirtualService.http.rewrite.authority")
    @Test
    void aRoutesOwnHostRewriteRulesOverItsDestinations() {
        Route route = routes("""
            http:
            - rewrite: {authority: route.test}
              route: [{destination: {host: cart}, headers: {request: {set: {host: destination.test}}}}]
            """).getFirst();
        assertThat(route.getRoute().getHostRewriteLiteral()).isEqualTo("route.test");
    }

    @Shows({
        "VirtualService.http.match.sourceLabels",
        "VirtualService.http.match.sourceNamespace",
        "VirtualService.http.match.gateways"
    })
    @Test
    void aMatchForSomeWorkloadsIsNotForGateways() {
        String spec = """
            hosts: [cart]
            gateways: [shop, mesh]
            http:
            - {match: [{sourceLabels: {app: client}, uri: {prefix: /own}}], route: [{destination: {host: cart}}]}
            - {match: [{sourceNamespace: default, uri: {prefix: /near}}], route: [{destination: {host: cart}}]}
            - {match: [{gateways: [shop], sourceLabels: {app: client}, uri: {prefix: /in}}], route: [{destination: {host: cart}}]}
            - {route: [{destination: {host: cart}}]}
            """;
        Mesh mesh = Mesh.of(SHOP, GATEWAY, rule(spec));
        assertThat(prefixes(mesh.routes(INGRESS, "http.8080").getVirtualHosts(0)))
                .as("where gateways are named, they alone count")
                .containsExactly("/in", "/");
        assertThat(prefixes(mesh.host(CLIENT, "8000", "cart.default.svc.cluster.local:8000")))
                .containsExactly("/own", "/near", "/");
    }

    private static List<String> prefixes(VirtualHost host) {
        return host.getRoutesList().stream().map(r -> r.getMatch().getPrefix()).toList();
    }

    @Test
    void aHostThatNoRegistryKnowsIsServedBesideTheRulesServices() {
        Mesh mesh = Mesh.of(SHOP, rule("hosts: [cart, shop.test]\nhttp: [{route: [{destination: {host: stock}}]}]\n"));
        VirtualHost unknown = mesh.host(CLIENT, "8000", "shop.test:8000");
        assertThat(unknown.getDomainsList()).contains("shop.test");
        assertThat(unknown.getRoutes(0).getRoute().getCluster()).contains("stock");
        ProxyNode laptop = Mesh.node(
                ProxyNode.Role.SIDECAR,
                "client-1",
                "default",
                "127.1.0.1",
                "lateen",
                Map.of(),
                Map.of("LATEEN_APP_ADDRESS", "127.2.0.1", "HTTP_PROXY_PORT", "15001", "INTERCEPTION_MODE", "NONE"));
        assertThat(mesh.host(laptop, "http_proxy", "shop.test:8000").getDomainsList())
                .contains("shop.test", "shop.test:8000");
    }

    @Test
    void aHostThatOnlyARuleKnowsIsServedOnPort80() {
        Mesh mesh = Mesh.of(SHOP, rule("hosts: [shop.test]\nhttp: [{route: [{destination: {host: stock}}]}]\n"));
        assertThat(mesh.host(CLIENT, "80", "shop.test:80").getDomainsList()).contains("shop.test");
        assertThat(mesh.routes(CLIENT, "8000").getVirtualHostsList())
                .noneMatch(v -> v.getName().startsWith("shop.test"));
    }

    @Test
    void aDestinationByAnotherNameIsTheServiceItself() {
        assertThat(routes("http: [{route: [{destination: {host: old-cart}}]}]\n")
                        .getFirst()
                        .getRoute()
                        .getCluster())
                .isEqualTo("outbound|8000||cart.default.svc.cluster.local");
    }

    @Shows("DestinationRule.trafficPolicy.loadBalancer.consistentHash.httpHeaderName")
    @Test
    void eachWeightedDestinationBringsItsHashPolicy() {
        String rules = """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: cart, namespace: default}
            spec: {host: cart, trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: x-user}}}}
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: stock, namespace: default}
            spec: {host: stock, trafficPolicy: {loadBalancer: {consistentHash: {useSourceIp: true}}}}
            ---
            """;
        String both = rule("""
            hosts: [cart]
            http:
            - {match: [{uri: {prefix: /one}}], route: [{destination: {host: cart}}]}
            - route: [{destination: {host: cart}, weight: 1}, {destination: {host: stock}, weight: 1}]
            """);
        List<Route> routes = Mesh.of(SHOP, rules + both)
                .host(CLIENT, "8000", "cart.default.svc.cluster.local:8000")
                .getRoutesList();
        assertThat(routes.get(1).getRoute().getHashPolicyList())
                .extracting(RouteAction.HashPolicy::getPolicySpecifierCase)
                .containsExactly(
                        RouteAction.HashPolicy.PolicySpecifierCase.HEADER,
                        RouteAction.HashPolicy.PolicySpecifierCase.CONNECTION_PROPERTIES);
        assertThat(routes.get(0).getRoute().getRetryPolicy().getRetryHostPredicateCount())
                .as("a request that must come to one host is not sent to another")
                .isZero();
        assertThat(routes.get(1).getRoute().getRetryPolicy().getRetryHostPredicateCount())
                .isOne();
    }

    @Shows({"VirtualService.http.name", "VirtualService.http.match.name"})
    @Test
    void aRoutesNameIsItsOwnAndItsMatchs() {
        assertThat(routes("""
            http:
            - {name: r, match: [{name: m, uri: {prefix: /a}}, {uri: {prefix: /b}}], route: [{destination: {host: cart}}]}
            """)).extracting(Route::getName).containsExactly("r.m", "r");
    }
}

package dev.lateen.istiod.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.schema.Shows;
import dev.lateen.api.xds.TypeUrls;
import dev.lateen.istiod.model.ProxyNode;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What Istio 1.31 added, and what proxies get for it. */
class SinceIstio131Test {
    private static final String SERVICES = """
        apiVersion: v1
        kind: Service
        metadata: {name: db, namespace: default}
        spec: {clusterIP: 10.0.0.7, selector: {app: db}, ports: [{name: http, port: 80}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop}
        spec: {clusterIP: 10.0.0.8, selector: {app: web}, ports: [{name: http, port: 80}]}
        """;
    private static final String DB = "outbound|80||db.default.svc.cluster.local";
    private static final String WEB = "outbound|80||web.shop.svc.cluster.local";
    private static final ProxyNode CLIENT = Mesh.envoy("client-1", "127.1.0.1", Map.of("app", "client"));

    @Test
    void aRedirectMayReplaceThePrefixThatMatched() {
        Mesh mesh = Mesh.of(SERVICES, """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: db}
            spec:
              hosts: [db]
              http: [{match: [{uri: {prefix: /old}}], redirect: {prefixRewrite: /new}}]
            """);
        RedirectAction redirect = mesh.host(CLIENT, "80", "db.default.svc.cluster.local:80")
                .getRoutes(0)
                .getRedirect();
        assertThat(redirect.getPrefixRewrite()).isEqualTo("/new");
    }

    @Test
    void aSidecarLeavesOutWhatItsTildeHostsSay() {
        assertThat(clusters("./*", "shop/*")).contains(DB, WEB);
        assertThat(clusters("*/*", "~shop/*")).contains(DB).doesNotContain(WEB);
        assertThat(clusters("*/*", "~./db.default.svc.cluster.local"))
                .contains(WEB)
                .doesNotContain(DB);
        assertThat(clusters("~/*")).doesNotContain(DB, WEB);
    }

    private static List<String> clusters(String... hosts) {
        String sidecar = """
            apiVersion: networking.istio.io/v1
            kind: Sidecar
            metadata: {name: mine, namespace: default}
            spec: {egress: [{hosts: ["%s"]}]}
            """.formatted(String.join("\", \"", hosts));
        return Mesh.of(SERVICES, sidecar).names(CLIENT, TypeUrls.CLUSTER);
    }

    @Shows("MeshConfig.defaultTrafficPolicy")
    @Test
    void theMeshsLimitsHoldWhereNoDestinationRuleHasAny() {
        String mesh = """
            defaultTrafficPolicy:
              connectionPool: {tcp: {maxConnections: 7}}
              outlierDetection: {consecutive5xxErrors: 3}
            """;
        Mesh all = Mesh.with(mesh, SERVICES, """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: web, namespace: shop}
            spec: {host: web, trafficPolicy: {connectionPool: {http: {maxRetries: 2}}}}
            """);
        assertThat(limits(all.cluster(CLIENT, DB)).getMaxConnections().getValue())
                .isEqualTo(7);
        assertThat(all.cluster(CLIENT, DB)
                        .getOutlierDetection()
                        .getConsecutive5Xx()
                        .getValue())
                .isEqualTo(3);
        Cluster web = all.cluster(CLIENT, WEB);
        assertThat(limits(web).getMaxConnections().getValue())
                .as("the rule's block replaces the whole block")
                .isEqualTo(0xffff_ffff);
        assertThat(limits(web).getMaxRetries().getValue()).isEqualTo(2);
        assertThat(web.hasOutlierDetection()).as("the other block stays").isTrue();
        Cluster unknown = all.cluster(CLIENT, "PassthroughCluster");
        assertThat(limits(unknown).getMaxConnections().getValue()).isEqualTo(7);
    }

    private static CircuitBreakers.Thresholds limits(Cluster cluster) {
        return cluster.getCircuitBreakers().getThresholds(0);
    }

    @Test
    void aServerMayAskForACertificateThatItDoesNotVerify() {
        Mesh mesh = Mesh.of("""
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: edge, namespace: istio-system}
            spec:
              selector: {istio: ingressgateway}
              servers:
              - port: {number: 443, name: https, protocol: HTTPS}
                hosts: ["*"]
                tls: {mode: MUTUAL, credentialName: own, insecureSkipVerify: true}
            """);
        ProxyNode gateway = Mesh.gateway("istio-system", Map.of("istio", "ingressgateway"));
        Listener listener = mesh.listener(gateway, "0.0.0.0_443");
        DownstreamTlsContext tls = Mesh.unpack(
                listener.getFilterChains(0).getTransportSocket().getTypedConfig(), DownstreamTlsContext.class);
        assertThat(tls.getCommonTlsContext()
                        .getCombinedValidationContext()
                        .getDefaultValidationContext()
                        .getTrustChainVerification())
                .isEqualTo(CertificateValidationContext.TrustChainVerification.ACCEPT_UNTRUSTED);
    }
}

package dev.lateen.istiod.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.xds.TypeUrls;
import dev.lateen.istiod.model.ProxyNode;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.extensions.filters.listener.original_src.v3.OriginalSrc;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A pod's annotation goes before the mesh config where istiod decides for the pod's proxy. */
class FollowedSettingsTest {
    private static final String WEB = """
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: default}
        spec: {selector: {app: web}, ports: [{name: http, port: 8000}]}
        """;
    private static final String GATEWAY = """
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: edge, namespace: default}
        spec:
          selector: {app: edge}
          servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
        """;
    private static final String MESH = """
        enableTracing: true
        defaultConfig:
          tracing: {sampling: 10, zipkin: {address: "zipkin.default:9411"}}
          proxyHeaders: {server: {value: mesh}}
        """;

    private static ProxyNode web(String annotation) {
        return node(ProxyNode.Role.SIDECAR, "web", annotation);
    }

    private static ProxyNode node(ProxyNode.Role role, String name, String annotation) {
        Map<String, Object> metadata = annotation.isEmpty()
                ? Map.of()
                : Map.of("ANNOTATIONS", Map.of("proxy.istio.io/config", annotation, "other", "x"));
        return Mesh.node(role, name, "default", "10.1.0.1", "envoy", Map.of("app", name), metadata);
    }

    private static HttpConnectionManager inbound(Mesh mesh, ProxyNode node) {
        return mesh.listener(node, "virtualInbound").getFilterChainsList().stream()
                .filter(chain -> chain.getName().equals("0.0.0.0_8000"))
                .map(Mesh::manager)
                .findFirst()
                .orElseThrow();
    }

    private static double sampling(HttpConnectionManager manager) {
        return manager.getTracing().getRandomSampling().getValue();
    }

    @Test
    void fieldByFieldTheAnnotationGoesBeforeTheMeshConfig() {
        Mesh mesh = Mesh.with(MESH, WEB);
        HttpConnectionManager plain = inbound(mesh, web(""));
        assertThat(sampling(plain)).isEqualTo(10);
        assertThat(plain.getServerName()).isEqualTo("mesh");

        HttpConnectionManager own = inbound(mesh, web("tracing: {sampling: 50}\n"));
        assertThat(sampling(own)).isEqualTo(50);
        assertThat(own.getServerName()).isEqualTo("mesh");

        HttpConnectionManager headers = inbound(mesh, web("proxyHeaders: {server: {value: own}}"));
        assertThat(sampling(headers)).isEqualTo(10);
        assertThat(headers.getServerName()).isEqualTo("own");
        // The others' answer is not the one that was made for it.
        assertThat(inbound(mesh, web("")).getServerName()).isEqualTo("mesh");
    }

    @Test
    void anAnnotationThatCantBeReadSaysNothing() {
        Mesh mesh = Mesh.with(MESH, WEB);
        assertThat(sampling(inbound(mesh, web("tracing: {sampling: many}")))).isEqualTo(10);
        assertThat(sampling(inbound(mesh, web("{")))).isEqualTo(10);
    }

    private static ProxyNode behind(String mode) {
        return Mesh.node(
                ProxyNode.Role.SIDECAR,
                "web",
                "default",
                "10.1.0.1",
                "envoy",
                Map.of("app", "web"),
                Map.of("INTERCEPTION_MODE", mode));
    }

    @Test
    void listenersOfTproxyAreTransparentAndKeepTheCallersAddress() throws Exception {
        Mesh mesh = Mesh.with(MESH, WEB);
        Listener redirected = mesh.listener(behind("REDIRECT"), "virtualInbound");
        assertThat(redirected.hasTransparent()).isFalse();
        assertThat(mesh.listener(behind("REDIRECT"), "virtualOutbound").hasTransparent())
                .isFalse();
        Listener inbound = mesh.listener(behind("TPROXY"), "virtualInbound");
        assertThat(inbound.getTransparent().getValue()).isTrue();
        assertThat(inbound.getListenerFiltersList())
                .extracting(ListenerFilter::getName)
                .startsWith("envoy.filters.listener.original_dst", "envoy.filters.listener.original_src");
        assertThat(inbound.getListenerFilters(1)
                        .getTypedConfig()
                        .unpack(OriginalSrc.class)
                        .getMark())
                .isEqualTo(1337);
        assertThat(mesh.listener(behind("TPROXY"), "virtualOutbound")
                        .getTransparent()
                        .getValue())
                .isTrue();
        // The answer of the one is not the other's.
        assertThat(mesh.listener(behind("REDIRECT"), "virtualInbound")).isEqualTo(redirected);
        assertThat(mesh.names(behind("NONE"), TypeUrls.LISTENER)).doesNotContain("virtualInbound");
    }

    @Test
    void aGatewaySaysWhatStandsBeforeIt() {
        Mesh mesh = Mesh.with("{}", GATEWAY);
        ProxyNode behind =
                node(ProxyNode.Role.ROUTER, "edge", "gatewayTopology: {numTrustedProxies: 2, proxyProtocol: {}}");
        assertThat(mesh.listener(behind, "0.0.0.0_80").getListenerFiltersList())
                .extracting(ListenerFilter::getName)
                .containsExactly("envoy.filters.listener.proxy_protocol");
        assertThat(Mesh.manager(mesh.listener(behind, "0.0.0.0_80").getFilterChains(0))
                        .getXffNumTrustedHops())
                .isEqualTo(2);
        assertThat(mesh.listener(node(ProxyNode.Role.ROUTER, "edge", ""), "0.0.0.0_80")
                        .getListenerFiltersList())
                .isEmpty();
    }

    @Test
    void whatOurProxyCantListenOnIsLeftOutForItAlone() {
        String servers = GATEWAY.replace(
                "servers: [",
                "servers: [{port: {number: 0, name: socket, protocol: HTTP}, bind: \"unix:///run/a\", hosts:"
                        + " [\"*\"]}, ");
        Mesh mesh = Mesh.with("{}", servers);
        ProxyNode ours = Mesh.node(
                ProxyNode.Role.ROUTER, "edge", "default", "10.1.0.1", "lateen", Map.of("app", "edge"), Map.of());
        assertThat(mesh.names(ours, TypeUrls.LISTENER)).containsExactly("0.0.0.0_80");
        assertThat(mesh.names(node(ProxyNode.Role.ROUTER, "edge", ""), TypeUrls.LISTENER))
                .containsExactlyInAnyOrder("0.0.0.0_80", "unix:///run/a_0");
    }
}

package dev.lateen.istiod.translate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import dev.lateen.api.schema.Shows;
import dev.lateen.api.xds.TypeUrls;
import dev.lateen.istiod.model.ProxyNode;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.KeepaliveSettings;
import io.envoyproxy.envoy.config.core.v3.TcpKeepalive;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rarer settings of connections, and what proxies get for them, stock Envoys and our own alike. */
class UpstreamTranslationTest {
    private static final String DB = """
        apiVersion: v1
        kind: Service
        metadata: {name: db, namespace: default}
        spec: {clusterIP: 10.0.0.7, selector: {app: db}, ports: [{name: grpc, port: 80}]}
        """;
    private static final String NAME = "outbound|80||db.default.svc.cluster.local";
    private static final ProxyNode STOCK = Mesh.envoy("client-1", "127.1.0.1", Map.of("app", "client"));
    private static final ProxyNode OURS = Mesh.node(
            ProxyNode.Role.SIDECAR, "client-1", "default", "127.1.0.1", "lateen", Map.of("app", "client"), Map.of());
    private static final ProxyNode INGRESS = Mesh.gateway("istio-system", Map.of("istio", "ingressgateway"));

    private static Mesh rule(String policy) {
        return Mesh.of(DB + """
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: db, namespace: default}
            spec: {host: db, trafficPolicy: %s}
            """.formatted(policy));
    }

    private static void sameForBoth(Mesh mesh, java.util.function.Consumer<Cluster> check) {
        check.accept(mesh.cluster(STOCK, NAME));
        check.accept(mesh.cluster(OURS, NAME));
    }

    private static Http2ProtocolOptions http2(Cluster cluster) {
        return Mesh.unpack(
                        cluster.getTypedExtensionProtocolOptionsOrThrow(
                                "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"),
                        HttpProtocolOptions.class)
                .getExplicitHttpConfig()
                .getHttp2ProtocolOptions();
    }

    @Test
    void http2ConnectionsHaveTheirLimitAndTheirPings() {
        Mesh mesh = rule("{connectionPool: {http: {maxConcurrentStreams: 7, http2KeepAlive: {interval: 30s, timeout:"
                + " 5s}}}}");
        sameForBoth(mesh, cluster -> {
            Http2ProtocolOptions options = http2(cluster);
            assertThat(options.getMaxConcurrentStreams().getValue()).isEqualTo(7);
            KeepaliveSettings pings = options.getConnectionKeepalive();
            assertThat(pings.getInterval().getSeconds()).isEqualTo(30);
            assertThat(pings.getTimeout().getSeconds()).isEqualTo(5);
        });
        assertThat(mesh.snapshot.problems()).isEmpty();
    }

    @Test
    void tcpProbesAreTheMeshsUnlessARuleSaysOtherwise() {
        String mesh = "tcpKeepalive: {time: 60s, interval: 10s, probes: 3}";
        sameForBoth(Mesh.with(mesh, DB), cluster -> {
            TcpKeepalive keepalive = cluster.getUpstreamConnectionOptions().getTcpKeepalive();
            assertThat(keepalive.getKeepaliveTime().getValue()).isEqualTo(60);
            assertThat(keepalive.getKeepaliveInterval().getValue()).isEqualTo(10);
            assertThat(keepalive.getKeepaliveProbes().getValue()).isEqualTo(3);
        });
        assertThat(Mesh.with(mesh, DB).snapshot.problems()).isEmpty();
        Mesh own = rule("{connectionPool: {tcp: {tcpKeepalive: {time: 7s}}}}");
        sameForBoth(
                own,
                cluster -> assertThat(cluster.getUpstreamConnectionOptions()
                                .getTcpKeepalive()
                                .getKeepaliveTime()
                                .getValue())
                        .isEqualTo(7));
        assertThat(own.snapshot.problems()).isEmpty();
    }

    @Test
    void newEndpointsWarmUpAsTheRuleSays() {
        Mesh turns = rule("{loadBalancer: {simple: ROUND_ROBIN, warmup: {duration: 30s, minimumPercent: 25, aggression:"
                + " 2}}}");
        sameForBoth(turns, cluster -> {
            Cluster.SlowStartConfig slow = cluster.getRoundRobinLbConfig().getSlowStartConfig();
            assertThat(slow.getSlowStartWindow().getSeconds()).isEqualTo(30);
            assertThat(slow.getMinWeightPercent().getValue()).isEqualTo(25);
            assertThat(slow.getAggression().getDefaultValue()).isEqualTo(2);
        });
        assertThat(turns.snapshot.problems()).isEmpty();
        sameForBoth(rule("{loadBalancer: {warmup: {duration: 30s}}}"), cluster -> {
            Cluster.SlowStartConfig slow = cluster.getLeastRequestLbConfig().getSlowStartConfig();
            assertThat(slow.getMinWeightPercent().getValue()).isEqualTo(10);
            assertThat(slow.getAggression().getDefaultValue()).isEqualTo(1);
        });
    }

    @Shows("DestinationRule.trafficPolicy.loadBalancer.warmupDurationSecs")
    @Test
    void theOlderWarmupHasNothingButItsWindow() {
        Mesh older = rule("{loadBalancer: {simple: LEAST_REQUEST, warmupDurationSecs: 9s}}");
        sameForBoth(
                older,
                cluster -> assertThat(cluster.getLeastRequestLbConfig().getSlowStartConfig())
                        .isEqualTo(Cluster.SlowStartConfig.newBuilder()
                                .setSlowStartWindow(Duration.newBuilder().setSeconds(9))
                                .build()));
        assertThat(older.snapshot.problems()).isEmpty();
    }

    @Test
    void theProxyProtocolIsSpokenByAll() {
        Mesh mesh = rule("{proxyProtocol: {version: V2}, tls: {mode: DISABLE}}");
        sameForBoth(
                mesh,
                cluster -> assertThat(cluster.getTransportSocket().getName())
                        .isEqualTo("envoy.transport_sockets.upstream_proxy_protocol"));
        assertThat(mesh.snapshot.problems()).isEmpty();
    }

    @Test
    void whatNoProxyFollowsIsNamed() {
        assertThat(rule("{retryBudget: {percent: 10, budgetInterval: 5s}}")
                        .snapshot
                        .problems())
                .singleElement()
                .asString()
                .contains("spec.trafficPolicy.retryBudget.budgetInterval", "has no effect");
        assertThat(rule("{outlierDetection: {outlierDetectionHttpErrorCodes: [429]}}")
                        .snapshot
                        .problems())
                .singleElement()
                .asString()
                .contains("spec.trafficPolicy.outlierDetection.outlierDetectionHttpErrorCodes", "has no effect");
    }

    // --- gateways

    private static String gateway(String tls) {
        return """
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: web, namespace: default}
            spec:
              selector: {istio: ingressgateway}
              servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: ["*"], tls: %s}]
            """.formatted(tls);
    }

    private static CommonTlsContext tls(String tls) {
        Listener listener = Mesh.of(gateway(tls)).listener(INGRESS, "0.0.0.0_443");
        return Mesh.unpack(
                        listener.getFilterChains(0).getTransportSocket().getTypedConfig(), DownstreamTlsContext.class)
                .getCommonTlsContext();
    }

    private static String secret(String name, String data) {
        return "apiVersion: v1\nkind: Secret\nmetadata: {name: %s, namespace: istio-system}\ndata: %s\n"
                .formatted(name, data);
    }

    @Test
    void rootsOfClientsAreASecretsWhateverItsName() {
        String pem = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n";
        String base64 = Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII));
        for (String name : new String[] {"roots", "roots-cacert"}) {
            Mesh mesh = Mesh.of(
                    gateway("{mode: MUTUAL, credentialName: web, caCertCredentialName: " + name + "}"),
                    secret(name, "{ca.crt: " + base64 + "}"));
            Listener listener = mesh.listener(INGRESS, "0.0.0.0_443");
            String asked = Mesh.unpack(
                            listener.getFilterChains(0).getTransportSocket().getTypedConfig(),
                            DownstreamTlsContext.class)
                    .getCommonTlsContext()
                    .getCombinedValidationContext()
                    .getValidationContextSdsSecretConfig()
                    .getName();
            Secret answer = Mesh.unpack(mesh.translation(INGRESS).named(TypeUrls.SECRET, asked), Secret.class);
            assertThat(answer.getName()).isEqualTo(asked);
            assertThat(answer.getValidationContext()
                            .getTrustedCa()
                            .getInlineBytes()
                            .toStringUtf8())
                    .isEqualTo(pem);
        }
    }

    @Test
    void rootsMayStandBesideTheFilesOfAPair() {
        CommonTlsContext context = tls("{mode: OPTIONAL_MUTUAL, tlsCertificates: [{serverCertificate: /a.pem,"
                + " privateKey: /a.key, caCertificates: /roots.pem}]}");
        assertThat(context.getCombinedValidationContext()
                        .getValidationContextSdsSecretConfig()
                        .getName())
                .isEqualTo("file-root:/roots.pem");
    }

    @Test
    void suitesThatNobodyKnowsAreLeftOut() {
        assertThat(tls("{mode: SIMPLE, credentialName: c, cipherSuites: [NOSUCH, ECDHE-RSA-AES256-GCM-SHA384,"
                                + " ECDHE-RSA-AES256-GCM-SHA384]}")
                        .getTlsParams()
                        .getCipherSuitesList())
                .containsExactly("ECDHE-RSA-AES256-GCM-SHA384");
    }

    @Test
    void revokedClientsStandInAFile() {
        assertThat(tls("{mode: MUTUAL, serverCertificate: /a.pem, privateKey: /a.key, caCertificates: /r.pem, caCrl:"
                                + " /crl.pem}")
                        .getCombinedValidationContext()
                        .getDefaultValidationContext()
                        .getCrl()
                        .getFilename())
                .isEqualTo("/crl.pem");
    }
}

package dev.lateen.istiod.discovery;

import static dev.lateen.api.xds.TypeUrls.CLUSTER;
import static dev.lateen.api.xds.TypeUrls.ENDPOINT;
import static dev.lateen.api.xds.TypeUrls.LISTENER;
import static dev.lateen.api.xds.TypeUrls.SECRET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.lateen.api.identity.SpiffeId;
import dev.lateen.istiod.discovery.CallerCheck.Verdict;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.grpc.common.GrpcStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Peers that are not who they say, or don't speak the protocol. */
class StrangersTest {
    private static final String GATEWAY = "router~10.0.0.2~ingress-1.istio-system~istio-system.svc.cluster.local";
    private static final DiscoverySettings USUAL = DiscoverySettings.defaults("test");

    private static CallerCheck known(String namespace, String account) {
        return (tls, authorization) -> new Verdict.Known(new SpiffeId("cluster.local", namespace, account));
    }

    private static DeltaDiscoveryRequest first(String nodeId, String typeUrl, String... names) {
        return DeltaDiscoveryRequest.newBuilder()
                .setNode(Node.newBuilder().setId(nodeId))
                .setTypeUrl(typeUrl)
                .addAllResourceNamesSubscribe(List.of(names))
                .build();
    }

    @Test
    void aCredentialIsGoodForItsOwnNamespaceOnly() {
        try (Ads ads = new Ads(USUAL, known("other", "default"));
                AdsPeer peer = ads.delta()) {
            peer.subscribe(CLUSTER);
            assertThat(peer.status()).isEqualTo(GrpcStatus.PERMISSION_DENIED);
            assertThat(peer.statusMessage())
                    .contains("claims namespace default")
                    .contains("namespace other");
        }
    }

    @Test
    void aFittingCredentialIsLetIn() {
        try (Ads ads = new Ads(USUAL, known("default", "default"));
                AdsPeer peer = ads.delta()) {
            ads.server.publish(FakeMesh.version(1).with(CLUSTER, "a"));
            peer.subscribe(CLUSTER);
            assertThat(AdsPeer.names(peer.hear())).containsExactly("a");
        }
    }

    @Test
    void whoeverIsRefusedLearnsWhy() {
        try (Ads ads = new Ads(USUAL, (tls, authorization) -> new Verdict.Refused("token: expired"));
                AdsPeer peer = ads.delta()) {
            peer.subscribe(CLUSTER);
            assertThat(peer.status()).isEqualTo(GrpcStatus.UNAUTHENTICATED);
            assertThat(peer.statusMessage()).contains("token: expired");
        }
    }

    @Test
    void identitiesOfTheControlPlanesOwnNamespaceAskAboutOthers() {
        DiscoverySettings elsewhere = USUAL.withNamespace("mesh");
        try (Ads ads = new Ads(elsewhere, known("mesh", "istiod"));
                AdsPeer tool = ads.delta()) {
            ads.server.publish(FakeMesh.version(1));
            tool.raw(first("sidecar~10.0.0.3~tool.mesh~mesh.svc.cluster.local", "istio.io/debug/syncz"));
            assertThat(tool.hear().getTypeUrl()).isEqualTo("istio.io/debug/syncz");
        }
        try (Ads ads = new Ads(elsewhere, known("istio-system", "istiod"));
                AdsPeer tool = ads.delta()) {
            tool.raw(first(GATEWAY, "istio.io/debug/syncz"));
            assertThat(tool.status()).isEqualTo(GrpcStatus.PERMISSION_DENIED);
            assertThat(tool.statusMessage()).contains("(accepted: an identity of namespace mesh)");
        }
    }

    @Test
    void secretsAreForProvenProxiesOfTheirNamespace() {
        FakeMesh mesh = FakeMesh.version(1).with(SECRET, "kubernetes://cert", "kubernetes://default/cert");
        try (Ads ads = new Ads(USUAL, known("istio-system", "ingress"));
                AdsPeer peer = ads.delta()) {
            ads.server.publish(mesh);
            peer.raw(first(GATEWAY, SECRET, "kubernetes://cert", "kubernetes://default/cert"));
            var response = peer.hear();
            assertThat(AdsPeer.names(response)).containsExactly("kubernetes://cert");
            assertThat(response.getRemovedResourcesList()).containsExactly("kubernetes://default/cert");
        }
        try (Ads ads = new Ads(USUAL, CallerCheck.NONE);
                AdsPeer peer = ads.delta()) {
            ads.server.publish(mesh);
            peer.raw(first(GATEWAY, SECRET, "kubernetes://cert"));
            assertThat(peer.hear().getRemovedResourcesList()).containsExactly("kubernetes://cert");
        }
        // A sidecar has to prove who it is as well; which secrets there are for it is the translation's to say.
        try (Ads ads = new Ads(USUAL, CallerCheck.NONE);
                AdsPeer sidecar = ads.delta()) {
            ads.server.publish(mesh);
            sidecar.raw(first(AdsPeer.NODE_ID, SECRET, "kubernetes://cert"));
            assertThat(sidecar.hear().getRemovedResourcesList()).containsExactly("kubernetes://cert");
        }
        try (Ads ads = new Ads(USUAL, known("default", "web"));
                AdsPeer sidecar = ads.delta()) {
            ads.server.publish(mesh.with(SECRET, "kubernetes://elsewhere/cert"));
            sidecar.raw(first(AdsPeer.NODE_ID, SECRET, "kubernetes://elsewhere/cert"));
            assertThat(sidecar.hear().getRemovedResourcesList()).containsExactly("kubernetes://elsewhere/cert");
        }
    }

    @Test
    void bytesThatAreNoRequestEndTheStream() {
        assertRefused("hello, is this xDS?".getBytes(StandardCharsets.UTF_8), GrpcStatus.INVALID_ARGUMENT, "malformed");
    }

    @Test
    void aMessageThatIsTooLargeEndsTheStreamAndLeavesItsPlace() {
        DiscoverySettings one = USUAL.withStreams(1, Duration.ofSeconds(30), Duration.ZERO);
        try (Ads ads = new Ads(one, CallerCheck.NONE);
                AdsPeer boaster = ads.delta();
                AdsPeer next = ads.delta()) {
            ads.server.publish(FakeMesh.version(1).with(CLUSTER, "a"));
            boaster.subscribe(CLUSTER);
            boaster.hearAndAcknowledge(CLUSTER);
            boaster.raw(new byte[8 * 1024 * 1024]);
            assertThat(boaster.status()).isEqualTo(GrpcStatus.RESOURCE_EXHAUSTED);
            await().until(() -> ads.server.proxies().isEmpty());
            next.subscribe(CLUSTER);
            assertThat(AdsPeer.names(next.hear())).containsExactly("a");
        }
    }

    @Test
    void aFirstRequestWithoutNodeEndsTheStream() {
        byte[] nobody =
                DeltaDiscoveryRequest.newBuilder().setTypeUrl(CLUSTER).build().toByteArray();
        assertRefused(nobody, GrpcStatus.INVALID_ARGUMENT, "node: absent");
    }

    @Test
    void aNodeIdThatIsNotIstiosEndsTheStream() {
        assertRefused(first("envoy-1", CLUSTER).toByteArray(), GrpcStatus.INVALID_ARGUMENT, "found \"envoy-1\"");
        assertRefused(
                first("ztunnel~1.1.1.1~a.b~c", CLUSTER).toByteArray(),
                GrpcStatus.INVALID_ARGUMENT,
                "sidecar or router");
    }

    @Test
    void aGrpcClientWithoutAProxyIsToldAtOnceThatItIsNotServed() {
        Struct metadata = Struct.newBuilder()
                .putFields(
                        "GENERATOR", Value.newBuilder().setStringValue("grpc").build())
                .build();
        byte[] request = DeltaDiscoveryRequest.newBuilder()
                .setNode(Node.newBuilder().setId(AdsPeer.NODE_ID).setMetadata(metadata))
                .setTypeUrl(LISTENER)
                .addResourceNamesSubscribe("echo.default.svc.cluster.local:50051")
                .build()
                .toByteArray();
        assertRefused(request, GrpcStatus.UNIMPLEMENTED, "proxyless gRPC (GENERATOR: grpc) is not served");
    }

    @Test
    void anEmptyTypeEndsTheStream() {
        assertRefused(first(AdsPeer.NODE_ID, "").toByteArray(), GrpcStatus.INVALID_ARGUMENT, "type_url: empty");
    }

    @Test
    void namesWithoutEndAreRefused() {
        assertRefused(
                first(AdsPeer.NODE_ID, ENDPOINT, "n".repeat(2000)).toByteArray(),
                GrpcStatus.INVALID_ARGUMENT,
                "longer than 1024");
        String[] many = new String[ProxySession.MOST_NAMES + 1];
        Arrays.setAll(many, Integer::toString);
        try (Ads ads = new Ads();
                AdsPeer peer = ads.delta()) {
            int half = many.length / 2;
            peer.raw(first(AdsPeer.NODE_ID, ENDPOINT, Arrays.copyOf(many, half)));
            peer.raw(first(AdsPeer.NODE_ID, ENDPOINT, Arrays.copyOfRange(many, half, many.length)));
            assertThat(peer.status()).isEqualTo(GrpcStatus.RESOURCE_EXHAUSTED);
        }
    }

    @Test
    void aStreamOnWhichNothingIsSaidIsEnded() {
        DiscoverySettings impatient = USUAL.withStreams(10, Duration.ofMillis(50), Duration.ZERO);
        HttpClientOptions plainHttp2 =
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false);
        try (Ads ads = new Ads(impatient, CallerCheck.NONE)) {
            // Held to the end, or the garbage collector may close it.
            HttpClient client = ads.vertx.createHttpClient(plainHttp2);
            HttpClientRequest silent = client.request(
                            HttpMethod.POST,
                            ads.port(),
                            "127.0.0.1",
                            "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources")
                    .await();
            silent.putHeader("content-type", "application/grpc")
                    .setChunked(true)
                    .writeHead();
            HttpClientResponse response = silent.response().await();
            response.end().await();
            String inHeaders = response.getHeader("grpc-status");
            assertThat(inHeaders != null ? inHeaders : response.getTrailer("grpc-status"))
                    .isEqualTo("4");
            client.close().await();
        }
    }

    @Test
    void moreStreamsThanAllowedAreRefused() {
        DiscoverySettings one = USUAL.withStreams(1, Duration.ofSeconds(30), Duration.ZERO);
        try (Ads ads = new Ads(one, CallerCheck.NONE);
                AdsPeer first = ads.delta();
                AdsPeer second = ads.delta()) {
            ads.server.publish(FakeMesh.version(1));
            first.subscribe(CLUSTER);
            first.hear();
            second.subscribe(CLUSTER);
            assertThat(second.status()).isEqualTo(GrpcStatus.RESOURCE_EXHAUSTED);
        }
    }

    @Test
    void anOldStreamIsEndedSoThatItsProxyLooksAgain() {
        DiscoverySettings shortLived = USUAL.withStreams(10, Duration.ofSeconds(30), Duration.ofMillis(100));
        try (Ads ads = new Ads(shortLived, CallerCheck.NONE);
                AdsPeer peer = ads.delta()) {
            peer.subscribe(CLUSTER);
            assertThat(peer.status()).isEqualTo(GrpcStatus.OK);
        }
    }

    private static void assertRefused(byte[] message, GrpcStatus status, String reason) {
        try (Ads ads = new Ads();
                AdsPeer peer = ads.delta()) {
            ads.server.publish(FakeMesh.version(1));
            peer.raw(message);
            assertThat(peer.status()).isEqualTo(status);
            assertThat(peer.statusMessage()).contains(reason);
            assertThat(ads.told)
                    .anySatisfy(line -> assertThat(line).startsWith("refused: ").contains(reason));
        }
    }
}

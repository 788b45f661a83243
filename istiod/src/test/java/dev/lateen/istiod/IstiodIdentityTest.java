package dev.lateen.istiod;

import static dev.lateen.api.xds.TypeUrls.CLUSTER;
import static dev.lateen.api.xds.TypeUrls.SECRET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lateen.api.ca.IstioCertificateRequest;
import dev.lateen.api.ca.IstioCertificateResponse;
import dev.lateen.istiod.ca.KeyPairAndChain;
import dev.lateen.istiod.ca.TokenIssuer;
import dev.lateen.istiod.discovery.AdsPeer;
import dev.lateen.istiod.listen.ListenAddress;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;

/** Who gets certificates and secrets of istiod, and by what. */
class IstiodIdentityTest extends IstiodFixture {
    private static final String CREDENTIAL = """
        apiVersion: v1
        kind: Secret
        metadata: {name: credential, namespace: istio-system}
        type: kubernetes.io/tls
        data: {KEYPAIR}
        ---
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: shop, namespace: istio-system}
        spec:
          selector: {istio: ingressgateway}
          servers:
          - port: {number: 443, name: https, protocol: HTTPS}
            hosts: [shop.example]
            tls: {mode: SIMPLE, credentialName: credential}
        """;

    @Test
    void anAgentGetsACertificateAndSpeaksXdsWithIt() throws Exception {
        KeyPair key = newKey();
        List<String> chain = certificate(key, istiod.tokens().mint("default", "reviews", Duration.ofHours(1)));
        try (AdsPeer peer = secure(key, chain, null)) {
            peer.raw(hello("default", CLUSTER));
            assertThat(AdsPeer.names(peer.hearAndAcknowledge(CLUSTER)))
                    .contains("outbound|9080||reviews.default.svc.cluster.local");
        }
        try (AdsPeer peer = secure(key, chain, null)) {
            peer.raw(hello("other", CLUSTER));
            assertThat(peer.status()).isEqualTo(GrpcStatus.PERMISSION_DENIED);
        }
    }

    @Test
    void theSecurePortAsksForACredential() {
        try (AdsPeer peer = secure(null, List.of(), null)) {
            peer.raw(hello("default", CLUSTER));
            assertThat(peer.status()).isEqualTo(GrpcStatus.UNAUTHENTICATED);
        }
        try (AdsPeer peer = secure(null, List.of(), istiod.tokens().mint("default", "x", Duration.ofHours(1)))) {
            peer.raw(hello("default", CLUSTER));
            assertThat(AdsPeer.names(peer.hear())).isNotEmpty();
        }
    }

    @Test
    void aGatewaysKeyIsForProvenGatewaysOnlyOnLoopbackToo() throws Exception {
        Files.writeString(config.resolve("credential.yaml"), CREDENTIAL.replace("KEYPAIR", keyPair()));
        await().until(() -> snapshot().version() > 1);
        String secret = "kubernetes://credential";
        try (AdsPeer anyone = plain()) {
            anyone.raw(gateway(secret));
            assertThat(anyone.hear().getRemovedResourcesList()).containsExactly(secret);
        }
        String forged = TokenIssuer.openOrCreate(directory.resolve("other.jwk"), InstantSource.system())
                .mint("istio-system", "ingress", Duration.ofHours(1));
        try (AdsPeer liar = plain(forged)) {
            liar.raw(gateway(secret));
            assertThat(liar.hear().getRemovedResourcesList()).containsExactly(secret);
        }
        String token = istiod.tokens().mint("istio-system", "ingress", Duration.ofHours(1));
        try (AdsPeer known = plain(token);
                AdsPeer secured = secure(null, List.of(), token)) {
            known.raw(gateway(secret));
            assertThat(AdsPeer.names(known.hear())).containsExactly(secret);
            secured.raw(gateway(secret));
            assertThat(AdsPeer.names(secured.hear())).containsExactly(secret);
        }
        String sidecar = istiod.tokens().mint("default", "web", Duration.ofHours(1));
        try (AdsPeer other = plain(sidecar)) {
            other.raw(gateway(secret));
            assertThat(other.status()).isEqualTo(GrpcStatus.PERMISSION_DENIED);
        }
    }

    /** A server certificate as the two lines of a Secret's data. */
    private String keyPair() {
        KeyPairAndChain pair = istiod.authority().issueServer(List.of("shop.example"), List.of(), Duration.ofDays(1));
        Base64.Encoder base64 = Base64.getEncoder();
        return "tls.crt: " + base64.encodeToString(pair.chainPem().getBytes(StandardCharsets.US_ASCII)) + ", tls.key: "
                + base64.encodeToString(pair.keyPem().getBytes(StandardCharsets.US_ASCII));
    }

    private static DeltaDiscoveryRequest gateway(String secret) {
        return DeltaDiscoveryRequest.newBuilder()
                .setNode(Node.newBuilder().setId("router~10.9.9.9~ingress.istio-system~istio-system.svc.cluster.local"))
                .setTypeUrl(SECRET)
                .addResourceNamesSubscribe(secret)
                .build();
    }

    @Test
    void itsCertificateIsForTheAddressItListensOn() throws Exception {
        for (String address : List.of("127.0.0.9:0", ":0")) {
            IstiodBootstrap elsewhere = IstiodBootstrap.onLoopback(List.of(config), directory.resolve("elsewhere"))
                    .withAddresses(
                            ListenAddress.parse("--grpcAddr", "127.0.0.1:0"),
                            ListenAddress.parse("--secureGRPCAddr", address),
                            null,
                            ListenAddress.parse("--monitoringAddr", "127.0.0.1:0"));
            Istiod other = deployed(new Istiod(elsewhere, Istiod.Surroundings.none()));
            String reached = address.startsWith(":") ? "127.0.0.1" : "127.0.0.9";
            HttpClientOptions options = new HttpClientOptions()
                    .setProtocolVersion(HttpVersion.HTTP_2)
                    .setSsl(true)
                    .setUseAlpn(true)
                    .setTrustOptions(new PemTrustOptions()
                            .addCertValue(Buffer.buffer(other.authority().rootPem())));
            var client = vertx.createHttpClient(options);
            client.request(HttpMethod.GET, other.addresses().secureGrpc(), reached, "/")
                    .await();
            client.close().await();
            vertx.undeploy(other.deploymentID()).await();
        }
    }

    private static KeyPair newKey() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private List<String> certificate(KeyPair key, String token) throws Exception {
        byte[] csr = new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=agent"), key.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate()))
                .getEncoded();
        String pem = "-----BEGIN CERTIFICATE REQUEST-----\n"
                + Base64.getMimeEncoder().encodeToString(csr)
                + "\n-----END CERTIFICATE REQUEST-----\n";
        GrpcClient client = GrpcClient.client(vertx, tls(null, List.of()));
        GrpcClientRequest<Buffer, Buffer> request = client.request(
                        SocketAddress.inetSocketAddress(istiod.addresses().secureGrpc(), "127.0.0.1"))
                .await();
        request.serviceName(ServiceName.create("istio.v1.auth", "IstioCertificateService"))
                .methodName("CreateCertificate");
        request.headers().set("authorization", "Bearer " + token);
        request.end(Buffer.buffer(
                IstioCertificateRequest.newBuilder().setCsr(pem).build().toByteArray()));
        Buffer answer = request.response().compose(response -> response.last()).await();
        client.close().await();
        return IstioCertificateResponse.parseFrom(answer.getBytes()).getCertChainList();
    }
}

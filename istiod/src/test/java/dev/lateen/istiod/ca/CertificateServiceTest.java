package dev.lateen.istiod.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.lateen.api.ca.IstioCertificateRequest;
import dev.lateen.api.ca.IstioCertificateResponse;
import dev.lateen.api.identity.SpiffeId;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateServiceTest {
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private final Vertx vertx = Vertx.vertx();

    /** Held to the end, or the garbage collector may close it. */
    private @Nullable GrpcClient client;

    private final InstantSource clock = InstantSource.fixed(now);

    @TempDir
    private Path state;

    private CertificateAuthority authority;
    private TokenIssuer tokens;
    private HttpServer http;

    @BeforeEach
    void serve() throws IOException {
        authority = files().openOrCreate(state.resolve("ca"), "cluster.local");
        tokens = TokenIssuer.openOrCreate(state.resolve("tokens.jwk"), clock);
        GrpcServer grpc = GrpcServer.server(vertx);
        new CertificateService(
                        authority,
                        new Callers(tokens, "cluster.local"),
                        Duration.ofHours(24),
                        Duration.ofDays(90),
                        CaEvents.NONE)
                .serveOn(grpc);
        http = vertx.createHttpServer()
                .requestHandler(grpc)
                .listen(0, "127.0.0.1")
                .await();
    }

    @AfterEach
    void close() {
        vertx.close().await();
    }

    private AuthorityFiles files() {
        return new AuthorityFiles(clock, new SecureRandom());
    }

    @Test
    void aTokensOwnerGetsACertificateForItsIdentityWhateverItsRequestSays() throws Exception {
        List<String> chain = ask(token("reviews"), csr(ec("secp256r1"), "spiffe://cluster.local/ns/x/sa/admin"), 0)
                .getCertChainList();

        assertThat(chain).hasSize(2).last().isEqualTo(authority.rootPem());
        X509Certificate leaf = Pem.certificates(chain.getFirst()).getFirst();
        assertThat(leaf.getSubjectAlternativeNames())
                .containsExactly(List.of(6, "spiffe://cluster.local/ns/default/sa/reviews"));
        assertThat(leaf.getCriticalExtensionOIDs()).contains(Extension.subjectAlternativeName.getId());
        assertThat(leaf.getSubjectX500Principal().getName()).isEmpty();
        assertThat(leaf.getSigAlgName()).isEqualTo("SHA256withECDSA");
        assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
        assertThat(leaf.getExtendedKeyUsage()).containsExactlyInAnyOrder("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        assertThat(leaf.getNotAfter().toInstant()).isEqualTo(now.plusSeconds(86_400));
        assertThat(leaf.getNotBefore().toInstant()).isEqualTo(now.minusSeconds(120));
        verify(leaf);
    }

    private void verify(X509Certificate leaf) throws Exception {
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(authority.root(), null)));
        parameters.setRevocationEnabled(false);
        CertPathValidator.getInstance("PKIX")
                .validate(CertificateFactory.getInstance("X.509").generateCertPath(List.of(leaf)), parameters);
    }

    @Test
    void theAskedValidityCountsUpToTheLongest() throws Exception {
        assertThat(ttl(20)).isEqualTo(20);
        assertThat(ttl(Long.MAX_VALUE)).isEqualTo(TimeUnit.DAYS.toSeconds(90));
        assertThat(ttl(-5)).isEqualTo(TimeUnit.DAYS.toSeconds(1));
    }

    private long ttl(long asked) throws Exception {
        String leaf = ask(token("a"), csr(ec("secp256r1"), null), asked).getCertChain(0);
        Instant end = Pem.certificates(leaf).getFirst().getNotAfter().toInstant();
        return Math.round(Duration.between(now, end).toMillis() / 1000.0);
    }

    @Test
    void keysOfUsualKindsAreSigned() throws Exception {
        for (KeyPair key : List.of(ec("secp384r1"), rsa(2048))) {
            String leaf = ask(token("a"), csr(key, null), 0).getCertChain(0);
            assertThat(Pem.certificates(leaf).getFirst().getPublicKey()).isEqualTo(key.getPublic());
        }
    }

    @Test
    void weakKeysAndBrokenRequestsAreRefused() throws Exception {
        assertRefused(token("a"), csr(rsa(1024), null), GrpcStatus.INVALID_ARGUMENT, "RSA of 1024 bits");
        assertRefused(token("a"), csr(ec("secp521r1"), null), GrpcStatus.INVALID_ARGUMENT, "EC of 521 bits");
        assertRefused(token("a"), "hello", GrpcStatus.INVALID_ARGUMENT, "csr: no request in it");
        assertRefused(token("a"), authority.rootPem(), GrpcStatus.INVALID_ARGUMENT, "csr: no request in it");
        String stolen = csr(ec("secp256r1"), ec("secp256r1").getPrivate(), null);
        assertRefused(token("a"), stolen, GrpcStatus.INVALID_ARGUMENT, "its signature is not by its key");
    }

    @Test
    void withoutAGoodTokenNothingIsSigned() throws Exception {
        String csr = csr(ec("secp256r1"), null);
        assertRefused(null, csr, GrpcStatus.UNAUTHENTICATED, "credential: none");
        assertRefused("nonsense", csr, GrpcStatus.UNAUTHENTICATED, "not a token");
        assertRefused(tokens.mint("default", "a", Duration.ZERO), csr, GrpcStatus.UNAUTHENTICATED, "expired");
        TokenIssuer stranger = TokenIssuer.openOrCreate(state.resolve("other.jwk"), clock);
        assertRefused(
                stranger.mint("default", "a", Duration.ofHours(1)),
                csr,
                GrpcStatus.UNAUTHENTICATED,
                "not signed by this istiod");
        String[] parts = token("a").split("\\.", -1);
        String unsigned = Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8))
                + "." + parts[1] + ".";
        assertRefused(unsigned, csr, GrpcStatus.UNAUTHENTICATED, "token: ");
    }

    @Test
    void aSubjectThatIsNoNameOfKubernetesGetsNoCertificate() throws Exception {
        String csr = csr(ec("secp256r1"), null);
        for (String subject : List.of(
                "system:serviceaccount:..:..",
                "system:serviceaccount:default:a/../b",
                "system:serviceaccount:default:a\r\nb",
                "system:serviceaccount:default:ä",
                "system:serviceaccount:Default:a",
                "system:serviceaccount:a.b:c",
                "system:serviceaccount:default:-a",
                "system:serviceaccount:default:",
                "system:serviceaccount:default:" + "a".repeat(254))) {
            assertRefused(signed(subject), csr, GrpcStatus.UNAUTHENTICATED, "DNS labels");
        }
        assertRefused(signed("admin\u0000"), csr, GrpcStatus.UNAUTHENTICATED, "subject \"admin\\u0000\"");
        assertThat(ask(signed("system:serviceaccount:default:a.b-1"), csr, 0).getCertChainList())
                .hasSize(2);
        assertThatThrownBy(() -> tokens.mint("default", "../admin", Duration.ofHours(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"default/../admin\" (expected: DNS labels");
    }

    /** A token by istiod's own key, as only who has that can make it. */
    private String signed(String subject) throws Exception {
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .issuer("lateen-istiod")
                .subject(subject)
                .audience(TokenIssuer.AUDIENCE)
                .expirationTime(Date.from(now.plusSeconds(600)))
                .build();
        SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.ES256), claims);
        token.sign(new ECDSASigner(ECKey.parse(Files.readString(state.resolve("tokens.jwk")))));
        return token.serialize();
    }

    @Test
    void authorityAndIssuerOutliveARestart() throws Exception {
        assertThat(files().openOrCreate(state.resolve("ca"), "cluster.local").root())
                .isEqualTo(authority.root());
        TokenIssuer reopened = TokenIssuer.openOrCreate(state.resolve("tokens.jwk"), clock);
        assertThat(reopened.verify(token("a"), "cluster.local"))
                .isEqualTo(new SpiffeId("cluster.local", "default", "a"));
        for (String file : List.of("ca/ca-key.pem", "tokens.jwk")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state.resolve(file))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void aGivenAuthorityMustFitTogether() throws Exception {
        Path other = state.resolve("other");
        files().openOrCreate(other, "cluster.local");
        Files.copy(other.resolve("ca-key.pem"), state.resolve("ca/ca-key.pem"), StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> files().open(state.resolve("ca")))
                .hasMessageContaining("ca-key.pem")
                .hasMessageContaining("not the key of ca-cert.pem");
    }

    @Test
    void istiodsOwnCertificateNamesItsHosts() throws Exception {
        KeyPairAndChain server =
                authority.issueServer(List.of("istiod.istio-system.svc"), List.of("127.0.0.1"), Duration.ofHours(1));
        assertThat(server.certificate().getSubjectAlternativeNames())
                .containsExactly(List.of(2, "istiod.istio-system.svc"), List.of(7, "127.0.0.1"));
        assertThat(CertificatePairs.problem(server.chainPem(), server.keyPem())).isEmpty();
        verify(server.certificate());
    }

    private String token(String account) {
        return tokens.mint("default", account, Duration.ofHours(1));
    }

    private IstioCertificateResponse ask(String token, String csr, long seconds) throws Exception {
        GrpcClientResponse<Buffer, Buffer> response = call(token, csr, seconds);
        return IstioCertificateResponse.parseFrom(response.last().await().getBytes());
    }

    private void assertRefused(@Nullable String token, String csr, GrpcStatus status, String reason) throws Exception {
        GrpcClientResponse<Buffer, Buffer> response = call(token, csr, 0);
        response.end().otherwiseEmpty().await();
        assertThat(response.status()).isEqualTo(status);
        assertThat(response.statusMessage()).contains(reason);
    }

    private GrpcClientResponse<Buffer, Buffer> call(@Nullable String token, String csr, long seconds) throws Exception {
        if (client == null) {
            client = GrpcClient.client(vertx);
        }
        GrpcClientRequest<Buffer, Buffer> request = client.request(
                        SocketAddress.inetSocketAddress(http.actualPort(), "127.0.0.1"))
                .await(30, TimeUnit.SECONDS);
        request.serviceName(ServiceName.create("istio.v1.auth", "IstioCertificateService"))
                .methodName("CreateCertificate");
        if (token != null) {
            request.headers().set("authorization", "Bearer " + token);
        }
        IstioCertificateRequest message = IstioCertificateRequest.newBuilder()
                .setCsr(csr)
                .setValidityDuration(seconds)
                .build();
        request.end(Buffer.buffer(message.toByteArray()));
        return request.response().await(30, TimeUnit.SECONDS);
    }

    private static KeyPair ec(String curve) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }

    private static KeyPair rsa(int bits) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    private static String csr(KeyPair key, @Nullable String uri) throws Exception {
        return csr(key, key.getPrivate(), uri);
    }

    private static String csr(KeyPair key, PrivateKey signer, @Nullable String uri) throws Exception {
        var builder = new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=whoever"), key.getPublic());
        if (uri != null) {
            ExtensionsGenerator extensions = new ExtensionsGenerator();
            extensions.addExtension(
                    Extension.subjectAlternativeName,
                    true,
                    new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
            builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate());
        }
        String algorithm = key.getPublic().getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
        byte[] bytes = builder.build(new JcaContentSignerBuilder(algorithm).build(signer))
                .getEncoded();
        return "-----BEGIN CERTIFICATE REQUEST-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes)
                + "\n-----END CERTIFICATE REQUEST-----\n";
    }
}

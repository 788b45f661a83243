package dev.lateen.proxy.tls;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.api.schema.Shows;
import dev.lateen.proxy.message.TlsFacts;
import dev.lateen.proxy.model.DownstreamTls;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.model.StringMatcher;
import dev.lateen.proxy.model.TlsSettings;
import dev.lateen.proxy.model.TlsSettings.Revocation;
import dev.lateen.proxy.model.TlsSettings.SanMatcher;
import dev.lateen.proxy.model.TlsSettings.SecretSource;
import dev.lateen.proxy.model.TlsSettings.Validation;
import dev.lateen.proxy.model.UpstreamTls;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Two ends of a handshake in memory, with either TLS library. */
@ParameterizedClass
@MethodSource("providers")
class TlsHandshakeTest {
    private static final String PRODUCTPAGE = "spiffe://cluster.local/ns/default/sa/bookinfo-productpage";
    private static final String REVIEWS = "spiffe://cluster.local/ns/default/sa/bookinfo-reviews";
    private static final List<String> ISTIO_CIPHERS =
            List.of("ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384", "AES128-GCM-SHA256");

    @Parameter
    SslProvider provider;

    private final TestCertificates mesh = new TestCertificates("O=cluster.local");
    private final Map<String, Secret> serverSecrets = new HashMap<>();
    private final Map<String, Secret> clientSecrets = new HashMap<>();
    private final Told server = new Told();
    private final Told client = new Told();
    private final EmbeddedChannel serverChannel = new EmbeddedChannel();
    private final EmbeddedChannel clientChannel = new EmbeddedChannel();
    private String laterFailure = "";
    private @Nullable TlsContexts serverContexts;
    private @Nullable TlsContexts clientContexts;

    static Stream<SslProvider> providers() {
        assertThat(OpenSsl.isAvailable()).as("BoringSSL loads here").isTrue();
        return Stream.of(SslProvider.JDK, SslProvider.OPENSSL_REFCNT);
    }

    private static Secret.TlsCertificate certificate(Map<String, Secret> secrets) {
        return (Secret.TlsCertificate) requireNonNull(secrets.get("default"));
    }

    TlsHandshakeTest() {
        serverSecrets.put("default", mesh.workload("default", REVIEWS));
        serverSecrets.put("ROOTCA", mesh.roots("ROOTCA"));
        clientSecrets.put("default", mesh.workload("default", PRODUCTPAGE));
        clientSecrets.put("ROOTCA", mesh.roots("ROOTCA"));
    }

    @AfterEach
    void close() {
        serverChannel.finishAndReleaseAll();
        clientChannel.finishAndReleaseAll();
        serverContexts().close();
        clientContexts().close();
    }

    @Test
    void mutualTlsTellsBothIdentities() throws Exception {
        handshake(mutual(List.of()), expecting(REVIEWS));
        assertThat(server.facts().peerPrincipal()).isEqualTo(PRODUCTPAGE);
        assertThat(server.facts().localUriSan()).isEqualTo(REVIEWS);
        assertThat(server.facts().version()).isEqualTo("TLSv1.3");
        assertThat(server.facts().peerSha256()).hasSize(64);
        assertThat(client.facts().peerPrincipal()).isEqualTo(REVIEWS);
        assertThat(client.facts().peerSubject()).isEqualTo("CN=default");
        assertThat(TlsSession.factsOf(clientChannel)).isEqualTo(client.facts());
    }

    @Test
    void clientRefusesAnotherWorkloadThanExpected() throws Exception {
        handshake(mutual(List.of()), expecting(PRODUCTPAGE));
        assertThat(client.refusal)
                .isEqualTo("TLS_error:|268435581:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED"
                        + ":verify cert failed: SAN matcher, certificate SANs are [" + REVIEWS + "]:TLS_error_end");
        assertThat(clientChannel.isOpen()).isFalse();
    }

    @Test
    void serverRefusesAnIdentityOfAnotherTrustDomain() throws Exception {
        clientSecrets.put("default", mesh.workload("default", "spiffe://other/ns/default/sa/x"));
        handshake(mutual(List.of(new StringMatcher.Prefix("spiffe://cluster.local/", false))), expecting(REVIEWS));
        assertThat(server.refusal).contains("CERTIFICATE_VERIFY_FAILED");
        assertThat(server.facts).isNull();
        assertThat(serverChannel.isOpen()).isFalse();
    }

    @Test
    void clientRefusesAChainOfAnotherRoot() throws Exception {
        serverSecrets.put("default", new TestCertificates("O=other").workload("default", REVIEWS));
        handshake(mutual(List.of()), expecting(REVIEWS));
        assertThat(client.refusal)
                .isEqualTo("TLS_error:|268435581:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED"
                        + ":verify cert failed: X509_verify_cert: certificate verification error at depth 0"
                        + ": unable to get local issuer certificate:TLS_error_end");
        assertThat(server.facts).isNull();
    }

    @Test
    void serverRefusesAChainOfAnotherRoot() throws Exception {
        clientSecrets.put("default", new TestCertificates("O=other").workload("default", PRODUCTPAGE));
        handshake(mutual(List.of()), expecting(REVIEWS));
        assertThat(server.refusal).contains("CERTIFICATE_VERIFY_FAILED");
        assertThat(laterFailure).startsWith("TLS_error:|").endsWith(":TLS_error_end");
        assertThat(laterFailure).containsAnyOf("ALERT_UNKNOWN_CA", "certificate_unknown");
    }

    @Test
    void requiredClientCertificateMustBeShown() throws Exception {
        handshake(mutual(List.of()), without(expecting(REVIEWS)));
        assertThat(server.refusal).startsWith("TLS_error:|").endsWith(":TLS_error_end");
        assertThat(server.facts).isNull();
    }

    @Test
    void optionalClientCertificateMayBeLeftOut() throws Exception {
        handshake(new DownstreamTls(mutual(List.of()).settings(), false), without(expecting(REVIEWS)));
        assertThat(server.facts().peerPrincipal()).isEmpty();
        assertThat(server.facts().peerSha256()).isEmpty();
    }

    @Test
    void optionalClientCertificateIsCheckedWhenShown() throws Exception {
        clientSecrets.put("default", new TestCertificates("O=other").workload("default", PRODUCTPAGE));
        handshake(new DownstreamTls(mutual(List.of()).settings(), false), expecting(REVIEWS));
        assertThat(server.refusal).contains("CERTIFICATE_VERIFY_FAILED");
    }

    @Shows({"Gateway.servers.tls.insecureSkipVerify", "DestinationRule.trafficPolicy.tls.insecureSkipVerify"})
    @Test
    void untrustedChainIsAcceptedWhereTheConfigurationSaysSo() throws Exception {
        serverSecrets.put("default", new TestCertificates("O=other").workload("default", REVIEWS));
        UpstreamTls any = new UpstreamTls(
                settings(List.of(), new Validation(null, false, true, List.of(), List.of(), List.of())),
                "",
                false,
                false);
        handshake(new DownstreamTls(settings(List.of(), null), false), any);
        assertThat(client.facts().peerPrincipal()).isEqualTo(REVIEWS);
    }

    @Shows({"Gateway.servers.tls.verifyCertificateHash", "Gateway.servers.tls.verifyCertificateSpki"})
    @Test
    void pinnedCertificateIsAcceptedAndAnotherIsNot() throws Exception {
        handshake(mutual(List.of()), expecting(REVIEWS));
        String hash = client.facts().peerSha256();
        assertThat(PeerCheck.refusal(leaf(), pinning(hash.toUpperCase(Locale.ROOT)), ""))
                .isNull();
        assertThat(PeerCheck.refusal(leaf(), pinning("00".repeat(32)), ""))
                .isEqualTo("verify cert failed: cert hash and spki");
    }

    @Test
    void serverAnswersItsOwnFirstChoiceOfProtocols() throws Exception {
        handshake(serving("h2", "http/1.1"), offering("istio-h2", "http/1.1", "h2"));
        assertThat(server.facts().alpn()).isEqualTo("h2");
        assertThat(client.facts().alpn()).isEqualTo("h2");
    }

    @Test
    void metadataExchangeIsForRawTcpAlone() throws Exception {
        handshake(serving("istio-peer-exchange", "h2"), offering("istio-peer-exchange", "istio"));
        assertThat(server.facts().alpn()).isNull();
        assertThat(client.facts().alpn()).isNull();
    }

    @Test
    void withoutACommonProtocolThereIsNone() throws Exception {
        handshake(serving("h2", "http/1.1"), offering("istio-peer-exchange", "istio"));
        assertThat(server.facts().alpn()).isNull();
        assertThat(client.facts().alpn()).isNull();
    }

    @Test
    void protocolsOfARequestReplaceTheClusters() throws Exception {
        begin(
                serving("h2", "http/1.1"),
                offering("istio-peer-exchange", "istio"),
                List.of("istio-http/1.1", "istio", "http/1.1"));
        exchange();
        assertThat(client.facts().alpn()).isEqualTo("http/1.1");
    }

    @Shows("Gateway.servers.tls.cipherSuites")
    @Test
    void tls12WithIstiosCiphers() throws Exception {
        TlsSettings settings = new TlsSettings(
                "TLSv1.2",
                "TLSv1.2",
                ISTIO_CIPHERS,
                List.of(),
                List.of(new SecretSource.Sds("default")),
                validation(List.of()));
        handshake(new DownstreamTls(settings, true), expecting(REVIEWS));
        assertThat(client.facts().version()).isEqualTo("TLSv1.2");
        assertThat(client.facts().cipher()).isEqualTo("ECDHE-ECDSA-AES256-GCM-SHA384");
    }

    @Shows({"Gateway.servers.tls.minProtocolVersion", "Gateway.servers.tls.maxProtocolVersion"})
    @Test
    void withoutACommonVersionThereIsNoConnection() throws Exception {
        TlsSettings old = new TlsSettings(
                "", "TLSv1.2", List.of(), List.of(), List.of(new SecretSource.Sds("default")), validation(List.of()));
        TlsSettings modern = new TlsSettings(
                "TLSv1_3", "", List.of(), List.of(), List.of(new SecretSource.Sds("default")), validation(List.of()));
        handshake(new DownstreamTls(modern, true), new UpstreamTls(old, "", false, false));
        assertThat(server.refusal).startsWith("TLS_error:|");
        assertThat(client.refusal).isNotNull();
    }

    @Test
    void ofTwoCertificatesTheOneThatTheClientCanReadIsShown() throws Exception {
        serverSecrets.put("rsa", mesh.server("rsa", "RSA", "bookinfo.com"));
        TlsSettings both = new TlsSettings(
                "",
                "",
                List.of(),
                List.of(),
                List.of(new SecretSource.Sds("default"), new SecretSource.Sds("rsa")),
                null);
        TlsSettings onlyRsa = new TlsSettings(
                "TLSv1.2",
                "TLSv1.2",
                List.of("ECDHE-RSA-AES128-GCM-SHA256"),
                List.of(),
                List.of(),
                validation(List.of()));
        handshake(new DownstreamTls(both, false), new UpstreamTls(onlyRsa, "bookinfo.com", false, true));
        assertThat(client.facts().peerDnsSans()).containsExactly("bookinfo.com");
    }

    @Test
    void clientThatKnowsOneSuiteOnlyIsServedByDefault() throws Exception {
        TlsSettings chaCha = new TlsSettings(
                "TLSv1.2", "TLSv1.2", List.of("ECDHE-ECDSA-CHACHA20-POLY1305"), List.of(), List.of(), null);
        handshake(new DownstreamTls(settings(List.of(), null), false), new UpstreamTls(chaCha, "", false, false));
        assertThat(server.facts().cipher()).isEqualTo("ECDHE-ECDSA-CHACHA20-POLY1305");
    }

    @Test
    void certificateThatHasExpiredIsCalledSo() throws Exception {
        serverSecrets.put("default", mesh.expired("default", REVIEWS));
        handshake(mutual(List.of()), expecting(REVIEWS));
        assertThat(client.refusal)
                .endsWith("certificate verification error at depth 0: certificate has expired:TLS_error_end");
    }

    @Test
    void certificateMustBeGoodForTheServerNameWhereThatIsAsked() throws Exception {
        serverSecrets.put("default", mesh.server("default", "EC", "*.bookinfo.com"));
        UpstreamTls tls = new UpstreamTls(settings(List.of(), validation(List.of())), "www.evil.com", false, true);
        handshake(new DownstreamTls(settings(List.of(), null), false), tls);
        assertThat(client.refusal).contains("expected SANs: [www.evil.com], certificate SANs: [*.bookinfo.com]");
    }

    @Test
    void aServerByAddressMustHaveThatAddressInItsCertificate() throws Exception {
        serverSecrets.put("default", mesh.addressed("default", "10.0.0.5"));
        UpstreamTls tls = new UpstreamTls(settings(List.of(), validation(List.of())), "10.0.0.6", false, true);
        handshake(new DownstreamTls(settings(List.of(), null), false), tls);
        assertThat(client.refusal).contains("expected SANs: [10.0.0.6], certificate SANs: [10.0.0.5]");
    }

    @Test
    void whereNoNameIsKnownToCheckNoRequestIsSent() {
        UpstreamTls tls = new UpstreamTls(settings(List.of(), validation(List.of())), "", true, true);
        assertThatThrownBy(() -> begin(mutual(List.of()), tls, List.of()))
                .hasMessage("server name: none (expected: a name to check the certificate by)");
    }

    @Test
    void aRevokedServerIsRefused() throws Exception {
        String list = mesh.revoking(certificate(serverSecrets));
        handshake(mutual(List.of()), revoking(list));
        assertThat(client.refusal)
                .endsWith("certificate verification error at depth 0: certificate revoked:TLS_error_end");
    }

    @Test
    void aServerThatIsOnNoListIsAccepted() throws Exception {
        handshake(mutual(List.of()), revoking(mesh.revoking(certificate(clientSecrets))));
        assertThat(client.facts().peerPrincipal()).isEqualTo(REVIEWS);
    }

    @Test
    void aServerWhoseIssuerHasNoListIsRefused() throws Exception {
        handshake(mutual(List.of()), revoking(new TestCertificates("O=other").revoking()));
        assertThat(client.refusal).endsWith("unable to get certificate CRL:TLS_error_end");
    }

    @Test
    void aRevokedClientIsRefused() throws Exception {
        String list = mesh.revoking(certificate(clientSecrets));
        handshake(new DownstreamTls(revoking(list).settings(), true), expecting(REVIEWS));
        assertThat(server.refusal).contains("certificate revoked");
    }

    private static UpstreamTls revoking(String list) {
        Validation validation = new Validation(
                new SecretSource.Sds("ROOTCA"),
                false,
                false,
                List.of(),
                List.of(),
                List.of(),
                new Revocation(list, false));
        return new UpstreamTls(settings(List.of(), validation), "", false, false);
    }

    @Test
    void groupsThatBothKnowAreNeeded() throws Exception {
        TlsSettings large = new TlsSettings(
                "", "", List.of(), List.of("P-384"), List.of(), List.of(new SecretSource.Sds("default")), null);
        handshake(new DownstreamTls(large, false), expecting(REVIEWS));
        assertThat(server.refusal).startsWith("TLS_error:|");
    }

    @Test
    void missingSecretRefusesAndSaysWhich() {
        serverSecrets.remove("default");
        assertThatThrownBy(() -> begin(mutual(List.of()), expecting(REVIEWS), List.of()))
                .isInstanceOf(TlsUnavailable.class)
                .hasMessage("secret default: not received yet");
        assertThat(serverChannel.pipeline().names()).hasSize(1);
    }

    @Test
    void brokenSecretRefusesWithoutShowingTheKey() {
        serverSecrets.put("default", new Secret.TlsCertificate("default", "nonsense", "PRIVATE"));
        assertThatThrownBy(() -> begin(mutual(List.of()), expecting(REVIEWS), List.of()))
                .hasMessageContaining("secret default: certificate chain")
                .hasMessageNotContaining("PRIVATE");
    }

    @Test
    void keyOfAnotherKindThanTheCertificateIsRefused() {
        Secret.TlsCertificate rsa = mesh.server("rsa", "RSA", "a");
        Secret.TlsCertificate ec = certificate(serverSecrets);
        serverSecrets.put(
                "default", new Secret.TlsCertificate("default", ec.certificateChainPem(), rsa.privateKeyPem()));
        assertThatThrownBy(() -> begin(mutual(List.of()), expecting(REVIEWS), List.of()))
                .hasMessageContaining("private key: RSA (expected: EC");
    }

    @Test
    void rotatedSecretIsShownToTheNextConnection() throws Exception {
        handshake(mutual(List.of()), expecting(REVIEWS));
        serverSecrets.put("default", mesh.workload("default", PRODUCTPAGE));
        EmbeddedChannel nextServer = new EmbeddedChannel();
        EmbeddedChannel nextClient = new EmbeddedChannel();
        Told told = new Told();
        TlsHandshake.accept(
                nextServer.pipeline(), serverContexts(), mutual(List.of()), false, Duration.ZERO, new Told());
        TlsHandshake.connect(
                nextClient.pipeline(), clientContexts(), expecting(PRODUCTPAGE), "", List.of(), false, told);
        exchange(nextClient, nextServer);
        assertThat(told.facts().peerPrincipal()).isEqualTo(PRODUCTPAGE);
        assertThat(serverContexts().size()).as("the old context is dropped").isEqualTo(1);
        sayHello();
        nextServer.finishAndReleaseAll();
        nextClient.finishAndReleaseAll();
    }

    @Test
    void clustersThatExpectDifferentNamesShareAContext() throws Exception {
        handshake(mutual(List.of()), expecting(REVIEWS));
        clientContexts().client(expecting(PRODUCTPAGE), List.of(), false).release();
        assertThat(clientContexts().size()).isEqualTo(1);
    }

    @Test
    void garbageIsRefusedWithoutHarm() throws Exception {
        begin(mutual(List.of()), expecting(REVIEWS), List.of());
        serverChannel.writeInbound(serverChannel
                .alloc()
                .buffer()
                .writeBytes("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
        assertThat(server.refusal)
                .isEqualTo("TLS_error:|268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end");
        assertThat(serverChannel.isOpen()).isFalse();
        serverChannel.checkException();
    }

    @Test
    void clientThatGoesAwayIsToldOnce() throws Exception {
        begin(mutual(List.of()), expecting(REVIEWS), List.of());
        serverChannel.close();
        assertThat(server.refusal).isEmpty();
        assertThat(server.calls).isEqualTo(1);
    }

    @Test
    void silentClientIsClosedWhenTheTimeIsOver() throws Exception {
        serverChannel.freezeTime();
        TlsHandshake.accept(
                serverChannel.pipeline(), serverContexts(), mutual(List.of()), false, Duration.ofSeconds(15), server);
        serverChannel.advanceTimeBy(14, TimeUnit.SECONDS);
        serverChannel.runScheduledPendingTasks();
        assertThat(server.calls).isZero();
        serverChannel.advanceTimeBy(1, TimeUnit.SECONDS);
        serverChannel.runScheduledPendingTasks();
        assertThat(server.refusal).isEmpty();
        assertThat(serverChannel.isOpen()).isFalse();
    }

    private TlsContexts serverContexts() {
        if (serverContexts == null) {
            serverContexts = new TlsContexts(() -> snapshot(serverSecrets), provider);
        }
        return serverContexts;
    }

    private TlsContexts clientContexts() {
        if (clientContexts == null) {
            clientContexts = new TlsContexts(() -> snapshot(clientSecrets), provider);
        }
        return clientContexts;
    }

    private static ProxySnapshot snapshot(Map<String, Secret> secrets) {
        return new ProxySnapshot(1, Map.of(), Map.of(), Map.of(), Map.of(), secrets);
    }

    private static TlsSettings settings(List<String> alpn, @Nullable Validation validation) {
        return new TlsSettings("", "", List.of(), alpn, List.of(new SecretSource.Sds("default")), validation);
    }

    private static Validation validation(List<StringMatcher> names) {
        return new Validation(
                new SecretSource.Sds("ROOTCA"),
                false,
                false,
                names.stream().map(SanMatcher::any).toList(),
                List.of(),
                List.of());
    }

    private static Validation pinning(String hash) {
        return new Validation(null, false, false, List.of(), List.of(hash), List.of());
    }

    private static DownstreamTls mutual(List<StringMatcher> names) {
        return new DownstreamTls(settings(List.of(), validation(names)), true);
    }

    private static DownstreamTls serving(String... alpn) {
        return new DownstreamTls(settings(List.of(alpn), validation(List.of())), true);
    }

    private static UpstreamTls expecting(String identity) {
        List<StringMatcher> names = List.of(new StringMatcher.Exact(identity, false));
        return new UpstreamTls(settings(List.of(), validation(names)), "outbound_.9080_._.reviews", false, false);
    }

    private static UpstreamTls offering(String... alpn) {
        return new UpstreamTls(settings(List.of(alpn), validation(List.of())), "", false, false);
    }

    private static UpstreamTls without(UpstreamTls tls) {
        TlsSettings s = tls.settings();
        return new UpstreamTls(
                new TlsSettings(s.minVersion(), s.maxVersion(), s.cipherSuites(), s.alpn(), List.of(), s.validation()),
                tls.sni(),
                false,
                false);
    }

    private PeerCertificate leaf() throws Exception {
        return PeerCertificate.of(PemMaterial.keyPair(certificate(serverSecrets))
                .chain()
                .getFirst());
    }

    private void handshake(DownstreamTls down, UpstreamTls up) throws Exception {
        begin(down, up, List.of());
        exchange();
    }

    private void begin(DownstreamTls down, UpstreamTls up, List<String> alpn) throws Exception {
        TlsHandshake.accept(serverChannel.pipeline(), serverContexts(), down, false, Duration.ZERO, server);
        TlsHandshake.connect(clientChannel.pipeline(), clientContexts(), up, "", alpn, false, client);
        clientChannel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                laterFailure = TlsSession.failureReason(cause);
            }
        });
    }

    private void exchange() {
        exchange(clientChannel, serverChannel);
    }

    /** Carries bytes to and fro until both are silent. */
    private static void exchange(EmbeddedChannel one, EmbeddedChannel other) {
        boolean moved = true;
        while (moved) {
            moved = carry(one, other);
            moved |= carry(other, one);
        }
    }

    private static boolean carry(EmbeddedChannel from, EmbeddedChannel to) {
        from.runPendingTasks();
        boolean moved = false;
        for (ByteBuf bytes = from.readOutbound(); bytes != null; bytes = from.readOutbound()) {
            moved = true;
            if (to.isOpen()) {
                to.writeInbound(bytes);
            } else {
                bytes.release();
            }
        }
        return moved;
    }

    /** The first connection still carries bytes. */
    private void sayHello() {
        clientChannel.writeOutbound(clientChannel.alloc().buffer().writeBytes(new byte[] {1, 2, 3}));
        exchange();
        ByteBuf heard = serverChannel.readInbound();
        assertThat(heard.readableBytes()).isEqualTo(3);
        heard.release();
    }

    private static final class Told implements TlsHandshake.Outcome {
        private @Nullable TlsFacts facts;
        private @Nullable String refusal;
        private int calls;

        @Override
        public void secured(TlsFacts told) {
            facts = told;
            calls++;
        }

        @Override
        public void refused(String reason) {
            refusal = reason;
            calls++;
        }

        TlsFacts facts() {
            assertThat(refusal).isNull();
            return Objects.requireNonNull(facts);
        }
    }
}

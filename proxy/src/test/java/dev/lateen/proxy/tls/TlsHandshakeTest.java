package dev.lateen.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.api.schema.Shows;
import dev.lateen.proxy.model.DownstreamTls;
import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.model.TlsSettings;
import dev.lateen.proxy.model.TlsSettings.SecretSource;
import dev.lateen.proxy.model.UpstreamTls;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What two ends agree on, and what they do without the secrets or the other end. */
@ParameterizedClass
@MethodSource("providers")
class TlsHandshakeTest extends TlsFixture {
    private static final List<String> ISTIO_CIPHERS =
            List.of("ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384", "AES128-GCM-SHA256");

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

    private static DownstreamTls serving(String... alpn) {
        return new DownstreamTls(settings(List.of(alpn), validation(List.of())), true);
    }

    private static UpstreamTls offering(String... alpn) {
        return new UpstreamTls(settings(List.of(alpn), validation(List.of())), "", false, false);
    }

    /** The first connection still carries bytes. */
    private void sayHello() {
        clientChannel.writeOutbound(clientChannel.alloc().buffer().writeBytes(new byte[] {1, 2, 3}));
        exchange();
        ByteBuf heard = serverChannel.readInbound();
        assertThat(heard.readableBytes()).isEqualTo(3);
        heard.release();
    }
}

package dev.lateen.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.api.schema.Shows;
import dev.lateen.proxy.model.DownstreamTls;
import dev.lateen.proxy.model.StringMatcher;
import dev.lateen.proxy.model.TlsSettings;
import dev.lateen.proxy.model.TlsSettings.Revocation;
import dev.lateen.proxy.model.TlsSettings.SecretSource;
import dev.lateen.proxy.model.TlsSettings.Validation;
import dev.lateen.proxy.model.UpstreamTls;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Which certificates either end takes. */
@ParameterizedClass
@MethodSource("providers")
class CertificateChecksTest extends TlsFixture {
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

    private static Validation pinning(String hash) {
        return new Validation(null, false, false, List.of(), List.of(hash), List.of());
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
        return PeerCertificate.of(
                PemMaterial.keyPair(certificate(serverSecrets)).chain().getFirst());
    }
}

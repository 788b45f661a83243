package dev.lateen.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.model.StringMatcher;
import dev.lateen.proxy.model.TlsSettings.SanMatcher;
import dev.lateen.proxy.model.TlsSettings.SanMatcher.Kind;
import dev.lateen.proxy.model.TlsSettings.Validation;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which names a certificate is good for. */
class PeerCheckTest {
    private final TestCertificates authority = new TestCertificates("O=test");

    private static PeerCertificate read(Secret.TlsCertificate certificate) throws Exception {
        return PeerCertificate.of(PemMaterial.keyPair(certificate).chain().getFirst());
    }

    private static boolean accepts(PeerCertificate peer, Kind kind, String exact) {
        SanMatcher matcher = new SanMatcher(kind, new StringMatcher.Exact(exact, false));
        Validation validation = new Validation(null, false, false, List.of(matcher), List.of(), List.of());
        return PeerCheck.refusal(peer, validation, "") == null;
    }

    @ParameterizedTest
    @CsvSource({
        "vault-0, vault-0, true",
        "api.v2, api.v2, true",
        "svc.zone1, svc.zone1, true",
        "*.example.com, www.example.com, true",
        "*.example.com, example.com, false",
        "*.example.com, a.b.example.com, false",
        "vault-0, vault-1, false",
    })
    void aServerIsKnownByItsDnsNames(String san, String host, boolean good) throws Exception {
        PeerCertificate peer = read(authority.server("s", "EC", san));
        assertThat(PeerCheck.refusal(peer, null, host) == null).isEqualTo(good);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.5, 10.0.0.5, true",
        "10.0.0.5, 10.0.0.6, false",
        "::1, ::1, true",
        "2001:db8::1, 2001:DB8:0:0:0:0:0:1, true",
        "2001:db8::1, 2001:db8::2, false",
    })
    void aServerByAddressIsKnownByItsAddresses(String san, String host, boolean good) throws Exception {
        PeerCertificate peer = read(authority.addressed("s", san));
        assertThat(PeerCheck.refusal(peer, null, host) == null).isEqualTo(good);
    }

    @Test
    void aDnsNameThatLooksLikeAnAddressIsNone() throws Exception {
        assertThat(PeerCheck.refusal(read(authority.server("s", "EC", "10.0.0.5")), null, "10.0.0.5"))
                .isNotNull();
    }

    @Test
    void aNameOfOneKindIsNoneOfAnother() throws Exception {
        PeerCertificate named = read(authority.server("s", "EC", "spiffe://td/ns/a/sa/b"));
        assertThat(accepts(named, Kind.URI, "spiffe://td/ns/a/sa/b")).isFalse();
        assertThat(accepts(named, Kind.DNS, "spiffe://td/ns/a/sa/b")).isTrue();
        assertThat(accepts(named, Kind.ANY, "spiffe://td/ns/a/sa/b")).isTrue();
        PeerCertificate workload = read(authority.workload("s", "spiffe://td/ns/a/sa/b"));
        assertThat(accepts(workload, Kind.URI, "spiffe://td/ns/a/sa/b")).isTrue();
        assertThat(accepts(workload, Kind.DNS, "spiffe://td/ns/a/sa/b")).isFalse();
        PeerCertificate addressed = read(authority.addressed("s", "2001:db8::1"));
        assertThat(accepts(addressed, Kind.IP_ADDRESS, "2001:db8::1")).isTrue();
        assertThat(accepts(addressed, Kind.EMAIL, "2001:db8::1")).isFalse();
    }
}

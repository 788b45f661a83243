package dev.lateen.proxy.message;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a finished TLS handshake told about the peer.
 *
 * @param version such as {@code TLSv1.3}
 * @param cipher the cipher suite's name as OpenSSL's, such as {@code ECDHE-ECDSA-AES128-GCM-SHA256}, TLS 1.3's as IANA's
 * @param alpn the protocol both agreed on, or null
 * @param peerUriSans URI subject alternative names of the peer's certificate in their order; empty without a client certificate
 * @param peerDnsSans DNS subject alternative names of the peer's certificate
 * @param peerSubject RFC 2253 subject of the peer's certificate, empty when there is none
 * @param peerSha256 hex of the SHA-256 of the peer's certificate, empty when there is none
 * @param peerPem the peer's certificate in PEM, empty when there is none
 * @param localUriSan the first URI subject alternative name of our own certificate, empty when it has none
 */
public record TlsFacts(
        String version,
        String cipher,
        @Nullable String alpn,
        List<String> peerUriSans,
        List<String> peerDnsSans,
        String peerSubject,
        String peerSha256,
        String peerPem,
        String localUriSan) {

    public TlsFacts {
        peerUriSans = List.copyOf(peerUriSans);
        peerDnsSans = List.copyOf(peerDnsSans);
    }

    /** The peer's first URI SAN (its SPIFFE identity in a mesh), or empty. */
    public String peerPrincipal() {
        return peerUriSans.isEmpty() ? "" : peerUriSans.getFirst();
    }
}

package dev.lateen.proxy.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.extensions.transport_sockets.tls.v3.CommonTlsContext}.
 *
 * @param minVersion such as {@code TLSv1.2}; empty for the default
 * @param cipherSuites OpenSSL names; empty for the default
 * @param alpn offered or accepted protocols in order of preference
 * @param certificates own certificates; several for RSA beside ECDSA
 * @param validation null when the peer is not checked against a root
 */
public record TlsSettings(
        String minVersion,
        String maxVersion,
        List<String> cipherSuites,
        List<String> alpn,
        List<SecretSource> certificates,
        @Nullable Validation validation) {
    public TlsSettings {
        cipherSuites = List.copyOf(cipherSuites);
        alpn = List.copyOf(alpn);
        certificates = List.copyOf(certificates);
    }

    /** Where a secret comes from. */
    public sealed interface SecretSource {
        record Inline(Secret secret) implements SecretSource {}

        /** Looked up by name in the snapshot's secrets. */
        record Sds(String name) implements SecretSource {}
    }

    /**
     * How the peer's certificate is checked.
     *
     * @param roots null when any chain is accepted ({@code trust_chain_verification} ACCEPT_UNTRUSTED) or the system's roots are meant
     * @param systemRoots whether the platform's trust store is meant
     * @param subjectAltNames any must match one SAN of the peer; empty accepts all
     */
    public record Validation(
            @Nullable SecretSource roots,
            boolean systemRoots,
            boolean acceptUntrusted,
            List<StringMatcher> subjectAltNames,
            List<String> certificateHashes,
            List<String> certificateSpki) {
        public Validation {
            subjectAltNames = List.copyOf(subjectAltNames);
            certificateHashes = List.copyOf(certificateHashes);
            certificateSpki = List.copyOf(certificateSpki);
        }
    }
}

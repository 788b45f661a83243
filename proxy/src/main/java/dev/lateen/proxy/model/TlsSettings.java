package dev.lateen.proxy.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.extensions.transport_sockets.tls.v3.CommonTlsContext}.
 *
 * @param minVersion such as {@code TLSv1.2}; empty for the default
 * @param cipherSuites OpenSSL names; empty for the default
 * @param ecdhCurves BoringSSL's names of key exchange groups, such as {@code P-256}; empty for the default: X25519 and P-256
 * @param alpn offered or accepted protocols in order of preference
 * @param certificates own certificates; several for RSA beside ECDSA
 * @param validation null when the peer is not checked against a root
 */
public record TlsSettings(
        String minVersion,
        String maxVersion,
        List<String> cipherSuites,
        List<String> ecdhCurves,
        List<String> alpn,
        List<SecretSource> certificates,
        @Nullable Validation validation) {
    public TlsSettings {
        cipherSuites = List.copyOf(cipherSuites);
        ecdhCurves = List.copyOf(ecdhCurves);
        alpn = List.copyOf(alpn);
        certificates = List.copyOf(certificates);
    }

    /** With the key exchange groups that are the default. */
    public TlsSettings(
            String minVersion,
            String maxVersion,
            List<String> cipherSuites,
            List<String> alpn,
            List<SecretSource> certificates,
            @Nullable Validation validation) {
        this(minVersion, maxVersion, cipherSuites, List.of(), alpn, certificates, validation);
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
     * @param revocation lists beside those of {@code roots}
     */
    public record Validation(
            @Nullable SecretSource roots,
            boolean systemRoots,
            boolean acceptUntrusted,
            List<SanMatcher> subjectAltNames,
            List<String> certificateHashes,
            List<String> certificateSpki,
            Revocation revocation) {
        public Validation {
            subjectAltNames = List.copyOf(subjectAltNames);
            certificateHashes = List.copyOf(certificateHashes);
            certificateSpki = List.copyOf(certificateSpki);
        }

        /** Without revocation lists of its own. */
        public Validation(
                @Nullable SecretSource roots,
                boolean systemRoots,
                boolean acceptUntrusted,
                List<SanMatcher> subjectAltNames,
                List<String> certificateHashes,
                List<String> certificateSpki) {
            this(
                    roots,
                    systemRoots,
                    acceptUntrusted,
                    subjectAltNames,
                    certificateHashes,
                    certificateSpki,
                    Revocation.NONE);
        }
    }

    /** Certificate revocation lists. @param crlPem empty for none; @param onlyLeaf whether issuers need no list: {@code only_verify_leaf_cert_crl} */
    public record Revocation(String crlPem, boolean onlyLeaf) {
        /** No lists: nothing is looked up. */
        public static final Revocation NONE = new Revocation("", false);
    }

    /** {@code SubjectAltNameMatcher}. */
    public record SanMatcher(Kind kind, StringMatcher matcher) {
        /** Which names of a certificate are looked at: {@code san_type}. */
        public enum Kind {
            /** Every one, as the older field {@code match_subject_alt_names} means it. */
            ANY,
            EMAIL,
            DNS,
            URI,
            IP_ADDRESS
        }

        /** For names of every kind. */
        public static SanMatcher any(StringMatcher matcher) {
            return new SanMatcher(Kind.ANY, matcher);
        }
    }
}

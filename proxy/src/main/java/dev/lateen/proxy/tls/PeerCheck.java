package dev.lateen.proxy.tls;

import dev.lateen.proxy.model.StringMatcher;
import dev.lateen.proxy.model.TlsSettings.Validation;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a peer's certificate beyond its chain: names and pins ({@code CertificateValidationContext}). Checked after the handshake and not in the trust
 * manager, so that clusters that differ only in the names they expect share one TLS context, and so that a resumed session is checked too.
 */
final class PeerCheck {
    private PeerCheck() {}

    /**
     * Why the peer is refused, or null when it is accepted.
     *
     * @param serverName what the certificate must be good for when not empty ({@code auto_sni_san_validation})
     */
    static @Nullable String refusal(PeerCertificate peer, Validation validation, String serverName) {
        if (validation.acceptUntrusted()) {
            return null;
        }
        if (!serverName.isEmpty() && !isNamed(peer, serverName)) {
            return "verify cert failed: verify SAN list, expected SANs: [" + serverName + "], certificate SANs: "
                    + names(peer);
        }
        if (!validation.subjectAltNames().isEmpty() && !anyMatches(peer, validation.subjectAltNames())) {
            return "verify cert failed: SAN matcher, certificate SANs are " + names(peer);
        }
        boolean pinned = !validation.certificateHashes().isEmpty()
                || !validation.certificateSpki().isEmpty();
        if (pinned && !hashMatches(peer, validation) && !spkiMatches(peer, validation)) {
            return "verify cert failed: cert hash and spki";
        }
        return null;
    }

    private static String names(PeerCertificate peer) {
        return Stream.of(peer.dnsSans(), peer.uriSans(), peer.otherSans())
                .flatMap(Collection::stream)
                .collect(Collectors.joining(", ", "[", "]"));
    }

    private static boolean isNamed(PeerCertificate peer, String serverName) {
        for (String dns : peer.dnsSans()) {
            if (dnsMatches(dns, serverName)) {
                return true;
            }
        }
        return peer.otherSans().contains(serverName);
    }

    private static boolean anyMatches(PeerCertificate peer, List<StringMatcher> matchers) {
        for (StringMatcher matcher : matchers) {
            if (anySanMatches(peer, matcher)) {
                return true;
            }
        }
        return false;
    }

    private static boolean anySanMatches(PeerCertificate peer, StringMatcher matcher) {
        for (String uri : peer.uriSans()) {
            if (matcher.matches(uri)) {
                return true;
            }
        }
        for (String dns : peer.dnsSans()) {
            if (matcher.matches(dns)
                    || (matcher instanceof StringMatcher.Exact(String name, boolean _) && dnsMatches(dns, name))) {
                return true;
            }
        }
        for (String other : peer.otherSans()) {
            if (matcher.matches(other)) {
                return true;
            }
        }
        return false;
    }

    /** RFC 6125 section 6.4.3, with the wildcard only as the whole leftmost label. */
    static boolean dnsMatches(String san, String name) {
        String pattern = san.toLowerCase(Locale.ROOT);
        String host = name.toLowerCase(Locale.ROOT);
        if (!pattern.startsWith("*.")) {
            return pattern.equals(host);
        }
        int dot = host.indexOf('.');
        return dot > 0 && host.substring(dot).equals(pattern.substring(1)) && pattern.indexOf('.', 2) > 0;
    }

    private static boolean hashMatches(PeerCertificate peer, Validation validation) {
        for (String hash : validation.certificateHashes()) {
            if (hash.replace(":", "").equalsIgnoreCase(peer.sha256())) {
                return true;
            }
        }
        return false;
    }

    private static boolean spkiMatches(PeerCertificate peer, Validation validation) {
        return !validation.certificateSpki().isEmpty()
                && validation
                        .certificateSpki()
                        .contains(Base64.getEncoder()
                                .encodeToString(sha256(peer.publicKey().getEncoded())));
    }

    static String hexSha256(byte[] bytes) {
        return HexFormat.of().formatHex(sha256(bytes));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}

package dev.lateen.proxy.tls;

import dev.lateen.proxy.model.StringMatcher;
import dev.lateen.proxy.model.TlsSettings.SanMatcher;
import dev.lateen.proxy.model.TlsSettings.Validation;
import io.netty.util.NetUtil;
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
     * @param validation null where nothing but the name is asked
     * @param serverName what the certificate must be good for when not empty ({@code auto_san_validation}); a name, or an address without brackets
     */
    static @Nullable String refusal(PeerCertificate peer, @Nullable Validation validation, String serverName) {
        if (validation != null && validation.acceptUntrusted()) {
            return null;
        }
        if (!serverName.isEmpty() && !isNamed(peer, serverName)) {
            return "verify cert failed: verify SAN list, expected SANs: [" + serverName + "], certificate SANs: "
                    + names(peer);
        }
        if (validation == null) {
            return null;
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
        return Stream.of(peer.dnsSans(), peer.uriSans(), peer.emailSans(), peer.ipSans())
                .flatMap(Collection::stream)
                .collect(Collectors.joining(", ", "[", "]"));
    }

    /** An address is looked for among the addresses only (RFC 9110 section 4.3.5), or a DNS name that looks like one would do. */
    private static boolean isNamed(PeerCertificate peer, String serverName) {
        if (isAddress(serverName)) {
            return peer.ipSans().contains(PeerCertificate.address(serverName));
        }
        for (String dns : peer.dnsSans()) {
            if (dnsMatches(dns, serverName)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a name is an IPv4 or IPv6 address, without brackets. */
    static boolean isAddress(String name) {
        return NetUtil.isValidIpV4Address(name) || NetUtil.isValidIpV6Address(name);
    }

    private static boolean anyMatches(PeerCertificate peer, List<SanMatcher> matchers) {
        for (SanMatcher matcher : matchers) {
            if (matches(peer, matcher)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(PeerCertificate peer, SanMatcher matcher) {
        return switch (matcher.kind()) {
            case ANY ->
                any(peer.uriSans(), matcher.matcher())
                        || anyDns(peer, matcher.matcher())
                        || any(peer.emailSans(), matcher.matcher())
                        || any(peer.ipSans(), matcher.matcher());
            case EMAIL -> any(peer.emailSans(), matcher.matcher());
            case DNS -> anyDns(peer, matcher.matcher());
            case URI -> any(peer.uriSans(), matcher.matcher());
            case IP_ADDRESS -> any(peer.ipSans(), matcher.matcher());
        };
    }

    private static boolean any(List<String> names, StringMatcher matcher) {
        for (String name : names) {
            if (matcher.matches(name)) {
                return true;
            }
        }
        return false;
    }

    private static boolean anyDns(PeerCertificate peer, StringMatcher matcher) {
        for (String dns : peer.dnsSans()) {
            if (matcher.matches(dns)
                    || (matcher instanceof StringMatcher.Exact(String name, boolean _) && dnsMatches(dns, name))) {
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

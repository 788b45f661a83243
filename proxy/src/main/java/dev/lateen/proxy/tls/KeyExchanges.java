package dev.lateen.proxy.tls;

import io.netty.handler.ssl.SslProvider;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Key exchange groups as Envoy's {@code TlsParameters.ecdh_curves} names them, in the words of either TLS library. */
final class KeyExchanges {
    /** Envoy's where the configuration names none. */
    private static final List<String> DEFAULTS = List.of("X25519", "P-256");

    private record Group(String boringSsl, String jdk) {}

    private KeyExchanges() {}

    /** @param names BoringSSL's, in order of preference; Envoy's defaults when empty */
    static String[] groups(List<String> names, SslProvider provider) throws TlsUnavailable {
        Set<String> groups = new LinkedHashSet<>();
        for (String name : names.isEmpty() ? DEFAULTS : names) {
            Group group = group(name);
            groups.add(provider == SslProvider.JDK ? group.jdk : group.boringSsl);
        }
        return groups.toArray(String[]::new);
    }

    private static Group group(String name) throws TlsUnavailable {
        return switch (name.trim().toUpperCase(Locale.ROOT)) {
            case "X25519" -> new Group("X25519", "x25519");
            case "P-256", "PRIME256V1", "SECP256R1" -> new Group("P-256", "secp256r1");
            case "P-384", "SECP384R1" -> new Group("P-384", "secp384r1");
            case "P-521", "SECP521R1" -> new Group("P-521", "secp521r1");
            default ->
                throw new TlsUnavailable("key exchange group: " + name + " (expected: X25519, P-256, P-384, P-521)");
        };
    }
}

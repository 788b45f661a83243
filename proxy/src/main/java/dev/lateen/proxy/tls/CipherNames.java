package dev.lateen.proxy.tls;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** TLS versions and cipher suites as Envoy's {@code TlsParameters} names them, in the JDK's words, which BoringSSL understands too. */
final class CipherNames {
    private static final List<String> VERSIONS = List.of("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3");

    /** TLS 1.3's suites can't be configured in Envoy: all are always on. */
    private static final List<String> TLS_13 =
            List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

    private static final Map<String, String> IANA = Map.ofEntries(
            Map.entry("ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
            Map.entry("ECDHE-ECDSA-AES256-GCM-SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
            Map.entry("ECDHE-ECDSA-CHACHA20-POLY1305", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
            Map.entry("ECDHE-RSA-AES128-GCM-SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
            Map.entry("ECDHE-RSA-AES256-GCM-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
            Map.entry("ECDHE-RSA-CHACHA20-POLY1305", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
            Map.entry("ECDHE-ECDSA-AES128-SHA", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
            Map.entry("ECDHE-ECDSA-AES256-SHA", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"),
            Map.entry("ECDHE-RSA-AES128-SHA", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"),
            Map.entry("ECDHE-RSA-AES256-SHA", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"),
            Map.entry("AES128-GCM-SHA256", "TLS_RSA_WITH_AES_128_GCM_SHA256"),
            Map.entry("AES256-GCM-SHA384", "TLS_RSA_WITH_AES_256_GCM_SHA384"),
            Map.entry("AES128-SHA", "TLS_RSA_WITH_AES_128_CBC_SHA"),
            Map.entry("AES256-SHA", "TLS_RSA_WITH_AES_256_CBC_SHA"));

    /** Envoy's own order where the configuration names none. */
    private static final List<String> DEFAULTS = List.of(
            "ECDHE-ECDSA-AES128-GCM-SHA256",
            "ECDHE-ECDSA-CHACHA20-POLY1305",
            "ECDHE-RSA-AES128-GCM-SHA256",
            "ECDHE-RSA-CHACHA20-POLY1305",
            "ECDHE-ECDSA-AES256-GCM-SHA384",
            "ECDHE-RSA-AES256-GCM-SHA384");

    private static final Map<String, String> OPEN_SSL =
            IANA.entrySet().stream().collect(Collectors.toUnmodifiableMap(Map.Entry::getValue, Map.Entry::getKey));

    private CipherNames() {}

    /** OpenSSL's name of a suite, as Envoy logs it; TLS 1.3's have one name only. */
    static String openSslName(String iana) {
        return OPEN_SSL.getOrDefault(iana, iana);
    }

    /**
     * The versions from {@code min} to {@code max}, both included.
     *
     * @param min such as {@code TLSv1.2} or Envoy's {@code TLSv1_2}; empty or {@code TLS_AUTO} means TLS 1.2
     * @param max empty or {@code TLS_AUTO} means TLS 1.3
     */
    static List<String> versions(String min, String max) throws TlsUnavailable {
        int from = version(min, "TLSv1.2");
        int to = version(max, "TLSv1.3");
        if (from > to) {
            throw new TlsUnavailable("TLS versions: " + min + " to " + max + " (expected: minimum not above maximum)");
        }
        return VERSIONS.subList(from, to + 1);
    }

    private static int version(String name, String otherwise) throws TlsUnavailable {
        String plain = name.replace('_', '.');
        int index = VERSIONS.indexOf(
                plain.isEmpty() || plain.equals("TLS.AUTO") ? otherwise : plain.equals("TLSv1.0") ? "TLSv1" : plain);
        if (index < 0) {
            throw new TlsUnavailable("TLS version: " + name + " (expected: one of " + VERSIONS + ")");
        }
        return index;
    }

    /** IANA names for OpenSSL's, with all of TLS 1.3's; of Envoy's defaults when {@code openSslNames} is empty. */
    static List<String> suites(List<String> openSslNames) throws TlsUnavailable {
        List<String> suites = new ArrayList<>(TLS_13);
        for (String group : openSslNames.isEmpty() ? DEFAULTS : openSslNames) {
            // "[A|B]" is BoringSSL's group of equal preference; here the first is preferred.
            for (String name : group.replace("[", "").replace("]", "").split("\\|", -1)) {
                String upper = name.trim().toUpperCase(Locale.ROOT);
                String iana = IANA.containsValue(upper) ? upper : IANA.get(upper);
                if (iana == null) {
                    throw new TlsUnavailable("cipher suite: " + name + " (expected: one of "
                            + IANA.keySet().stream().sorted().toList() + ")");
                }
                suites.add(iana);
            }
        }
        return suites;
    }
}

package dev.lateen.api.networking;

import java.util.List;

/** The cipher suites that a server may name, in OpenSSL's words. Istio passes over others, as one name that a proxy does not know costs all of its TLS. */
public final class CipherSuites {
    private static final List<String> KNOWN = List.of(
            "ECDHE-ECDSA-AES128-GCM-SHA256",
            "ECDHE-RSA-AES128-GCM-SHA256",
            "ECDHE-ECDSA-AES256-GCM-SHA384",
            "ECDHE-RSA-AES256-GCM-SHA384",
            "ECDHE-ECDSA-CHACHA20-POLY1305",
            "ECDHE-RSA-CHACHA20-POLY1305",
            "ECDHE-ECDSA-AES128-SHA",
            "ECDHE-RSA-AES128-SHA",
            "ECDHE-ECDSA-AES256-SHA",
            "ECDHE-RSA-AES256-SHA",
            "AES128-GCM-SHA256",
            "AES256-GCM-SHA384",
            "AES128-SHA",
            "AES256-SHA");

    private CipherSuites() {}

    /** Every name, the strongest first. */
    public static List<String> known() {
        return KNOWN;
    }

    /** Those of {@code names} that are known, each once, in their order. */
    public static List<String> usable(List<String> names) {
        return names.stream().filter(KNOWN::contains).distinct().toList();
    }
}

package dev.lateen.install.pod;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Variables of Istio's agent that this proxy does not follow: those that decide who the workload is or whom it trusts are refused, the others are named. Pure. */
final class PodRemarks {
    /** With the value that asks for nothing else than what happens anyway, and why any other is refused. */
    private static final Map<String, Asks> REFUSED = new TreeMap<>(Map.of(
            "FILE_MOUNTED_CERTS", new Asks(Set.of("false"), "certificates come from the CA"),
            "PROV_CERT", new Asks(Set.of(), "certificates come from the CA"),
            "CA_PROVIDER", new Asks(Set.of("Citadel"), "istiod's CA is the only one that is asked"),
            "CREDENTIAL_FETCHER_TYPE", new Asks(Set.of("JWT"), "the pod's token is the only credential"),
            "XDS_AUTH_PROVIDER", new Asks(Set.of(), "istiod knows the proxy by its certificate"),
            "DISABLE_ENVOY", new Asks(Set.of("false"), "there is no agent without a proxy")));

    private static final Map<String, Asks> WITHOUT_EFFECT = new TreeMap<>(Map.ofEntries(
            entry("WORKLOAD_RSA_KEY_SIZE", "keys are ECDSA P-256"),
            entry("ECC_SIGNATURE_ALGORITHM", "keys are ECDSA P-256", "ECDSA"),
            entry("ECC_CURVE", "keys are ECDSA P-256", "P256"),
            entry("PKCS8_KEY", "a key is written as PKCS #8", "true"),
            entry("SECRET_GRACE_PERIOD_RATIO", "a certificate is renewed at half of its life", "0.5"),
            entry("SECRET_GRACE_PERIOD_RATIO_JITTER", "the jitter is 0.01", "0.01", ".01"),
            entry("ISTIO_META_ENABLE_HBONE", "there is no HBONE", "false"),
            entry("ISTIO_BOOTSTRAP_OVERRIDE", "there is no bootstrap file"),
            entry("PROXY_CONFIG_XDS_AGENT", "settings count at the start", "false"),
            entry("ENABLE_PROBE_KEEPALIVE_CONNECTIONS", "a connection serves one probe", "false"),
            entry("ENVOY_SECURE_METRICS_PORT", "metrics are told in clear text", "0"),
            entry("ENVOY_SECURE_MERGED_METRICS_PORT", "metrics are told in clear text", "0")));

    /** @param usual values that ask for nothing else */
    private record Asks(Set<String> usual, String why) {
        boolean isAsked(String value) {
            return !value.isEmpty() && !usual.contains(value);
        }
    }

    private PodRemarks() {}

    private static Map.Entry<String, Asks> entry(String name, String why, String... usual) {
        return Map.entry(name, new Asks(Set.of(usual), why));
    }

    /** @throws IllegalArgumentException for a variable that asks for another identity or another trust than there is */
    static void refuse(PodVariables variables) {
        REFUSED.forEach((name, asks) -> {
            String value = variables.text(name, "");
            if (asks.isAsked(value)) {
                throw new IllegalArgumentException(name + ": " + value + " (expected: "
                        + (asks.usual.isEmpty()
                                ? "nothing"
                                : asks.usual.iterator().next()) + "; " + asks.why + ")");
            }
        });
    }

    /** Which variables have no effect, each with the reason. */
    static List<String> withoutEffect(PodVariables variables) {
        List<String> named = new ArrayList<>();
        WITHOUT_EFFECT.forEach((name, asks) -> {
            if (asks.isAsked(variables.text(name, ""))) {
                named.add(name + " has no effect here: " + asks.why);
            }
        });
        variables.environment().keySet().stream()
                .filter(name -> name.startsWith("CA_HEADER_") || name.startsWith("WASM_"))
                .sorted()
                .forEach(name -> named.add(name + " has no effect here"));
        return named;
    }
}

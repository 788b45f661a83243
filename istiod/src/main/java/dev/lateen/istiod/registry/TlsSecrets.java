package dev.lateen.istiod.registry;

import dev.lateen.istiod.input.ConfigObject;
import io.fabric8.kubernetes.api.model.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** Kubernetes Secrets as what gateways need of them. */
final class TlsSecrets {
    private TlsSecrets() {}

    static TlsSecret read(ConfigObject.OfKubernetes typed) {
        Map<String, String> values = values((Secret) typed.object());
        return new TlsSecret(
                typed.namespace(),
                typed.name(),
                first(values, "tls.crt", "cert"),
                first(values, "tls.key", "key"),
                first(values, "ca.crt", "cacert"));
    }

    private static Map<String, String> values(Secret secret) {
        Map<String, String> values = new HashMap<>();
        if (secret.getData() != null) {
            secret.getData().forEach((k, v) -> values.put(k, decode(v)));
        }
        if (secret.getStringData() != null) {
            values.putAll(secret.getStringData());
        }
        return values;
    }

    private static String decode(String base64) {
        try {
            return new String(Base64.getMimeDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static String first(Map<String, String> values, String key, String otherwise) {
        return values.getOrDefault(key, values.getOrDefault(otherwise, ""));
    }
}

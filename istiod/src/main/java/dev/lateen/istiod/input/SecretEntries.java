package dev.lateen.istiod.input;

import io.fabric8.kubernetes.api.model.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** What a Kubernetes Secret holds. Its text is never shown. */
record SecretEntries(ConfigObject.OfKubernetes object, Secret secret) {
    private static final String TLS = "kubernetes.io/tls";

    boolean isTls() {
        return TLS.equals(secret.getType());
    }

    /** An entry; empty if it is absent or not base64. */
    String value(String key) {
        String plain =
                secret.getStringData() == null ? null : secret.getStringData().get(key);
        if (plain != null) {
            return plain;
        }
        String data = secret.getData() == null ? null : secret.getData().get(key);
        try {
            byte[] bytes = Base64.getMimeDecoder().decode(data == null ? "" : data);
            return new String(bytes, StandardCharsets.ISO_8859_1);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    /** The first of two entries that is there. */
    String first(String key, String otherwise) {
        String value = value(key);
        return value.isEmpty() ? value(otherwise) : value;
    }

    @Override
    public String toString() {
        return object.key().toString();
    }
}

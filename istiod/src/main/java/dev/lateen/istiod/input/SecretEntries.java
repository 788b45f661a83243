package dev.lateen.istiod.input;

import dev.lateen.api.yaml.RawDocument;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import tools.jackson.databind.JsonNode;

/** What a Kubernetes Secret holds, read from its document. Its text is never shown. */
record SecretEntries(RawDocument secret) {
    private static final String TLS = "kubernetes.io/tls";

    boolean isTls() {
        return secret.node().path("type").asString("").equals(TLS);
    }

    /** An entry; empty if it is absent or not base64. */
    String value(String key) {
        JsonNode plain = secret.node().path("stringData").path(key);
        if (plain.isString()) {
            return plain.stringValue();
        }
        try {
            byte[] bytes = Base64.getMimeDecoder()
                    .decode(secret.node().path("data").path(key).asString(""));
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
        return secret.title();
    }
}

package dev.lateen.istiod.config;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.ca.CertificatePairs;
import dev.lateen.istiod.registry.KubernetesDocument;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Finds Secrets of type {@code kubernetes.io/tls} whose certificate or key is broken. Never repeats what is in them. */
public final class SecretChecks {
    private static final String TYPE = "kubernetes.io/tls";

    private SecretChecks() {}

    /** The problems of the Secrets among some documents. */
    public static List<Problem> check(Collection<KubernetesDocument> documents) {
        List<Problem> problems = new ArrayList<>();
        for (KubernetesDocument document : documents) {
            JsonNode body = document.body();
            if (body.path("kind").asString("").equals("Secret")
                    && body.path("type").asString("").equals(TYPE)) {
                check(body, document.origin(), problems);
            }
        }
        return problems;
    }

    private static void check(JsonNode secret, Origin origin, List<Problem> problems) {
        String name = "Secret " + secret.path("metadata").path("namespace").asString("default") + "/"
                + secret.path("metadata").path("name").asString("");
        String certificate = value(secret, "tls.crt");
        String key = value(secret, "tls.key");
        CertificatePairs.problem(certificate, key).ifPresent(problem -> {
            String field = problem.inKey() ? "data.tls.key" : "data.tls.crt";
            problems.add(new Problem(
                    Problem.Severity.ERROR, origin, origin.line(), name, field, problem.found(), problem.accepted()));
        });
    }

    /** An entry of a Secret; empty if it is absent or not base64. */
    private static String value(JsonNode secret, String key) {
        JsonNode plain = secret.path("stringData").path(key);
        if (plain.isString()) {
            return plain.stringValue();
        }
        try {
            byte[] bytes =
                    Base64.getMimeDecoder().decode(secret.path("data").path(key).asString(""));
            return new String(bytes, StandardCharsets.ISO_8859_1);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}

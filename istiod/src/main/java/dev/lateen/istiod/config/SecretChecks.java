package dev.lateen.istiod.config;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.ca.CertificatePairs;
import dev.lateen.istiod.registry.KubernetesDocument;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Finds Secrets of type {@code kubernetes.io/tls} whose certificate or key is broken. Never repeats what is in them. */
public final class SecretChecks {
    private SecretChecks() {}

    /** The problems of the Secrets among some documents. */
    public static List<Problem> check(Collection<KubernetesDocument> documents) {
        List<Problem> problems = new ArrayList<>();
        for (KubernetesDocument document : documents) {
            JsonNode body = document.body();
            if (body.path("kind").asString("").equals("Secret") && new SecretEntries(body).isTls()) {
                check(body, document.origin(), problems);
            }
        }
        return problems;
    }

    private static void check(JsonNode secret, Origin origin, List<Problem> problems) {
        String name = "Secret " + secret.path("metadata").path("namespace").asString("default") + "/"
                + secret.path("metadata").path("name").asString("");
        SecretEntries entries = new SecretEntries(secret);
        String certificate = entries.value("tls.crt");
        String key = entries.value("tls.key");
        CertificatePairs.problem(certificate, key).ifPresent(problem -> {
            String field = problem.inKey() ? "data.tls.key" : "data.tls.crt";
            problems.add(new Problem(
                    Problem.Severity.ERROR, origin, origin.line(), name, field, problem.found(), problem.accepted()));
        });
    }
}

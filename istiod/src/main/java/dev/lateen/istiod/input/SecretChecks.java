package dev.lateen.istiod.input;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.RawDocument;
import dev.lateen.istiod.ca.CertificatePairs;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Finds Secrets of type {@code kubernetes.io/tls} whose certificate or key is broken. Never repeats what is in them. */
public final class SecretChecks {
    private SecretChecks() {}

    /** The problems of the Secrets among some documents. */
    public static List<Problem> check(Collection<RawDocument> documents) {
        List<Problem> problems = new ArrayList<>();
        for (RawDocument document : documents) {
            if (document.kind().equals("Secret") && new SecretEntries(document).isTls()) {
                check(document, problems);
            }
        }
        return problems;
    }

    private static void check(RawDocument secret, List<Problem> problems) {
        SecretEntries entries = new SecretEntries(secret);
        String certificate = entries.value("tls.crt");
        String key = entries.value("tls.key");
        CertificatePairs.problem(certificate, key).ifPresent(problem -> {
            Origin origin = secret.origin();
            String field = problem.inKey() ? "data.tls.key" : "data.tls.crt";
            problems.add(new Problem(
                    Problem.Severity.ERROR,
                    origin,
                    origin.line(),
                    secret.title(),
                    field,
                    problem.found(),
                    problem.accepted()));
        });
    }
}

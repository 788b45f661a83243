package dev.lateen.istiod.input;

import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.ca.CertificatePairs;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.List;

/** Finds Secrets of type {@code kubernetes.io/tls} whose certificate or key is broken. Never repeats what is in them. */
final class SecretChecks {
    private SecretChecks() {}

    /** What is wrong with an object by itself; empty if nothing is, or if it is no Secret. */
    static List<Problem> check(ConfigObject object) {
        if (!(object instanceof ConfigObject.OfKubernetes kubernetes)
                || !(kubernetes.object() instanceof Secret secret)) {
            return List.of();
        }
        SecretEntries entries = new SecretEntries(kubernetes, secret);
        return entries.isTls()
                ? CertificatePairs.problem(entries.value("tls.crt"), entries.value("tls.key")).stream()
                        .map(flaw -> problem(object, flaw))
                        .toList()
                : List.of();
    }

    private static Problem problem(ConfigObject secret, CertificatePairs.Flaw flaw) {
        return new Problem(
                Problem.Severity.ERROR,
                secret.origin(),
                secret.origin().line(),
                secret.key(),
                flaw.inKey() ? "data.tls.key" : "data.tls.crt",
                flaw.found(),
                flaw.accepted());
    }
}

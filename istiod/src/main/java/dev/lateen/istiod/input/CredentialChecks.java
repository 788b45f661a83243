package dev.lateen.istiod.input;

import dev.lateen.api.networking.Gateway;
import dev.lateen.api.networking.ServerTls;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.xds.SecretName;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.ca.CertificatePairs;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Whether the Secrets that Gateways name by {@code credentialName} exist beside the gateway's pods and hold what their servers need. Doubtful, not wrong: a Secret
 * may come later, until then the handshakes of that one server fail. Pure; never repeats what is in a Secret.
 */
final class CredentialChecks {

    private final Map<String, SecretEntries> secrets;
    private final Collection<Workload> workloads;
    private final List<Problem> problems = new ArrayList<>();

    private CredentialChecks(Map<String, SecretEntries> secrets, Collection<Workload> workloads) {
        this.secrets = secrets;
        this.workloads = workloads;
    }

    /** Where pods with some labels are, or are to be. */
    record Workload(String namespace, Map<String, String> labels) {
        /** Whether a Gateway's selector means them. */
        boolean isSelectedBy(Map<String, String> selector) {
            return !selector.isEmpty() && labels.entrySet().containsAll(selector.entrySet());
        }

        /** What an object says of pods; null if it says nothing of them. */
        static @Nullable Workload of(@Nullable ConfigObject object) {
            if (!(object instanceof ConfigObject.OfKubernetes kubernetes)) {
                return null;
            }
            Map<String, String> labels = switch (kubernetes.object()) {
                case Pod pod -> pod.getMetadata().getLabels();
                case Deployment deployment
                when deployment.getSpec() != null -> labels(deployment.getSpec().getTemplate());
                case StatefulSet set
                when set.getSpec() != null -> labels(set.getSpec().getTemplate());
                case DaemonSet set
                when set.getSpec() != null -> labels(set.getSpec().getTemplate());
                default -> null;
            };
            return labels == null ? null : new Workload(kubernetes.namespace(), labels);
        }

        private static @Nullable Map<String, String> labels(@Nullable PodTemplateSpec template) {
            return template == null || template.getMetadata() == null
                    ? null
                    : template.getMetadata().getLabels();
        }
    }

    /**
     * The doubts about the credentials of one Gateway.
     *
     * @param secrets by {@code namespace/name}
     * @param workloads all there are
     */
    static List<Problem> check(
            Resource<Gateway> gateway, Map<String, SecretEntries> secrets, Collection<Workload> workloads) {
        CredentialChecks checks = new CredentialChecks(secrets, workloads);
        checks.check(gateway);
        return checks.problems;
    }

    private void check(Resource<Gateway> gateway) {
        List<Gateway.Server> servers = gateway.spec().servers();
        for (int i = 0; i < servers.size(); i++) {
            ServerTls tls = servers.get(i).tls();
            if (tls != null) {
                check(gateway, tls, "spec.servers[" + i + "].tls.");
            }
        }
    }

    private void check(Resource<Gateway> gateway, ServerTls tls, String path) {
        Set<String> namespaces = namespaces(gateway.spec().selector());
        ServerTls.Credentials credentials = tls.credentials();
        if (!credentials.credentialName().isEmpty()) {
            check(gateway, tls, credentials.credentialName(), namespaces, path + "credentialName");
        }
        for (int i = 0; i < credentials.credentialNames().size(); i++) {
            check(gateway, tls, credentials.credentialNames().get(i), namespaces, path + "credentialNames[" + i + "]");
        }
    }

    private void check(Resource<Gateway> gateway, ServerTls tls, String name, Set<String> namespaces, String path) {
        String plain = name.substring(name.lastIndexOf('/') + 1);
        for (String namespace : namespaces) {
            SecretEntries secret = secrets.get(namespace + "/" + plain);
            if (secret == null) {
                report(
                        gateway,
                        path,
                        "no Secret '" + plain + "' in namespace " + namespace + elsewhere(plain),
                        "a Secret with certificate and key in the namespace of the gateway's pods; until it is there,"
                                + " handshakes of this server fail");
                continue;
            }
            String full = namespace + "/" + plain;
            flaw(secret)
                    .ifPresent(flaw -> report(gateway, path, "Secret " + full + ": " + flaw.found(), flaw.accepted()));
            boolean asks = tls.mode() == ServerTls.Mode.MUTUAL || tls.mode() == ServerTls.Mode.OPTIONAL_MUTUAL;
            if (asks && !hasAuthority(tls, namespace, plain)) {
                report(
                        gateway,
                        path,
                        "mode " + tls.mode() + ", but no CA certificate in Secret " + full + " nor in " + full
                                + SecretName.AUTHORITY,
                        "ca.crt or cacert in one of them");
            }
        }
    }

    /** A Secret of Kubernetes' own type is checked by itself, whoever uses it. */
    private static Optional<CertificatePairs.Flaw> flaw(SecretEntries secret) {
        return secret.isTls()
                ? Optional.empty()
                : CertificatePairs.problem(secret.first("tls.crt", "cert"), secret.first("tls.key", "key"));
    }

    private boolean hasAuthority(ServerTls tls, String namespace, String name) {
        List<String> candidates = tls.credentials().caCertCredentialName().isEmpty()
                ? List.of(name + SecretName.AUTHORITY, name)
                : List.of(tls.credentials().caCertCredentialName());
        return candidates.stream()
                .map(candidate -> secrets.get(namespace + "/" + candidate))
                .anyMatch(secret ->
                        secret != null && !secret.first("ca.crt", "cacert").isEmpty());
    }

    private String elsewhere(String name) {
        return secrets.keySet().stream()
                .filter(full -> full.endsWith("/" + name))
                .sorted()
                .findFirst()
                .map(full -> " (there is one in " + full.substring(0, full.indexOf('/')) + ")")
                .orElse("");
    }

    /** Where the pods are that a Gateway selects; none if these files don't tell. */
    private Set<String> namespaces(Map<String, String> selector) {
        Set<String> namespaces = new TreeSet<>();
        workloads.stream()
                .filter(workload -> workload.isSelectedBy(selector))
                .forEach(workload -> namespaces.add(workload.namespace()));
        return namespaces;
    }

    private void report(Resource<Gateway> gateway, String path, String found, String accepted) {
        var origin = gateway.meta().origin();
        problems.add(
                new Problem(Problem.Severity.WARNING, origin, origin.line(), gateway.key(), path, found, accepted));
    }
}

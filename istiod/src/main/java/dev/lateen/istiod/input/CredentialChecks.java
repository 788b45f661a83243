package dev.lateen.istiod.input;

import dev.lateen.api.networking.Gateway;
import dev.lateen.api.networking.ServerTls;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.xds.SecretName;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.RawDocument;
import dev.lateen.istiod.ca.CertificatePairs;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/**
 * Whether the Secrets that Gateways name by {@code credentialName} exist beside the gateway's pods and hold what their servers need. Doubtful, not wrong: a Secret
 * may come later, until then the handshakes of that one server fail. Pure; never repeats what is in a Secret.
 */
final class CredentialChecks {

    private final Map<String, SecretEntries> secrets = new HashMap<>();
    private final Collection<RawDocument> documents;
    private final List<Problem> problems = new ArrayList<>();

    private CredentialChecks(Collection<RawDocument> documents) {
        this.documents = documents;
        for (RawDocument document : documents) {
            if (document.kind().equals("Secret")) {
                secrets.put(document.namespace() + "/" + document.name(), new SecretEntries(document));
            }
        }
    }

    /** The doubts about the credentials of all Gateways among some resources. */
    static List<Problem> check(Collection<Resource<?>> resources, Collection<RawDocument> documents) {
        CredentialChecks checks = new CredentialChecks(documents);
        resources.forEach(resource -> resource.as(Gateway.class).ifPresent(checks::check));
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
        if (!tls.credentialName().isEmpty()) {
            check(gateway, tls, tls.credentialName(), namespaces, path + "credentialName");
        }
        for (int i = 0; i < tls.credentialNames().size(); i++) {
            check(gateway, tls, tls.credentialNames().get(i), namespaces, path + "credentialNames[" + i + "]");
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
        List<String> candidates = tls.caCertCredentialName().isEmpty()
                ? List.of(name + SecretName.AUTHORITY, name)
                : List.of(tls.caCertCredentialName());
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
        for (RawDocument document : documents) {
            JsonNode labels = switch (document.kind()) {
                case "Pod" -> document.node().path("metadata").path("labels");
                case "Deployment", "DaemonSet", "StatefulSet" ->
                    document.node()
                            .path("spec")
                            .path("template")
                            .path("metadata")
                            .path("labels");
                default -> null;
            };
            boolean selected = labels != null
                    && !selector.isEmpty()
                    && selector.entrySet().stream()
                            .allMatch(label -> label.getValue()
                                    .equals(labels.path(label.getKey()).asString("")));
            if (selected) {
                namespaces.add(document.namespace());
            }
        }
        return namespaces;
    }

    private void report(Resource<Gateway> gateway, String path, String found, String accepted) {
        var origin = gateway.meta().origin();
        problems.add(new Problem(
                Problem.Severity.WARNING, origin, origin.line(), gateway.key().toString(), path, found, accepted));
    }
}

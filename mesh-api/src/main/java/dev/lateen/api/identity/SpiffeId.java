package dev.lateen.api.identity;

import java.util.Optional;

/**
 * Who a workload is: {@code spiffe://TRUST_DOMAIN/ns/NAMESPACE/sa/SERVICE_ACCOUNT}, as Istio forms it.
 *
 * @param trustDomain the trust domain; never empty
 * @param namespace the namespace; never empty
 * @param serviceAccount the service account; never empty
 */
public record SpiffeId(String trustDomain, String namespace, String serviceAccount) {
    /** What every SPIFFE identity begins with. */
    public static final String SCHEME = "spiffe://";

    /** The trust domain of a mesh that names none. */
    public static final String DEFAULT_TRUST_DOMAIN = "cluster.local";

    /** Refuses parts that are empty or hold a slash, for they could not be told apart again. */
    public SpiffeId {
        requirePart("trust domain", trustDomain);
        requirePart("namespace", namespace);
        requirePart("service account", serviceAccount);
    }

    private static void requirePart(String what, String value) {
        if (value.isEmpty() || value.indexOf('/') >= 0) {
            throw new IllegalArgumentException("%s: '%s' (expected: not empty, no slash)".formatted(what, value));
        }
    }

    /** Reads Istio's form; empty if {@code uri} is anything else. */
    public static Optional<SpiffeId> parse(String uri) {
        if (!uri.startsWith(SCHEME)) {
            return Optional.empty();
        }
        String[] parts = uri.substring(SCHEME.length()).split("/", -1);
        boolean formed = parts.length == 5 && parts[1].equals("ns") && parts[3].equals("sa");
        if (!formed || parts[0].isEmpty() || parts[2].isEmpty() || parts[4].isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new SpiffeId(parts[0], parts[2], parts[4]));
    }

    /** The identity as a URI, as it stands in a certificate. */
    public String uri() {
        return SCHEME + principal();
    }

    /** The identity without its scheme, as {@code source.principal} of policies and metrics has it. */
    public String principal() {
        return trustDomain + "/ns/" + namespace + "/sa/" + serviceAccount;
    }

    @Override
    public String toString() {
        return uri();
    }
}

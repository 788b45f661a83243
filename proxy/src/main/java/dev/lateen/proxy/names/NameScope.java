package dev.lateen.proxy.names;

import java.util.List;
import java.util.Locale;

/**
 * From where names are looked up, which tells what short names mean.
 *
 * @param namespace of the pod: its services are called by their names alone
 * @param domain of services without the namespace, such as {@code svc.cluster.local}
 * @param search the first search domain of {@code resolv.conf} with a dot before and behind; empty for none
 */
public record NameScope(String namespace, String domain, String search) {
    /**
     * The scope of a pod.
     *
     * @param proxyDomain of its node id, such as {@code NAMESPACE.svc.cluster.local}
     * @param searchDomains of its {@code resolv.conf}
     */
    public static NameScope of(String namespace, String proxyDomain, List<String> searchDomains) {
        String domain =
                proxyDomain.startsWith(namespace + ".") ? proxyDomain.substring(namespace.length() + 1) : proxyDomain;
        return new NameScope(namespace, domain, searchDomains.isEmpty() ? "" : dotted(searchDomains.getFirst()));
    }

    private static String dotted(String domain) {
        String lower = domain.toLowerCase(Locale.ROOT);
        return "." + lower + (lower.endsWith(".") ? "" : ".");
    }

    /** Its first part, as {@code svc}. */
    String domainHead() {
        int dot = domain.indexOf('.');
        return dot < 0 ? domain : domain.substring(0, dot);
    }
}

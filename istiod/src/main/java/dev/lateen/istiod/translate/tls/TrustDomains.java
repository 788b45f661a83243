package dev.lateen.istiod.translate.tls;

import dev.lateen.api.mesh.MeshConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * The mesh's trust domain and its aliases: a policy that names one of them means all.
 *
 * @param names the mesh's own first
 */
public record TrustDomains(List<String> names) {

    /** The mesh's own and its aliases. */
    public static TrustDomains of(MeshConfig mesh) {
        List<String> names = new ArrayList<>();
        names.add(mesh.trustDomain());
        names.addAll(mesh.security().trustDomainAliases());
        return new TrustDomains(names.stream().distinct().toList());
    }

    /** {@code domain/ns/n/sa/a} in all trust domains, if its own is one of the mesh's; other values stay. */
    public List<String> principals(List<String> principals) {
        List<String> all = new ArrayList<>();
        for (String principal : principals) {
            int slash = principal.indexOf('/');
            String domain = slash < 0 ? principal : principal.substring(0, slash);
            boolean formed = slash > 0 && principal.split("/", -1).length == 5;
            if (!formed || domain.equals("*") || names.stream().noneMatch(n -> matches(n, domain))) {
                all.add(principal);
                continue;
            }
            // A domain with a star covers several names; it is kept beside the names it does not cover.
            if (domain.contains("*")) {
                all.add(principal);
            }
            names.stream()
                    .filter(n -> !domain.contains("*") || !matches(n, domain))
                    .forEach(n -> all.add(n + principal.substring(slash)));
        }
        return all.stream().distinct().toList();
    }

    /** These domains, with all that stand for the mesh where one of them does. */
    public List<String> expand(List<String> domains) {
        List<String> all = new ArrayList<>();
        for (String domain : domains) {
            all.add(domain);
            if (names.contains(domain)) {
                all.addAll(names);
            }
        }
        return all.stream().distinct().toList();
    }

    private static boolean matches(String name, String pattern) {
        if (pattern.startsWith("*")) {
            return name.endsWith(pattern.substring(1));
        }
        return pattern.endsWith("*")
                ? name.startsWith(pattern.substring(0, pattern.length() - 1))
                : name.equals(pattern);
    }
}

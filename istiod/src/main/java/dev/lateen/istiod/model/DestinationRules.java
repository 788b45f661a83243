package dev.lateen.istiod.model;

import dev.lateen.api.networking.DestinationRule;
import dev.lateen.api.networking.TrafficPolicy;
import dev.lateen.api.resource.Resource;
import dev.lateen.istiod.registry.Exports;
import dev.lateen.istiod.registry.Service;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All DestinationRules, found by namespace and host. The search for a client's call to a service goes: the client's namespace (unless
 * it is the root), the service's, the root; within a namespace the most specific host; a rule for selected workloads before one for all.
 */
final class DestinationRules {
    private final Map<String, Map<String, List<MergedRule>>> byNamespaceAndHost;
    private final Map<String, Set<String>> exportedHosts = new HashMap<>();
    private final String rootNamespace;

    private DestinationRules(Map<String, Map<String, List<MergedRule>>> rules, String rootNamespace) {
        this.byNamespaceAndHost = rules;
        this.rootNamespace = rootNamespace;
        rules.forEach((namespace, hosts) -> {
            Set<String> exported = new HashSet<>();
            hosts.forEach((host, ofHost) -> {
                if (ofHost.stream().anyMatch(rule -> exported(rule, namespace))) {
                    exported.add(host);
                }
            });
            exportedHosts.put(namespace, exported);
        });
    }

    static DestinationRules of(
            List<Resource<DestinationRule>> rules,
            List<String> defaultExportTo,
            String rootNamespace,
            @Nullable DestinationRules previous) {
        Map<String, Map<String, List<MergedRule>>> index = new HashMap<>();
        for (Resource<DestinationRule> rule : rules) {
            String host = Hosts.resolve(rule.spec().host(), rule.namespace());
            List<MergedRule> sameHost = index.computeIfAbsent(rule.namespace(), n -> new HashMap<>())
                    .computeIfAbsent(host, h -> new ArrayList<>());
            add(sameHost, rule, host, defaultExportTo);
        }
        if (previous != null) {
            index.forEach(
                    (namespace, hosts) -> hosts.replaceAll((host, now) -> previous.sharedOr(namespace, host, now)));
        }
        return new DestinationRules(index, rootNamespace);
    }

    private List<MergedRule> sharedOr(String namespace, String host, List<MergedRule> now) {
        List<MergedRule> before =
                byNamespaceAndHost.getOrDefault(namespace, Map.of()).get(host);
        return now.equals(before) ? before : now;
    }

    private static void add(
            List<MergedRule> sameHost, Resource<DestinationRule> rule, String host, List<String> defaultExportTo) {
        List<String> exportTo =
                rule.spec().exportTo().isEmpty() ? defaultExportTo : rule.spec().exportTo();
        MergedRule alone = new MergedRule(
                List.of(rule),
                host,
                rule.spec().trafficPolicy(),
                rule.spec().subsets(),
                exportTo,
                rule.spec().workloadSelector());
        for (int i = 0; i < sameHost.size(); i++) {
            MergedRule other = sameHost.get(i);
            boolean alike = other.exportTo().equals(exportTo)
                    && java.util.Objects.equals(other.selector(), rule.spec().workloadSelector());
            if (alike) {
                sameHost.set(i, merge(other, alone));
                return;
            }
        }
        sameHost.add(alone);
    }

    private static MergedRule merge(MergedRule first, MergedRule second) {
        List<Resource<DestinationRule>> from = new ArrayList<>(first.from());
        from.addAll(second.from());
        List<DestinationRule.Subset> subsets = new ArrayList<>(first.subsets());
        second.subsets().stream().filter(s -> first.subset(s.name()).isEmpty()).forEach(subsets::add);
        TrafficPolicy policy = first.policy() == null ? second.policy() : first.policy();
        return new MergedRule(
                List.copyOf(from), first.host(), policy, List.copyOf(subsets), first.exportTo(), first.selector());
    }

    boolean selectsWorkloads(String namespace) {
        return byNamespaceAndHost.getOrDefault(namespace, Map.of()).values().stream()
                .flatMap(List::stream)
                .anyMatch(r -> r.selector() != null);
    }

    /** The rule for calls of a client to a service, or null. */
    @Nullable
    MergedRule find(Service service, String clientNamespace, Map<String, String> clientLabels) {
        if (!clientNamespace.equals(rootNamespace)) {
            MergedRule own = in(clientNamespace, service.hostname(), clientNamespace, clientLabels);
            if (own != null) {
                return own;
            }
        }
        MergedRule ofService = in(service.namespace(), service.hostname(), clientNamespace, clientLabels);
        return ofService != null ? ofService : in(rootNamespace, service.hostname(), clientNamespace, clientLabels);
    }

    // A namespace keeps rules that it exports to nobody, and those for workloads of its own, out of others' search.
    private static boolean exported(MergedRule rule, String namespace) {
        return rule.selector() == null
                && (rule.exportTo().isEmpty()
                        || !rule.exportTo().stream()
                                .allMatch(to -> to.equals(".") || to.equals("~") || to.equals(namespace)));
    }

    private @Nullable MergedRule in(String namespace, String host, String clientNamespace, Map<String, String> labels) {
        Map<String, List<MergedRule>> hosts = byNamespaceAndHost.get(namespace);
        if (hosts == null) {
            return null;
        }
        boolean own = namespace.equals(clientNamespace);
        String best = Hosts.mostSpecific(host, own ? hosts.keySet() : exportedHosts.getOrDefault(namespace, Set.of()));
        if (best == null) {
            return null;
        }
        MergedRule forAll = null;
        for (MergedRule rule : hosts.getOrDefault(best, List.of())) {
            if (!Exports.visible(rule.exportTo(), namespace, clientNamespace)) {
                continue;
            }
            boolean selected = rule.selector() != null
                    && namespace.equals(clientNamespace)
                    && Labels.satisfy(labels, rule.selector());
            if (selected) {
                return rule;
            }
            forAll = forAll == null && rule.selector() == null ? rule : forAll;
        }
        return forAll;
    }
}

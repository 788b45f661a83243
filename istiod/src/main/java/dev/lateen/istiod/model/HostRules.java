package dev.lateen.istiod.model;

import dev.lateen.istiod.persistent.PersistentMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The DestinationRules of one namespace, found by host. Immutable.
 *
 * @param byHost by the full host as rules have it
 * @param wildcards hosts with a wildcard, the most specific first
 * @param selecting how many are for selected workloads
 */
record HostRules(PersistentMap<String, List<MergedRule>> byHost, List<String> wildcards, int selecting) {
    static final HostRules NONE = new HostRules(PersistentMap.empty(), List.of(), 0);

    /** The same with other rules for a host; without it if there are none. */
    HostRules with(String host, List<MergedRule> rules) {
        List<MergedRule> before = byHost.getOrDefault(host, List.of());
        List<String> wild = wildcards;
        if (host.startsWith("*") && before.isEmpty() != rules.isEmpty()) {
            List<String> others = new ArrayList<>(wildcards);
            others.remove(host);
            if (!rules.isEmpty()) {
                others.add(host);
            }
            others.sort(Comparator.comparingInt((String one) -> -one.length()).thenComparing(one -> one));
            wild = List.copyOf(others);
        }
        return new HostRules(
                byHost.withOrWithout(host, rules.isEmpty() ? null : rules),
                wild,
                selecting - selecting(before) + selecting(rules));
    }

    private static int selecting(List<MergedRule> rules) {
        return (int) rules.stream().filter(rule -> rule.selector() != null).count();
    }

    /**
     * The rules of the most specific host that covers one: itself, else the longest wildcard; null if none does.
     *
     * @param exportedBy only hosts count of which this namespace shows a rule to others; null if all count
     */
    @Nullable
    List<MergedRule> mostSpecific(String host, @Nullable String exportedBy) {
        List<MergedRule> exact = byHost.get(host);
        if (exact != null && counts(exact, exportedBy)) {
            return exact;
        }
        for (String wildcard : wildcards) {
            if (!wildcard.equals(host) && Hosts.within(host, wildcard)) {
                List<MergedRule> rules = byHost.getOrDefault(wildcard, List.of());
                if (counts(rules, exportedBy)) {
                    return rules;
                }
            }
        }
        return null;
    }

    private static boolean counts(List<MergedRule> rules, @Nullable String exportedBy) {
        return exportedBy == null || rules.stream().anyMatch(rule -> isExported(rule, exportedBy));
    }

    // A namespace keeps rules that it exports to nobody, and those for workloads of its own, out of others' search.
    private static boolean isExported(MergedRule rule, String namespace) {
        return rule.selector() == null
                && (rule.exportTo().isEmpty()
                        || !rule.exportTo().stream()
                                .allMatch(to -> to.equals(".") || to.equals("~") || to.equals(namespace)));
    }
}

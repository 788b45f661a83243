package dev.lateen.istiod.translate.route;

import dev.lateen.api.networking.Destination;
import dev.lateen.api.networking.HttpRoute;
import dev.lateen.api.resource.Resource;
import dev.lateen.istiod.model.Hosts;
import dev.lateen.istiod.model.RoutingRule;
import dev.lateen.istiod.persistent.InOrder;
import dev.lateen.istiod.persistent.ListChange;
import dev.lateen.istiod.persistent.PersistentIndex;
import dev.lateen.istiod.persistent.PersistentMap;
import dev.lateen.istiod.translate.resource.SameObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Some VirtualServices, those that route requests found by their hosts. Immutable.
 *
 * @param rules all, the oldest first
 * @param byHost those that route requests, by host or pattern, the oldest first
 * @param wildcards the patterns among these, the longest first
 * @param mentions those that route requests, by every host that they name: their own, and where they send requests
 */
record RuleIndex(
        List<RoutingRule> rules,
        PersistentMap<String, List<RoutingRule>> byHost,
        List<String> wildcards,
        PersistentIndex<String, SameObject<RoutingRule>> mentions) {
    static final RuleIndex EMPTY = new RuleIndex(List.of(), PersistentMap.empty(), List.of(), PersistentIndex.empty());

    static final Comparator<RoutingRule> OLDEST_FIRST =
            Comparator.comparing(RoutingRule::source, Resource.OLDEST_FIRST);
    private static final Comparator<String> LONGEST_FIRST =
            Comparator.comparingInt((String pattern) -> -pattern.length()).thenComparing(pattern -> pattern);

    /** An index of these rules; it costs what they differ in from those of this one. */
    @SuppressWarnings("ReferenceEquality") // The same list is no change.
    RuleIndex of(List<RoutingRule> now) {
        if (now == rules) {
            return this;
        }
        ListChange<RoutingRule> change = ListChange.between(rules, now);
        PersistentMap<String, List<RoutingRule>> hosts = byHost;
        PersistentIndex<String, SameObject<RoutingRule>> named = mentions;
        List<String> patterns = wildcards;
        for (RoutingRule rule : change.removed()) {
            for (String host : hosts(rule)) {
                List<RoutingRule> others =
                        InOrder.replaced(hosts.getOrDefault(host, List.of()), List.of(rule), List.of(), OLDEST_FIRST);
                hosts = hosts.withOrWithout(host, others.isEmpty() ? null : others);
                patterns = others.isEmpty() ? without(patterns, host) : patterns;
            }
            for (String host : named(rule)) {
                named = named.without(host, new SameObject<>(rule));
            }
        }
        for (RoutingRule rule : change.added()) {
            for (String host : hosts(rule)) {
                List<RoutingRule> others = hosts.getOrDefault(host, List.of());
                patterns = others.isEmpty() ? with(patterns, host) : patterns;
                hosts = hosts.with(host, InOrder.replaced(others, List.of(), List.of(rule), OLDEST_FIRST));
            }
            for (String host : named(rule)) {
                named = named.with(host, new SameObject<>(rule));
            }
        }
        return new RuleIndex(now, hosts, patterns, named);
    }

    private static List<String> with(List<String> patterns, String host) {
        return host.startsWith("*") ? InOrder.replaced(patterns, List.of(), List.of(host), LONGEST_FIRST) : patterns;
    }

    private static List<String> without(List<String> patterns, String host) {
        if (!host.startsWith("*")) {
            return patterns;
        }
        return patterns.stream().filter(pattern -> !pattern.equals(host)).toList();
    }

    /** The hosts for which a rule routes requests; none if it routes none. */
    static Set<String> hosts(RoutingRule rule) {
        return rule.http().isEmpty() ? Set.of() : new LinkedHashSet<>(rule.hosts());
    }

    private static Set<String> named(RoutingRule rule) {
        Set<String> named = hosts(rule);
        for (HttpRoute route : rule.http()) {
            route.action().route().forEach(to -> named.add(to.destination().host()));
            route.mirroring().mirrors().forEach(to -> named.add(to.destination().host()));
            Destination mirror = route.mirroring().mirror();
            if (mirror != null) {
                named.add(mirror.host());
            }
        }
        return named;
    }

    /** The host or pattern whose rules a host follows: itself, else the longest pattern that covers it; null if there are none. */
    @Nullable
    String followed(String host) {
        if (byHost.containsKey(host)) {
            return host;
        }
        for (String pattern : wildcards) {
            if (Hosts.within(host, pattern)) {
                return pattern;
            }
        }
        return null;
    }

    /** The rules of a host or pattern, as they name it. */
    List<RoutingRule> rules(@Nullable String host) {
        return host == null ? List.of() : byHost.getOrDefault(host, List.of());
    }

    /** The rules that name a host, in no order. */
    List<RoutingRule> mentioning(String host) {
        List<RoutingRule> found = new ArrayList<>();
        mentions.get(host).forEach(rule -> found.add(rule.of()));
        return found;
    }

    @SuppressWarnings("ReferenceEquality") // An equal rule is another one.
    boolean holds(RoutingRule rule) {
        Set<String> hosts = hosts(rule);
        return !hosts.isEmpty() && rules(hosts.iterator().next()).stream().anyMatch(other -> other == rule);
    }
}

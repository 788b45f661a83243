package dev.lateen.istiod.input;

import dev.lateen.api.networking.Destination;
import dev.lateen.api.networking.DestinationRule;
import dev.lateen.api.networking.HttpRoute;
import dev.lateen.api.networking.VirtualService;
import dev.lateen.api.resource.Resource;
import dev.lateen.istiod.persistent.PersistentMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The subsets that DestinationRules give to hosts. Of one namespace's rules the most specific for a host counts; one that is not for all clients
 * hides none that is less specific. Which namespaces a client looks into is not asked: a subset that somebody may use is not missing. Immutable.
 */
public final class Subsets {
    /**
     * A subset as a route names it.
     *
     * @param host fully qualified
     * @param subset its name
     */
    public record Named(String host, String subset) {}

    /** No subset of any host. */
    public static final Subsets NONE = new Subsets(PersistentMap.empty(), List.of());

    /** By the full host as the rule has it, of all namespaces, the oldest first. */
    private final PersistentMap<String, List<Resource<DestinationRule>>> byHost;

    /** Hosts with a wildcard, the most specific first. */
    private final List<String> wildcards;

    private Subsets(PersistentMap<String, List<Resource<DestinationRule>>> byHost, List<String> wildcards) {
        this.byHost = byHost;
        this.wildcards = wildcards;
    }

    /** The subsets of all DestinationRules among some resources. */
    public static Subsets of(Collection<? extends Resource<?>> resources) {
        Subsets subsets = NONE;
        for (Resource<?> resource : resources) {
            Resource<DestinationRule> rule = resource.as(DestinationRule.class).orElse(null);
            subsets = rule == null ? subsets : subsets.replaced(null, rule);
        }
        return subsets;
    }

    /** The same with a rule as it is now in the place of what it was; null where there is none. */
    public Subsets replaced(@Nullable Resource<DestinationRule> before, @Nullable Resource<DestinationRule> after) {
        PersistentMap<String, List<Resource<DestinationRule>>> next = byHost;
        if (before != null) {
            List<Resource<DestinationRule>> others = next.getOrDefault(host(before), List.of()).stream()
                    .filter(rule -> !rule.key().equals(before.key()))
                    .toList();
            next = next.withOrWithout(host(before), others.isEmpty() ? null : others);
        }
        if (after != null) {
            List<Resource<DestinationRule>> all = new ArrayList<>(next.getOrDefault(host(after), List.of()));
            all.add(after);
            all.sort(Resource.OLDEST_FIRST);
            next = next.with(host(after), List.copyOf(all));
        }
        return new Subsets(next, wildcards(next, before, after));
    }

    private List<String> wildcards(
            PersistentMap<String, List<Resource<DestinationRule>>> next,
            @Nullable Resource<DestinationRule> before,
            @Nullable Resource<DestinationRule> after) {
        boolean touched = before != null && host(before).startsWith("*")
                || after != null && host(after).startsWith("*");
        if (!touched) {
            return wildcards;
        }
        Set<String> all = new LinkedHashSet<>(wildcards);
        if (after != null && host(after).startsWith("*")) {
            all.add(host(after));
        }
        return all.stream()
                .filter(next::containsKey)
                .sorted(Comparator.comparingInt((String host) -> -host.length()).thenComparing(host -> host))
                .toList();
    }

    /** The full host of a rule. */
    public static String host(Resource<DestinationRule> rule) {
        return KnownHosts.fullName(rule.spec().host(), rule.namespace());
    }

    /** The names of a host's subsets, in order. */
    public Set<String> of(String host) {
        Set<String> names = new TreeSet<>();
        rules(host).forEach(rule -> rule.spec().subsets().forEach(subset -> names.add(subset.name())));
        return names;
    }

    /** The rules that give a host this subset. */
    public List<Resource<DestinationRule>> rules(Named named) {
        return rules(named.host()).stream()
                .filter(rule ->
                        rule.spec().subsets().stream().anyMatch(s -> s.name().equals(named.subset())))
                .toList();
    }

    private List<Resource<DestinationRule>> rules(String host) {
        List<Resource<DestinationRule>> rules = new ArrayList<>();
        Map<String, String> hides = new HashMap<>();
        if (!host.startsWith("*")) {
            take(host, hides, rules);
        }
        for (String wildcard : wildcards) {
            if (host.endsWith(wildcard.substring(1))) {
                take(wildcard, hides, rules);
            }
        }
        return rules;
    }

    /** @param hides by namespace, the host whose rule leaves those that are less specific no say */
    private void take(String pattern, Map<String, String> hides, List<Resource<DestinationRule>> into) {
        for (Resource<DestinationRule> rule : byHost.getOrDefault(pattern, List.of())) {
            if (!hides.getOrDefault(rule.namespace(), pattern).equals(pattern)) {
                continue;
            }
            into.add(rule);
            boolean forAll = rule.spec().workloadSelector() == null
                    && rule.spec().exportTo().isEmpty();
            if (forAll) {
                hides.put(rule.namespace(), pattern);
            }
        }
    }

    /** The subsets that a VirtualService sends traffic to. */
    public static Set<Named> named(Resource<VirtualService> service) {
        Set<Named> named = new LinkedHashSet<>();
        destinations(service.spec())
                .filter(d -> !d.subset().isEmpty())
                .forEach(d -> named.add(new Named(KnownHosts.fullName(d.host(), service.namespace()), d.subset())));
        return named;
    }

    /** Those of {@link #named} that no rule gives. */
    public Set<Named> missing(Resource<VirtualService> service) {
        Set<Named> missing = named(service);
        missing.removeIf(named -> !rules(named).isEmpty());
        return missing;
    }

    /** The full hosts that a VirtualService sends traffic to. */
    public static Set<String> hosts(Resource<VirtualService> service) {
        Set<String> hosts = new LinkedHashSet<>();
        destinations(service.spec()).forEach(d -> hosts.add(KnownHosts.fullName(d.host(), service.namespace())));
        return hosts;
    }

    private static Stream<Destination> destinations(VirtualService spec) {
        return Stream.of(
                        spec.http().stream().flatMap(Subsets::destinations),
                        spec.tls().stream().flatMap(t -> t.route().stream().map(r -> r.destination())),
                        spec.tcp().stream().flatMap(t -> t.route().stream().map(r -> r.destination())))
                .flatMap(s -> s);
    }

    private static Stream<Destination> destinations(HttpRoute route) {
        return Stream.of(
                        route.action().route().stream().map(r -> r.destination()),
                        Stream.ofNullable(route.mirroring().mirror()),
                        route.mirroring().mirrors().stream().map(m -> m.destination()))
                .flatMap(s -> s);
    }
}

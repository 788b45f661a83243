package dev.lateen.istiod.input;

import dev.lateen.api.networking.Destination;
import dev.lateen.api.networking.DestinationRule;
import dev.lateen.api.networking.HttpRoute;
import dev.lateen.api.networking.VirtualService;
import dev.lateen.api.resource.Resource;
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

/**
 * The subsets that DestinationRules give to hosts. Of one namespace's rules the most specific for a host counts; one that is not for all clients
 * hides none that is less specific. Which namespaces a client looks into is not asked: a subset that somebody may use is not missing. Pure.
 */
public final class Subsets {
    /**
     * A subset as a route names it.
     *
     * @param host fully qualified
     * @param subset its name
     */
    public record Named(String host, String subset) {}

    private final Map<String, List<Resource<DestinationRule>>> byNamespace = new HashMap<>();

    private Subsets() {}

    /** The subsets of all DestinationRules among some resources. */
    public static Subsets of(Collection<? extends Resource<?>> resources) {
        Subsets subsets = new Subsets();
        for (Resource<?> resource : resources) {
            resource.as(DestinationRule.class)
                    .ifPresent(rule -> subsets.byNamespace
                            .computeIfAbsent(rule.namespace(), n -> new ArrayList<>())
                            .add(rule));
        }
        subsets.byNamespace
                .values()
                .forEach(list -> list.sort(Comparator.comparing((Resource<DestinationRule> rule) ->
                                Boolean.valueOf(host(rule).startsWith("*")))
                        .thenComparing(
                                Comparator.comparingInt(rule -> -host(rule).length()))));
        return subsets;
    }

    private static String host(Resource<DestinationRule> rule) {
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
        for (List<Resource<DestinationRule>> ofNamespace : byNamespace.values()) {
            String hides = "";
            for (Resource<DestinationRule> rule : ofNamespace) {
                String pattern = host(rule);
                boolean covers = pattern.startsWith("*") ? host.endsWith(pattern.substring(1)) : host.equals(pattern);
                if (!covers || !hides.isEmpty() && !hides.equals(pattern)) {
                    continue;
                }
                rules.add(rule);
                boolean forAll = rule.spec().workloadSelector() == null
                        && rule.spec().exportTo().isEmpty();
                hides = forAll ? pattern : hides;
            }
        }
        return rules;
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

    private static Stream<Destination> destinations(VirtualService spec) {
        return Stream.of(
                        spec.http().stream().flatMap(Subsets::destinations),
                        spec.tls().stream().flatMap(t -> t.route().stream().map(r -> r.destination())),
                        spec.tcp().stream().flatMap(t -> t.route().stream().map(r -> r.destination())))
                .flatMap(s -> s);
    }

    private static Stream<Destination> destinations(HttpRoute route) {
        return Stream.of(
                        route.route().stream().map(r -> r.destination()),
                        Stream.ofNullable(route.mirror()),
                        route.mirrors().stream().map(m -> m.destination()))
                .flatMap(s -> s);
    }
}

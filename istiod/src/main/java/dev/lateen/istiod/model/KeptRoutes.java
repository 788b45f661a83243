package dev.lateen.istiod.model;

import dev.lateen.api.networking.DestinationRule;
import dev.lateen.api.networking.VirtualService;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.input.Subsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a route that worked in its last good form while a subset that it names is missing: an edit that names a subset which nobody declares yet leaves
 * the VirtualService as it was, and a subset that is taken away under a route stays for as long as the route wants it. Each is told. A route that never
 * worked is what it says, and answers 503. Pure.
 */
final class KeptRoutes {
    private final Map<ResourceKey, Resource<?>> resources = new LinkedHashMap<>();
    private final List<Problem> problems = new ArrayList<>();
    private final Subsets subsets;
    private final Subsets subsetsBefore;

    private KeptRoutes(Collection<? extends Resource<?>> now, SpecIndex previous) {
        now.forEach(r -> resources.put(r.key(), r));
        this.subsets = Subsets.of(now);
        this.subsetsBefore = Subsets.of(previous.all(DestinationRule.class));
    }

    /**
     * What is in force of some resources.
     *
     * @param previous what was in force before; null at the start
     * @param problems gets a word for each resource that is not in force as it is written
     */
    static Collection<? extends Resource<?>> of(
            Collection<? extends Resource<?>> now, @Nullable SpecIndex previous, List<Problem> problems) {
        if (previous == null) {
            return now;
        }
        List<Resource<VirtualService>> doubtful = new ArrayList<>();
        KeptRoutes kept = new KeptRoutes(now, previous);
        now.forEach(r -> r.as(VirtualService.class)
                .filter(service -> !kept.subsets.missing(service).isEmpty())
                .ifPresent(doubtful::add));
        if (doubtful.isEmpty()) {
            return now;
        }
        Map<ResourceKey, Resource<VirtualService>> before = new HashMap<>();
        previous.all(VirtualService.class).forEach(service -> before.put(service.key(), service));
        doubtful.forEach(service -> {
            Resource<VirtualService> was = before.get(service.key());
            if (was != null) {
                kept.keep(service, was);
            }
        });
        problems.addAll(kept.problems);
        return kept.resources.values();
    }

    private void keep(Resource<VirtualService> service, Resource<VirtualService> was) {
        Set<Subsets.Named> missing = subsets.missing(service);
        if (!was.spec().equals(service.spec()) && subsets.missing(was).isEmpty()) {
            resources.put(service.key(), new Resource<>(service.meta(), was.spec()));
            tell(service, "stays in force as it last worked while there is no " + names(missing), "");
            return;
        }
        Set<Subsets.Named> worked = new LinkedHashSet<>(missing);
        worked.retainAll(Subsets.named(was));
        worked.forEach(named -> subsetsBefore.rules(named).forEach(rule -> keep(named, rule, service)));
    }

    private static String names(Set<Subsets.Named> subsets) {
        return String.join(
                ", ",
                subsets.stream()
                        .map(n -> "subset '" + n.subset() + "' of " + n.host())
                        .toList());
    }

    private void keep(Subsets.Named named, Resource<DestinationRule> before, Resource<VirtualService> user) {
        Resource<DestinationRule> now = resources.containsKey(before.key())
                ? resources.get(before.key()).as(DestinationRule.class).orElse(before)
                : before;
        List<DestinationRule.Subset> all = new ArrayList<>(now.spec().subsets());
        boolean there = all.stream().anyMatch(s -> s.name().equals(named.subset()));
        if (!there) {
            before.spec().subsets().stream()
                    .filter(s -> s.name().equals(named.subset()))
                    .forEach(all::add);
        }
        resources.put(
                before.key(),
                new Resource<>(
                        now.meta(),
                        new DestinationRule(
                                now.spec().host(),
                                now.spec().trafficPolicy(),
                                all,
                                now.spec().exportTo(),
                                now.spec().workloadSelector())));
        tell(
                before,
                "subset '" + named.subset() + "' of " + named.host() + " stays in force, for " + user.key()
                        + " still sends traffic there",
                "a route without it before it goes");
    }

    private void tell(Resource<?> at, String found, String accepted) {
        var origin = at.meta().origin();
        problems.add(new Problem(
                Problem.Severity.WARNING, origin, origin.line(), at.key(), "spec", found, accepted));
    }
}

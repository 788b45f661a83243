package dev.lateen.istiod.model;

import dev.lateen.api.networking.DestinationRule;
import dev.lateen.api.networking.VirtualService;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.input.Subsets;
import dev.lateen.istiod.persistent.PersistentIndex;
import dev.lateen.istiod.persistent.PersistentMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a route that worked in its last good form while a subset that it names is missing: an edit that names a subset which nobody declares yet leaves
 * the VirtualService as it was, and a subset that is taken away under a route stays for as long as the route wants it. Each is told. A route that never
 * worked is what it says, and answers 503. Immutable.
 *
 * @param subsets those that are declared, as written
 * @param users the VirtualServices that send traffic to a host, as written
 * @param doubtful those of them that name a subset which is missing
 * @param inPlace what is in force in the place of what is written
 * @param problems a word for each resource that is not in force as it is written
 */
record KeptRoutes(
        Subsets subsets,
        PersistentIndex<String, ResourceKey> users,
        PersistentMap<ResourceKey, Resource<VirtualService>> doubtful,
        Map<ResourceKey, Resource<?>> inPlace,
        List<Problem> problems) {

    static final KeptRoutes NONE =
            new KeptRoutes(Subsets.NONE, PersistentIndex.empty(), PersistentMap.empty(), Map.of(), List.of());

    /**
     * The same after some changes of what is written.
     *
     * @param written everything as it is written now
     * @param before what was in force before
     */
    KeptRoutes next(Collection<SpecIndex.Change> changes, SpecIndex written, SpecIndex before) {
        Subsets declared = subsets;
        PersistentIndex<String, ResourceKey> callers = users;
        Set<ResourceKey> concerned = new LinkedHashSet<>();
        boolean all = false;
        for (SpecIndex.Change change : changes) {
            Resource<VirtualService> wasRoute = SpecIndex.Change.as(change.before(), VirtualService.class);
            Resource<VirtualService> isRoute = SpecIndex.Change.as(change.after(), VirtualService.class);
            if (wasRoute != null) {
                for (String host : Subsets.hosts(wasRoute)) {
                    callers = callers.without(host, wasRoute.key());
                }
                concerned.add(wasRoute.key());
            }
            if (isRoute != null) {
                for (String host : Subsets.hosts(isRoute)) {
                    callers = callers.with(host, isRoute.key());
                }
                concerned.add(isRoute.key());
            }
        }
        for (SpecIndex.Change change : changes) {
            Resource<DestinationRule> was = SpecIndex.Change.as(change.before(), DestinationRule.class);
            Resource<DestinationRule> is = SpecIndex.Change.as(change.after(), DestinationRule.class);
            if (was != null || is != null) {
                declared = declared.replaced(was, is);
                for (String host : hosts(was, is)) {
                    all |= host.startsWith("*");
                    concerned.addAll(callers.get(host));
                }
            }
        }
        if (all) {
            written.all(VirtualService.class).forEach(route -> concerned.add(route.key()));
        }
        PersistentMap<ResourceKey, Resource<VirtualService>> doubts = doubtful;
        for (ResourceKey key : concerned) {
            Resource<VirtualService> route = SpecIndex.Change.as(written.get(key), VirtualService.class);
            boolean isDoubtful = route != null && !declared.missing(route).isEmpty();
            doubts = doubts.withOrWithout(key, isDoubtful ? route : null);
        }
        Keeping keeping = new Keeping(declared, inForce(), written);
        doubts.values().stream()
                .sorted(Comparator.comparing(route -> route.key().toString()))
                .forEach(route -> {
                    Resource<VirtualService> was = SpecIndex.Change.as(before.get(route.key()), VirtualService.class);
                    if (was != null) {
                        keeping.keep(route, was);
                    }
                });
        return new KeptRoutes(declared, callers, doubts, Map.copyOf(keeping.inPlace), List.copyOf(keeping.problems));
    }

    private static Set<String> hosts(@Nullable Resource<DestinationRule> was, @Nullable Resource<DestinationRule> is) {
        Set<String> hosts = new HashSet<>();
        if (was != null) {
            hosts.add(Subsets.host(was));
        }
        if (is != null) {
            hosts.add(Subsets.host(is));
        }
        return hosts;
    }

    /** The subsets in force, those that are kept among them. */
    private Subsets inForce() {
        Subsets all = subsets;
        for (Resource<?> resource : inPlace.values()) {
            Resource<DestinationRule> rule = SpecIndex.Change.as(resource, DestinationRule.class);
            all = rule == null ? all : all.replaced(rule, rule);
        }
        return all;
    }

    /** What is kept of one time. */
    private static final class Keeping {
        private final Subsets subsets;
        private final Subsets subsetsBefore;
        private final SpecIndex written;
        private final Map<ResourceKey, Resource<?>> inPlace = new LinkedHashMap<>();
        private final List<Problem> problems = new ArrayList<>();

        Keeping(Subsets subsets, Subsets subsetsBefore, SpecIndex written) {
            this.subsets = subsets;
            this.subsetsBefore = subsetsBefore;
            this.written = written;
        }

        void keep(Resource<VirtualService> service, Resource<VirtualService> was) {
            Set<Subsets.Named> missing = subsets.missing(service);
            if (!was.spec().equals(service.spec()) && subsets.missing(was).isEmpty()) {
                inPlace.put(service.key(), new Resource<>(service.meta(), was.spec()));
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
            Resource<?> there = inPlace.getOrDefault(before.key(), written.get(before.key()));
            Resource<DestinationRule> found = SpecIndex.Change.as(there, DestinationRule.class);
            Resource<DestinationRule> now = found == null ? before : found;
            List<DestinationRule.Subset> all = new ArrayList<>(now.spec().subsets());
            boolean has = all.stream().anyMatch(s -> s.name().equals(named.subset()));
            if (!has) {
                before.spec().subsets().stream()
                        .filter(s -> s.name().equals(named.subset()))
                        .forEach(all::add);
            }
            DestinationRule kept = new DestinationRule(
                    now.spec().host(),
                    now.spec().trafficPolicy(),
                    all,
                    now.spec().exportTo(),
                    now.spec().workloadSelector());
            inPlace.put(before.key(), new Resource<>(now.meta(), kept));
            tell(
                    before,
                    "subset '" + named.subset() + "' of " + named.host() + " stays in force, for " + user.key()
                            + " still sends traffic there",
                    "a route without it before it goes");
        }

        private void tell(Resource<?> at, String found, String accepted) {
            var origin = at.meta().origin();
            problems.add(
                    new Problem(Problem.Severity.WARNING, origin, origin.line(), at.key(), "spec", found, accepted));
        }
    }
}

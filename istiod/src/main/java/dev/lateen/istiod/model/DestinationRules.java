package dev.lateen.istiod.model;

import dev.lateen.api.networking.DestinationRule;
import dev.lateen.api.networking.TrafficPolicy;
import dev.lateen.api.resource.Resource;
import dev.lateen.istiod.persistent.PersistentMap;
import dev.lateen.istiod.registry.Exports;
import dev.lateen.istiod.registry.Service;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All DestinationRules, found by namespace and host. The search for a client's call to a service goes: the client's namespace (unless
 * it is the root), the service's, the root; within a namespace the most specific host; a rule for selected workloads before one for all. Immutable.
 *
 * @param byNamespace the rules of each namespace
 * @param defaultExportTo who may use rules that don't say
 * @param rootNamespace whose rules are for all
 */
record DestinationRules(
        PersistentMap<String, HostRules> byNamespace, List<String> defaultExportTo, String rootNamespace) {

    /** The rules of one host in one namespace share a fate. */
    private record Place(String namespace, String host) {
        static Place of(Resource<DestinationRule> rule) {
            return new Place(rule.namespace(), Hosts.resolve(rule.spec().host(), rule.namespace()));
        }
    }

    static DestinationRules none(List<String> defaultExportTo, String rootNamespace) {
        return new DestinationRules(PersistentMap.empty(), defaultExportTo, rootNamespace);
    }

    /** Whether these are such rules of the same mesh. */
    boolean isFor(List<String> exportTo, String root) {
        return defaultExportTo.equals(exportTo) && rootNamespace.equals(root);
    }

    /** The rules after some changes; the same object if none of them is of a rule. */
    DestinationRules with(Collection<SpecIndex.Change> changes) {
        Set<Place> places = new LinkedHashSet<>();
        Set<Resource<?>> gone = new LinkedHashSet<>();
        List<Resource<DestinationRule>> come = new ArrayList<>();
        for (SpecIndex.Change change : changes) {
            Resource<DestinationRule> before = SpecIndex.Change.as(change.before(), DestinationRule.class);
            Resource<DestinationRule> after = SpecIndex.Change.as(change.after(), DestinationRule.class);
            if (before != null) {
                places.add(Place.of(before));
                gone.add(before);
            }
            if (after != null) {
                places.add(Place.of(after));
                come.add(after);
            }
        }
        if (places.isEmpty()) {
            return this;
        }
        Map<Place, List<Resource<DestinationRule>>> byPlace =
                come.stream().collect(java.util.stream.Collectors.groupingBy(Place::of));
        PersistentMap<String, HostRules> next = byNamespace;
        for (Place place : places) {
            HostRules ofNamespace = next.getOrDefault(place.namespace, HostRules.NONE);
            List<MergedRule> before = ofNamespace.byHost().getOrDefault(place.host, List.of());
            List<Resource<DestinationRule>> all = new ArrayList<>();
            before.forEach(rule -> all.addAll(rule.from()));
            all.removeIf(rule -> gone.stream().anyMatch(other -> other.key().equals(rule.key())));
            all.addAll(byPlace.getOrDefault(place, List.of()));
            all.sort(Resource.OLDEST_FIRST);
            List<MergedRule> now = merged(all, place.host, before);
            HostRules changed = now.equals(before) ? ofNamespace : ofNamespace.with(place.host, now);
            next = next.withOrWithout(place.namespace, changed.byHost().isEmpty() ? null : changed);
        }
        return new DestinationRules(next, defaultExportTo, rootNamespace);
    }

    private List<MergedRule> merged(List<Resource<DestinationRule>> rules, String host, List<MergedRule> before) {
        List<MergedRule> merged = new ArrayList<>();
        rules.forEach(rule -> add(merged, rule, host));
        merged.replaceAll(now -> before.stream().filter(now::equals).findFirst().orElse(now));
        return List.copyOf(merged);
    }

    private void add(List<MergedRule> sameHost, Resource<DestinationRule> rule, String host) {
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
                    && Objects.equals(other.selector(), rule.spec().workloadSelector());
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
        return byNamespace.getOrDefault(namespace, HostRules.NONE).selecting() > 0;
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

    private @Nullable MergedRule in(String namespace, String host, String clientNamespace, Map<String, String> labels) {
        HostRules hosts = byNamespace.get(namespace);
        if (hosts == null) {
            return null;
        }
        boolean own = namespace.equals(clientNamespace);
        List<MergedRule> best = hosts.mostSpecific(host, own ? null : namespace);
        if (best == null) {
            return null;
        }
        MergedRule forAll = null;
        for (MergedRule rule : best) {
            if (!Exports.visible(rule.exportTo(), namespace, clientNamespace)) {
                continue;
            }
            boolean selected = rule.selector() != null && own && Labels.satisfy(labels, rule.selector());
            if (selected) {
                return rule;
            }
            forAll = forAll == null && rule.selector() == null ? rule : forAll;
        }
        return forAll;
    }
}

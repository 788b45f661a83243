package dev.lateen.istiod.model;

import dev.lateen.api.networking.HttpRoute;
import dev.lateen.api.networking.VirtualService;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.persistent.InOrder;
import dev.lateen.istiod.persistent.PersistentIndex;
import dev.lateen.istiod.persistent.PersistentMap;
import dev.lateen.istiod.registry.Exports;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All VirtualServices that have hosts, resolved, the oldest first. Immutable.
 *
 * @param rules the rules in order
 * @param byKey the same by the resources that they are made from
 * @param delegates the VirtualServices without hosts, by {@code namespace/name}
 * @param users which rules name a delegate, as {@code namespace/name}, whether it is there or not
 * @param problems what is wrong with delegation, by the rule that delegates
 * @param asking how many rules ask for labels of the client
 * @param ofConnections changes its identity whenever a rule for connections changes: as long as it is the same, listeners find the same here
 * @param defaultExportTo who may use what doesn't say
 */
record VirtualServices(
        List<RoutingRule> rules,
        PersistentMap<ResourceKey, RoutingRule> byKey,
        PersistentMap<String, Resource<VirtualService>> delegates,
        PersistentIndex<String, ResourceKey> users,
        PersistentMap<ResourceKey, List<Problem>> problems,
        int asking,
        Object ofConnections,
        List<String> defaultExportTo) {

    private static final Comparator<RoutingRule> OLDEST_FIRST =
            Comparator.comparing(RoutingRule::source, Resource.OLDEST_FIRST);

    static VirtualServices none(List<String> defaultExportTo) {
        return new VirtualServices(
                List.of(),
                PersistentMap.empty(),
                PersistentMap.empty(),
                PersistentIndex.empty(),
                PersistentMap.empty(),
                0,
                new Object(),
                defaultExportTo);
    }

    /**
     * The rules after some changes; the same object if none of them is of a VirtualService.
     *
     * @param specs everything as it is now
     */
    VirtualServices with(Collection<SpecIndex.Change> changes, SpecIndex specs) {
        PersistentMap<String, Resource<VirtualService>> leaves = delegates;
        Set<ResourceKey> touched = new LinkedHashSet<>();
        for (SpecIndex.Change change : changes) {
            Resource<VirtualService> before = SpecIndex.Change.as(change.before(), VirtualService.class);
            Resource<VirtualService> after = SpecIndex.Change.as(change.after(), VirtualService.class);
            for (Resource<VirtualService> either : either(before, after)) {
                touched.add(either.key());
                touched.addAll(users.get(either.namespace() + "/" + either.name()));
            }
            if (before != null) {
                leaves = leaves.without(before.namespace() + "/" + before.name());
            }
            if (after != null && after.spec().hosts().isEmpty()) {
                leaves = leaves.with(after.namespace() + "/" + after.name(), after);
            }
        }
        return touched.isEmpty() ? this : resolved(touched, leaves, specs);
    }

    private static List<Resource<VirtualService>> either(
            @Nullable Resource<VirtualService> before, @Nullable Resource<VirtualService> after) {
        return Stream.of(Optional.ofNullable(before), Optional.ofNullable(after))
                .flatMap(Optional::stream)
                .toList();
    }

    private VirtualServices resolved(
            Set<ResourceKey> touched, PersistentMap<String, Resource<VirtualService>> leaves, SpecIndex specs) {
        PersistentMap<ResourceKey, RoutingRule> keys = byKey;
        PersistentIndex<String, ResourceKey> uses = users;
        PersistentMap<ResourceKey, List<Problem>> wrong = problems;
        List<RoutingRule> removed = new ArrayList<>();
        List<RoutingRule> added = new ArrayList<>();
        for (ResourceKey key : touched) {
            RoutingRule before = byKey.get(key);
            Resource<VirtualService> resource = SpecIndex.Change.as(specs.get(key), VirtualService.class);
            List<Problem> found = new ArrayList<>();
            RoutingRule after = resource != null && !resource.spec().hosts().isEmpty()
                    ? rule(resource, leaves, defaultExportTo, found)
                    : null;
            for (String leaf : before == null ? Set.<String>of() : leaves(before.source())) {
                uses = uses.without(leaf, key);
            }
            for (String leaf : after == null ? Set.<String>of() : leaves(after.source())) {
                uses = uses.with(leaf, key);
            }
            wrong = wrong.withOrWithout(key, found.isEmpty() ? null : List.copyOf(found));
            if (Objects.equals(before, after)) {
                continue;
            }
            if (before != null) {
                removed.add(before);
            }
            if (after != null) {
                added.add(after);
            }
            keys = keys.withOrWithout(key, after);
        }
        boolean connections = Stream.concat(removed.stream(), added.stream())
                .anyMatch(rule -> !rule.tls().isEmpty() || !rule.tcp().isEmpty());
        return new VirtualServices(
                InOrder.replaced(rules, removed, added, OLDEST_FIRST),
                keys,
                leaves,
                uses,
                wrong,
                asking - asking(removed) + asking(added),
                connections ? new Object() : ofConnections,
                defaultExportTo);
    }

    private static int asking(List<RoutingRule> rules) {
        return (int) rules.stream().filter(RoutingRule::asksForLabels).count();
    }

    /** The delegates that a resource names. */
    private static Set<String> leaves(Resource<VirtualService> resource) {
        return resource.spec().http().stream()
                .flatMap(route -> Stream.ofNullable(route.action().delegate()))
                .map(to -> (to.namespace().isEmpty() ? resource.namespace() : to.namespace()) + "/" + to.name())
                .collect(Collectors.toSet());
    }

    private static RoutingRule rule(
            Resource<VirtualService> resource,
            PersistentMap<String, Resource<VirtualService>> delegates,
            List<String> defaultExportTo,
            List<Problem> problems) {
        VirtualService spec = resource.spec();
        FullNames names = new FullNames(resource.namespace());
        List<HttpRoute> http = new ArrayList<>();
        for (HttpRoute route : spec.http()) {
            if (route.action().delegate() == null) {
                http.add(names.http(route));
            } else {
                http.addAll(delegated(resource, names.http(route), delegates, problems));
            }
        }
        return new RoutingRule(
                resource,
                spec.hosts().stream()
                        .map(h -> Hosts.resolve(h, resource.namespace()))
                        .toList(),
                spec.gateways().isEmpty() ? List.of("mesh") : names.gateways(spec.gateways()),
                List.copyOf(http),
                spec.tls().stream().map(names::tls).toList(),
                spec.tcp().stream().map(names::tcp).toList(),
                spec.exportTo().isEmpty() ? defaultExportTo : spec.exportTo());
    }

    private static List<HttpRoute> delegated(
            Resource<VirtualService> root,
            HttpRoute route,
            PersistentMap<String, Resource<VirtualService>> delegates,
            List<Problem> problems) {
        HttpRoute.Delegate to = java.util.Objects.requireNonNull(route.action().delegate());
        String namespace = to.namespace().isEmpty() ? root.namespace() : to.namespace();
        Resource<VirtualService> delegate = delegates.get(namespace + "/" + to.name());
        if (delegate == null || !Exports.visible(delegate.spec().exportTo(), namespace, root.namespace())) {
            problems.add(problem(
                    root,
                    "spec.http.delegate",
                    "'" + namespace + "/" + to.name() + "'; the route is left out",
                    "a VirtualService without hosts, visible here"));
            return List.of();
        }
        FullNames names = new FullNames(delegate.namespace());
        List<HttpRoute> routes = new ArrayList<>();
        for (HttpRoute leaf : delegate.spec().http()) {
            if (leaf.action().delegate() != null) {
                problems.add(problem(
                        delegate,
                        "spec.http.delegate",
                        "a delegate delegates; the route is left out",
                        "one level of delegates"));
                continue;
            }
            HttpRoute merged = merge(route, names.http(leaf));
            if (merged == null) {
                problems.add(problem(
                        delegate,
                        "spec.http.match",
                        "not a narrowing of what " + root.key() + " delegates; route '" + leaf.name() + "' is left out",
                        "matches within those of the delegating route"));
            } else {
                routes.add(merged);
            }
        }
        return routes;
    }

    private static Problem problem(Resource<?> at, String path, String found, String accepted) {
        var origin = at.meta().origin();
        return new Problem(Problem.Severity.WARNING, origin, origin.line(), at.key(), path, found, accepted);
    }

    private static @Nullable HttpRoute merge(HttpRoute root, HttpRoute leaf) {
        List<HttpRoute.Match> matches = new ArrayList<>();
        if (root.match().isEmpty() || leaf.match().isEmpty()) {
            matches.addAll(root.match().isEmpty() ? leaf.match() : root.match());
        } else {
            root.match()
                    .forEach(r ->
                            leaf.match().forEach(l -> HttpMatches.narrow(r, l).ifPresent(matches::add)));
            if (matches.isEmpty()) {
                return null;
            }
        }
        return root.delegatedTo(leaf, HttpMatches.joined(root.name(), leaf.name()), matches);
    }

    /** All that a client in a namespace may use. */
    List<RoutingRule> visibleTo(String namespace) {
        return rules.stream()
                .filter(r -> Exports.visible(r.exportTo(), r.namespace(), namespace))
                .toList();
    }

    boolean askForLabels() {
        return asking > 0;
    }

    /** What is wrong with delegation. */
    List<Problem> allProblems() {
        return problems.keys().stream()
                .sorted(Comparator.comparing(ResourceKey::toString))
                .flatMap(key -> problems.getOrDefault(key, List.of()).stream())
                .toList();
    }
}

package dev.lateen.istiod.model;

import dev.lateen.api.networking.HttpRoute;
import dev.lateen.api.networking.VirtualService;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.registry.Exports;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All VirtualServices that have hosts, resolved, the oldest first. */
final class VirtualServices {
    private final List<RoutingRule> rules;
    private final Map<String, RoutingRule> byName = new HashMap<>();

    private VirtualServices(List<RoutingRule> rules) {
        this.rules = rules;
        rules.forEach(r -> byName.put(r.namespace() + "/" + r.source().name(), r));
    }

    static VirtualServices of(
            List<Resource<VirtualService>> resources,
            List<String> defaultExportTo,
            List<Problem> problems,
            @Nullable VirtualServices previous) {
        Map<String, Resource<VirtualService>> delegates = new HashMap<>();
        resources.stream()
                .filter(r -> r.spec().hosts().isEmpty())
                .forEach(r -> delegates.put(r.namespace() + "/" + r.name(), r));
        List<RoutingRule> rules = new ArrayList<>();
        for (Resource<VirtualService> resource : resources) {
            if (resource.spec().hosts().isEmpty()) {
                continue;
            }
            RoutingRule rule = rule(resource, delegates, defaultExportTo, problems);
            RoutingRule before =
                    previous == null ? null : previous.byName.get(resource.namespace() + "/" + resource.name());
            rules.add(rule.equals(before) ? before : rule);
        }
        return new VirtualServices(List.copyOf(rules));
    }

    private static RoutingRule rule(
            Resource<VirtualService> resource,
            Map<String, Resource<VirtualService>> delegates,
            List<String> defaultExportTo,
            List<Problem> problems) {
        VirtualService spec = resource.spec();
        FullNames names = new FullNames(resource.namespace());
        List<HttpRoute> http = new ArrayList<>();
        for (HttpRoute route : spec.http()) {
            if (route.delegate() == null) {
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
            Map<String, Resource<VirtualService>> delegates,
            List<Problem> problems) {
        HttpRoute.Delegate to = java.util.Objects.requireNonNull(route.delegate());
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
            if (leaf.delegate() != null) {
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
        return new Problem(
                Problem.Severity.WARNING, origin, origin.line(), at.key(), path, found, accepted);
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
        return new HttpRoute(
                HttpMatches.joined(root.name(), leaf.name()),
                List.copyOf(matches),
                leaf.route(),
                leaf.redirect(),
                leaf.directResponse(),
                null,
                or(leaf.rewrite(), root.rewrite()),
                or(leaf.timeout(), root.timeout()),
                or(leaf.retries(), root.retries()),
                or(leaf.fault(), root.fault()),
                or(leaf.mirror(), root.mirror()),
                or(leaf.mirrorPercent(), root.mirrorPercent()),
                or(leaf.mirrorPercentage(), root.mirrorPercentage()),
                leaf.mirrors().isEmpty() ? root.mirrors() : leaf.mirrors(),
                or(leaf.corsPolicy(), root.corsPolicy()),
                or(leaf.headers(), root.headers()));
    }

    private static <T> @Nullable T or(@Nullable T first, @Nullable T second) {
        return first == null ? second : first;
    }

    /** All that a client in a namespace may use. */
    List<RoutingRule> visibleTo(String namespace) {
        return rules.stream()
                .filter(r -> Exports.visible(r.exportTo(), r.namespace(), namespace))
                .toList();
    }

    boolean askForLabels() {
        return rules.stream().anyMatch(RoutingRule::asksForLabels);
    }
}

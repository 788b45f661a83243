package dev.lateen.istiod.input;

import dev.lateen.api.networking.DestinationRule;
import dev.lateen.api.networking.Gateway;
import dev.lateen.api.networking.VirtualService;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.resource.Spec;
import dev.lateen.api.yaml.Problem;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is doubtful about objects that are each good: references to what isn't there. Follows changes and looks again at those alone whom a change may
 * concern. Not thread-safe; touches no world.
 */
final class Doubts {
    private static final Comparator<ObjectKey> IN_ORDER = Comparator.comparing(
                    (ObjectKey key) -> key.resource().kind())
            .thenComparing(key -> key.resource().namespace())
            .thenComparing(key -> key.resource().name());

    private final KnownHosts hosts = new KnownHosts();
    private Subsets subsets = Subsets.NONE;
    private final Set<String> gatewayNames = new HashSet<>();
    private final Map<ObjectKey, Resource<VirtualService>> routes = new HashMap<>();
    /** Which of them name a host, or a gateway as {@code namespace/name}. */
    private final Map<String, Set<ObjectKey>> users = new HashMap<>();

    private final Map<ObjectKey, Resource<Gateway>> gateways = new HashMap<>();
    private final Map<String, SecretEntries> secrets = new HashMap<>();
    /** How many objects say the same of pods. */
    private final Map<CredentialChecks.Workload, Integer> workloads = new HashMap<>();

    private final TreeMap<ObjectKey, List<Problem>> found = new TreeMap<>(IN_ORDER);

    /** Whom a set of changes concerns. */
    private final class Concerned {
        private final Set<ObjectKey> routes = new HashSet<>();
        private boolean allRoutes;
        private boolean names;
        private boolean allGateways;

        void users(String name) {
            if (name.startsWith("*")) {
                allRoutes = true;
            }
            routes.addAll(users.getOrDefault(name, Set.of()));
            // What is said of others lists the names that there are.
            names = true;
        }
    }

    /** Takes changes in. */
    void follow(Collection<Change> changes) {
        Concerned concerned = new Concerned();
        changes.forEach(change -> follow(change, concerned));
        if (concerned.names) {
            found.keySet().stream().filter(routes::containsKey).forEach(concerned.routes::add);
        }
        if (concerned.allRoutes) {
            concerned.routes.addAll(routes.keySet());
        }
        for (ObjectKey key : concerned.routes) {
            Resource<VirtualService> route = routes.get(key);
            note(key, route == null ? List.of() : ReferenceChecks.check(route, hosts, subsets, gatewayNames));
        }
        if (concerned.allGateways) {
            gateways.forEach((key, gateway) -> note(key, CredentialChecks.check(gateway, secrets, workloads.keySet())));
        }
    }

    private void note(ObjectKey key, List<Problem> problems) {
        if (problems.isEmpty()) {
            found.remove(key);
        } else {
            found.put(key, problems);
        }
    }

    /** All doubts there are, by kind and name. */
    List<Problem> all() {
        List<Problem> all = new ArrayList<>();
        found.values().forEach(all::addAll);
        return all;
    }

    private void follow(Change change, Concerned concerned) {
        hosts(change, concerned);
        rule(change, concerned);
        route(change, concerned);
        gateway(change, concerned);
        secret(change, concerned);
        workload(change, concerned);
    }

    private static <S extends Spec> @Nullable Resource<S> as(@Nullable ConfigObject object, Class<S> kind) {
        return object == null ? null : object.as(kind).orElse(null);
    }

    private void hosts(Change change, Concerned concerned) {
        Map<String, Set<Integer>> before = KnownHosts.of(change.before());
        Map<String, Set<Integer>> after = KnownHosts.of(change.after());
        if (!before.equals(after)) {
            hosts.replace(change.key(), before, after);
            before.keySet().forEach(concerned::users);
            after.keySet().forEach(concerned::users);
        }
    }

    private void rule(Change change, Concerned concerned) {
        Resource<DestinationRule> before = as(change.before(), DestinationRule.class);
        Resource<DestinationRule> after = as(change.after(), DestinationRule.class);
        if (before != null || after != null) {
            subsets = subsets.replaced(before, after);
            Stream.of(Optional.ofNullable(before), Optional.ofNullable(after))
                    .flatMap(Optional::stream)
                    .forEach(rule -> concerned.users(Subsets.host(rule)));
        }
    }

    private void route(Change change, Concerned concerned) {
        Resource<VirtualService> before = as(change.before(), VirtualService.class);
        Resource<VirtualService> after = as(change.after(), VirtualService.class);
        if (before != null) {
            names(before).forEach(name -> {
                Set<ObjectKey> left = users.getOrDefault(name, Set.of());
                left.remove(change.key());
                if (left.isEmpty()) {
                    users.remove(name);
                }
            });
            routes.remove(change.key());
        }
        if (after != null) {
            names(after)
                    .forEach(name ->
                            users.computeIfAbsent(name, n -> new HashSet<>()).add(change.key()));
            routes.put(change.key(), after);
        }
        if (before != null || after != null) {
            concerned.routes.add(change.key());
        }
    }

    private static Set<String> names(Resource<VirtualService> route) {
        Set<String> names = new HashSet<>(Subsets.hosts(route));
        names.addAll(ReferenceChecks.gateways(route));
        return names;
    }

    private void gateway(Change change, Concerned concerned) {
        Resource<Gateway> before = as(change.before(), Gateway.class);
        Resource<Gateway> after = as(change.after(), Gateway.class);
        if (before != null && after == null) {
            gatewayNames.remove(before.namespace() + "/" + before.name());
            gateways.remove(change.key());
            found.remove(change.key());
            concerned.users(before.namespace() + "/" + before.name());
        }
        if (after != null) {
            gateways.put(change.key(), after);
            concerned.allGateways = true;
            if (gatewayNames.add(after.namespace() + "/" + after.name())) {
                concerned.users(after.namespace() + "/" + after.name());
            }
        }
    }

    private void secret(Change change, Concerned concerned) {
        SecretEntries before = secret(change.before());
        SecretEntries after = secret(change.after());
        if (before != null) {
            secrets.remove(before.object().namespace() + "/" + before.object().name());
        }
        if (after != null) {
            secrets.put(after.object().namespace() + "/" + after.object().name(), after);
        }
        concerned.allGateways |= before != null || after != null;
    }

    private static @Nullable SecretEntries secret(@Nullable ConfigObject object) {
        return object instanceof ConfigObject.OfKubernetes kubernetes && kubernetes.object() instanceof Secret secret
                ? new SecretEntries(kubernetes, secret)
                : null;
    }

    private void workload(Change change, Concerned concerned) {
        CredentialChecks.Workload before = CredentialChecks.Workload.of(change.before());
        CredentialChecks.Workload after = CredentialChecks.Workload.of(change.after());
        if (Objects.equals(before, after)) {
            return;
        }
        if (before != null) {
            workloads.computeIfPresent(before, (_, count) -> count == 1 ? null : count - 1);
            concerned.allGateways |= isSelected(before);
        }
        if (after != null) {
            workloads.merge(after, 1, Integer::sum);
            concerned.allGateways |= isSelected(after);
        }
    }

    private boolean isSelected(CredentialChecks.Workload workload) {
        return gateways.values().stream()
                .anyMatch(gateway -> workload.isSelectedBy(gateway.spec().selector()));
    }
}

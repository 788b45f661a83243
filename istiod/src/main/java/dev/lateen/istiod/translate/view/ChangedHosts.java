package dev.lateen.istiod.translate.view;

import dev.lateen.istiod.model.WorkloadScope;
import dev.lateen.istiod.persistent.ListChange;
import dev.lateen.istiod.registry.Registry;
import dev.lateen.istiod.registry.Resolution;
import dev.lateen.istiod.registry.Service;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The hosts of which something differs between two times that may show in routes to them: services, what clients are told of them, their other names. Rather one too many.
 *
 * @param scope what some proxies saw
 * @param registry of that time
 * @param scopeNow what they see now
 * @param registryNow of now
 */
public record ChangedHosts(WorkloadScope scope, Registry registry, WorkloadScope scopeNow, Registry registryNow) {

    /** @param served of these services it counts, too, who serves them */
    public Set<String> all(Predicate<Service> served) {
        Set<String> changed = new LinkedHashSet<>();
        ListChange.between(registry.services(), registryNow.services()).all().forEach(service -> add(changed, service));
        scoped(changed);
        if (!scopeNow.followsTheRulesOf(scope)) {
            for (Service service : scopeNow.services()) {
                if (isRuledOtherwise(service)) {
                    changed.add(service.hostname());
                }
            }
        }
        registryNow.servedOtherwiseThan(registry).stream()
                .filter(served)
                .forEach(service -> changed.add(service.hostname()));
        // What is said of a host shows in the routes of those that stand for it.
        for (String host : List.copyOf(changed)) {
            registryNow.aliasesOf(host).forEach(alias -> changed.add(alias.hostname()));
        }
        return changed;
    }

    @SuppressWarnings("ReferenceEquality") // What did not change is the same object.
    private boolean isRuledOtherwise(Service service) {
        return scope.destinationRule(service) != scopeNow.destinationRule(service);
    }

    private static void add(Set<String> changed, Service service) {
        changed.add(service.hostname());
        if (service.resolution() == Resolution.ALIAS) {
            changed.add(service.externalName());
        }
    }

    /** A Sidecar narrows services, and lets others be seen because some rule leads there. */
    private void scoped(Set<String> changed) {
        ListChange<Service> change = ListChange.between(scope.services(), scopeNow.services());
        Map<String, Service> gone = new LinkedHashMap<>();
        change.removed().forEach(service -> gone.put(service.hostname(), service));
        for (Service service : change.added()) {
            if (!service.equals(gone.remove(service.hostname()))) {
                add(changed, service);
            }
        }
        gone.values().forEach(service -> add(changed, service));
    }
}

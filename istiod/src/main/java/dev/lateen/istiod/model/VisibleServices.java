package dev.lateen.istiod.model;

import dev.lateen.istiod.registry.Service;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The services that the proxies of a namespace may see, and the DestinationRules for their calls. The same object from snapshot to snapshot as long as neither
 * services nor rules change. Immutable but for what it remembers; safe from any thread.
 */
final class VisibleServices {
    private final String namespace;
    private final Map<String, String> labels;
    private final DestinationRules destinationRules;
    private final List<Service> services;
    private final Map<String, Service> byHost = new HashMap<>();
    private final boolean listsPods;
    private final Map<String, Optional<MergedRule>> rules = new ConcurrentHashMap<>();

    VisibleServices(
            String namespace, Map<String, String> labels, List<Service> all, DestinationRules destinationRules) {
        this.namespace = namespace;
        this.labels = labels;
        this.destinationRules = destinationRules;
        this.services = onePerHost(
                all.stream().filter(service -> service.visibleTo(namespace)).toList());
        services.forEach(service -> byHost.putIfAbsent(service.hostname(), service));
        this.listsPods = listsPods(services);
    }

    // Two services may declare one host; the client's own namespace wins, then a Kubernetes Service, then the older
    // one.
    private List<Service> onePerHost(List<Service> visible) {
        Map<String, Service> best = new HashMap<>();
        for (Service service : visible) {
            best.merge(service.hostname(), service, (a, b) -> rank(b) < rank(a) ? b : a);
        }
        if (best.size() == visible.size()) {
            return visible;
        }
        Set<Service> kept = new LinkedHashSet<>(best.values());
        return visible.stream().filter(kept::contains).toList();
    }

    private int rank(Service service) {
        return service.namespace().equals(namespace) ? 0 : service.kubernetes() ? 1 : 2;
    }

    static boolean listsPods(List<Service> services) {
        return services.stream()
                .anyMatch(s -> s.headless()
                        && s.ports().stream().anyMatch(p -> !p.protocol().isHttp()));
    }

    String namespace() {
        return namespace;
    }

    /** The labels of the proxies; empty when nothing asks for them. */
    Map<String, String> labels() {
        return labels;
    }

    /** One for each host, the oldest first. */
    List<Service> services() {
        return services;
    }

    Map<String, Service> byHost() {
        return byHost;
    }

    boolean listsPods() {
        return listsPods;
    }

    @SuppressWarnings("ReferenceEquality") // Rules that did not change are the same object.
    boolean hasRulesOf(VisibleServices other) {
        return destinationRules == other.destinationRules;
    }

    @Nullable
    MergedRule rule(Service service) {
        return rules.computeIfAbsent(
                        service.hostname(),
                        host -> Optional.ofNullable(destinationRules.find(service, namespace, labels)))
                .orElse(null);
    }
}

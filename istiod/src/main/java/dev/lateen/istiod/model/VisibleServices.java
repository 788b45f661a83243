package dev.lateen.istiod.model;

import dev.lateen.istiod.persistent.InOrder;
import dev.lateen.istiod.persistent.ListChange;
import dev.lateen.istiod.persistent.PersistentMap;
import dev.lateen.istiod.registry.Registry;
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
    /** So many rules are remembered beyond those of the services that there are. */
    private static final int FORGOTTEN = 1_000;

    private final String namespace;
    private final Map<String, String> labels;
    private final DestinationRules destinationRules;
    private final List<Service> all;
    private final List<Service> services;
    private final PersistentMap<String, Service> byHost;
    /** Whether some hosts are declared twice. */
    private final boolean rivals;

    private final long listingPods;
    private final Map<String, Found> rules;

    /** The rule for calls to a host's service of a namespace. */
    private record Found(String namespace, Optional<MergedRule> rule) {}

    private VisibleServices(
            String namespace, Map<String, String> labels, List<Service> all, DestinationRules destinationRules) {
        this.namespace = namespace;
        this.labels = labels;
        this.destinationRules = destinationRules;
        this.all = all;
        List<Service> visible =
                all.stream().filter(service -> service.visibleTo(namespace)).toList();
        this.services = onePerHost(visible);
        PersistentMap<String, Service> hosts = PersistentMap.empty();
        for (Service service : services) {
            hosts = hosts.containsKey(service.hostname()) ? hosts : hosts.with(service.hostname(), service);
        }
        this.byHost = hosts;
        this.rivals = hosts.size() < visible.size();
        this.listingPods = listing(services);
        this.rules = new ConcurrentHashMap<>();
    }

    private VisibleServices(
            VisibleServices before,
            List<Service> all,
            List<Service> services,
            PersistentMap<String, Service> byHost,
            long listingPods,
            DestinationRules destinationRules) {
        this.namespace = before.namespace;
        this.labels = before.labels;
        this.destinationRules = destinationRules;
        this.all = all;
        this.services = services;
        this.rivals = false;
        this.byHost = byHost;
        this.listingPods = listingPods;
        boolean holds = before.hasRules(destinationRules) && before.rules.size() < 2 * services.size() + FORGOTTEN;
        this.rules = holds ? before.rules : new ConcurrentHashMap<>();
    }

    /**
     * What proxies may see.
     *
     * @param before what they saw; null for nothing
     */
    static VisibleServices of(
            String namespace,
            Map<String, String> labels,
            List<Service> all,
            DestinationRules destinationRules,
            @Nullable VisibleServices before) {
        VisibleServices next = before == null ? null : before.next(all, destinationRules);
        return next == null ? new VisibleServices(namespace, labels, all, destinationRules) : next;
    }

    /** Null if that can't be told by what changed. */
    private @Nullable VisibleServices next(List<Service> now, DestinationRules rulesNow) {
        if (rivals) {
            return null;
        }
        ListChange<Service> change = ListChange.between(all, now);
        List<Service> removed = visible(change.removed());
        List<Service> added = visible(change.added());
        PersistentMap<String, Service> hosts = byHost;
        for (Service service : removed) {
            hosts = hosts.without(service.hostname());
        }
        for (Service service : added) {
            if (hosts.containsKey(service.hostname())) {
                return null;
            }
            hosts = hosts.with(service.hostname(), service);
        }
        List<Service> next = InOrder.replaced(services, removed, added, Registry.OLDEST_FIRST);
        return new VisibleServices(this, now, next, hosts, listingPods - listing(removed) + listing(added), rulesNow);
    }

    private List<Service> visible(List<Service> some) {
        return some.stream().filter(service -> service.visibleTo(namespace)).toList();
    }

    private static long listing(List<Service> some) {
        return some.stream().filter(VisibleServices::listsPods).count();
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
        return services.stream().anyMatch(VisibleServices::listsPods);
    }

    private static boolean listsPods(Service service) {
        return service.headless()
                && service.ports().stream().anyMatch(p -> !p.protocol().isHttp());
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

    /** The service of a host; null for none. */
    @Nullable
    Service service(String host) {
        return byHost.get(host);
    }

    boolean listsPods() {
        return listingPods > 0;
    }

    boolean hasRulesOf(VisibleServices other) {
        return hasRules(other.destinationRules);
    }

    @SuppressWarnings("ReferenceEquality") // Rules that did not change are the same object.
    private boolean hasRules(DestinationRules other) {
        return destinationRules == other;
    }

    @Nullable
    MergedRule rule(Service service) {
        Found known = rules.get(service.hostname());
        if (known == null || !known.namespace.equals(service.namespace())) {
            known = new Found(
                    service.namespace(), Optional.ofNullable(destinationRules.find(service, namespace, labels)));
            rules.put(service.hostname(), known);
        }
        return known.rule.orElse(null);
    }
}

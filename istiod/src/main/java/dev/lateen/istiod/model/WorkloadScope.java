package dev.lateen.istiod.model;

import dev.lateen.api.networking.Sidecar;
import dev.lateen.api.resource.Resource;
import dev.lateen.istiod.registry.Service;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the proxies of a namespace (and of a Sidecar resource, where there is one) may see of a snapshot. Proxies that see the same have
 * the same scope object, which is how they come to share translations. Immutable but for what it remembers; safe from any thread.
 */
public final class WorkloadScope {
    private final MeshSnapshot snapshot;
    private final String namespace;
    private final Map<String, String> labels;
    private final @Nullable Resource<Sidecar> sidecar;
    private final List<EgressListener> egress;
    private final List<Service> services;
    private final Map<String, Service> byHost = new HashMap<>();
    private final Map<String, Optional<MergedRule>> rules = new ConcurrentHashMap<>();
    private final List<RoutingRule> allRoutingRules;

    WorkloadScope(
            MeshSnapshot snapshot, String namespace, Map<String, String> labels, @Nullable Resource<Sidecar> sidecar) {
        this.snapshot = snapshot;
        this.namespace = namespace;
        this.labels = labels;
        this.sidecar = sidecar;
        List<Service> visible = snapshot.registry().services().stream()
                .filter(s -> s.visibleTo(namespace))
                .toList();
        this.allRoutingRules = snapshot.virtualServices().visibleTo(namespace);
        List<RoutingRule> meshRules =
                allRoutingRules.stream().filter(RoutingRule::forMesh).toList();
        List<Service> unique = onePerHost(visible);
        if (sidecar == null || sidecar.spec().egress().isEmpty()) {
            this.egress = List.of(new EgressListener(null, unique, meshRules));
            this.services = unique;
        } else {
            List<Sidecar.Egress> entries = sidecar.spec().egress();
            this.egress = entries.stream()
                    .map(e -> new EgressHosts(e, namespace).listener(unique, meshRules))
                    .toList();
            this.services = union(egress, unique);
        }
        services.forEach(s -> byHost.putIfAbsent(s.hostname(), s));
    }

    // Two services may declare one host; the client's own namespace wins, then a Kubernetes Service, then the older
    // one.
    private List<Service> onePerHost(List<Service> visible) {
        Map<String, Service> best = new HashMap<>();
        for (Service service : visible) {
            best.merge(service.hostname(), service, (a, b) -> rank(b) < rank(a) ? b : a);
        }
        Set<Service> kept = new LinkedHashSet<>(best.values());
        return visible.stream().filter(kept::contains).toList();
    }

    private int rank(Service service) {
        return service.namespace().equals(namespace) ? 0 : service.kubernetes() ? 1 : 2;
    }

    private static List<Service> union(List<EgressListener> egress, List<Service> visible) {
        Map<String, Service> all = new java.util.LinkedHashMap<>();
        for (EgressListener listener : egress) {
            listener.services().forEach(service -> all.merge(service.hostname(), service, WorkloadScope::withAllPorts));
            EgressHosts.furtherDestinations(listener, visible)
                    .forEach(service -> all.merge(service.hostname(), service, WorkloadScope::withAllPorts));
        }
        return new ArrayList<>(all.values());
    }

    // Listeners with a port see a service narrowed to it.
    private static Service withAllPorts(Service one, Service other) {
        if (one.equals(other)) {
            return one;
        }
        Set<dev.lateen.istiod.registry.ServicePort> ports = new LinkedHashSet<>(one.ports());
        ports.addAll(other.ports());
        return one.withPorts(List.copyOf(ports));
    }

    /** The snapshot it is a part of. */
    public MeshSnapshot snapshot() {
        return snapshot;
    }

    /** The namespace of its proxies. */
    public String namespace() {
        return namespace;
    }

    /** The labels of its proxies; empty when nothing asks for them. */
    public Map<String, String> labels() {
        return labels;
    }

    /** The Sidecar resource in force. */
    public @Nullable Resource<Sidecar> sidecar() {
        return sidecar;
    }

    /** Its outbound listeners; one for all if no Sidecar says otherwise. */
    public List<EgressListener> egress() {
        return egress;
    }

    /** All services it may see, one for each host. */
    public List<Service> services() {
        return services;
    }

    /** A visible service by its full host. */
    public Optional<Service> service(String hostname) {
        return Optional.ofNullable(byHost.get(hostname));
    }

    /** The VirtualServices visible here, for whatever gateway. */
    public List<RoutingRule> allRoutingRules() {
        return allRoutingRules;
    }

    /** The DestinationRule for calls from here to a service, or null. */
    public @Nullable MergedRule destinationRule(Service service) {
        return rules.computeIfAbsent(
                        service.hostname(),
                        h -> Optional.ofNullable(snapshot.destinationRules().find(service, namespace, labels)))
                .orElse(null);
    }

    /** Whether hosts that no service declares may be called. */
    public boolean allowsUnknownHosts() {
        if (sidecar != null && sidecar.spec().outboundTrafficPolicy() != null) {
            return sidecar.spec().outboundTrafficPolicy().mode() == Sidecar.OutboundTrafficPolicy.Mode.ALLOW_ANY;
        }
        return snapshot.mesh().outboundTrafficPolicy().mode()
                != dev.lateen.api.mesh.MeshConfig.OutboundMode.REGISTRY_ONLY;
    }
}

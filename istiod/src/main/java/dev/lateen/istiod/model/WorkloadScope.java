package dev.lateen.istiod.model;

import dev.lateen.api.mesh.MeshConfig;
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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the proxies of a namespace (and of a Sidecar resource, where there is one) may see of a snapshot. Proxies that see the same have
 * the same scope object, which is how they come to share translations. Immutable but for what it remembers; safe from any thread.
 */
public final class WorkloadScope {
    private final MeshConfig mesh;
    private final VisibleServices visible;
    private final String namespace;
    private final Map<String, String> labels;
    private final @Nullable Resource<Sidecar> sidecar;
    private final List<EgressListener> egress;
    private final List<Service> services;
    private final Function<String, @Nullable Service> byHost;
    private final List<RoutingRule> allRoutingRules;

    /**
     * The scope of some proxies.
     *
     * @param visible the services that they may call, and the rules for that
     * @param allRoutingRules the VirtualServices that they may use
     */
    WorkloadScope(
            MeshConfig mesh,
            VisibleServices visible,
            List<RoutingRule> allRoutingRules,
            @Nullable Resource<Sidecar> sidecar) {
        this.mesh = mesh;
        this.visible = visible;
        this.namespace = visible.namespace();
        this.labels = visible.labels();
        this.sidecar = sidecar;
        this.allRoutingRules = allRoutingRules;
        List<RoutingRule> meshRules =
                allRoutingRules.stream().filter(RoutingRule::forMesh).toList();
        List<Service> unique = visible.services();
        if (sidecar == null || sidecar.spec().egress().isEmpty()) {
            this.egress = List.of(new EgressListener(null, unique, meshRules));
            this.services = unique;
            this.byHost = visible::service;
        } else {
            List<Sidecar.Egress> entries = sidecar.spec().egress();
            this.egress = entries.stream()
                    .map(e -> new EgressHosts(e, namespace).listener(unique, meshRules))
                    .toList();
            this.services = union(egress, unique);
            Map<String, Service> hosts = new HashMap<>();
            services.forEach(s -> hosts.putIfAbsent(s.hostname(), s));
            this.byHost = hosts::get;
        }
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
        return Optional.ofNullable(byHost.apply(hostname));
    }

    /** The VirtualServices visible here, for whatever gateway. */
    public List<RoutingRule> allRoutingRules() {
        return allRoutingRules;
    }

    /** The DestinationRule for calls from here to a service, or null. */
    public @Nullable MergedRule destinationRule(Service service) {
        return visible.rule(service);
    }

    /** Whether calls to the services that both see follow the same DestinationRules here as in another scope for the same proxies. */
    public boolean followsTheRulesOf(WorkloadScope other) {
        return visible.hasRulesOf(other.visible);
    }

    /** Whether some headless service has ports that are no HTTP, so that its pods have listeners of their own. */
    public boolean listsPods() {
        return sidecar == null ? visible.listsPods() : VisibleServices.listsPods(services);
    }

    /**
     * As long as this is the same object, clusters and endpoints find the same services and rules here; routes and listeners depend on the whole scope.
     */
    public Object calls() {
        return sidecar == null ? visible : this;
    }

    /** Whether hosts that no service declares may be called. */
    public boolean allowsUnknownHosts() {
        if (sidecar != null && sidecar.spec().outboundTrafficPolicy() != null) {
            return sidecar.spec().outboundTrafficPolicy().mode() == Sidecar.OutboundTrafficPolicy.Mode.ALLOW_ANY;
        }
        return mesh.outbound().outboundTrafficPolicy().mode() != MeshConfig.OutboundMode.REGISTRY_ONLY;
    }
}

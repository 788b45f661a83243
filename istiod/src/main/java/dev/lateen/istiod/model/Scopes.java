package dev.lateen.istiod.model;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.networking.Sidecar;
import dev.lateen.api.networking.WorkloadSelector;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.istiod.registry.Service;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The scopes of all proxies of one time, made when they are asked for and kept from snapshot to snapshot as long as nothing that they are made from changes.
 * Immutable but for what it remembers; safe from any thread.
 */
final class Scopes {
    static final Scopes NONE = new Scopes(null, Map.of(), Map.of(), Map.of());

    private record ServicesKey(String namespace, Map<String, String> labels) {}

    private record ScopeKey(ServicesKey services, @Nullable ResourceKey sidecar) {}

    /** What scopes are made from. */
    private record Parts(
            MeshConfig mesh,
            List<Service> services,
            DestinationRules destinationRules,
            VirtualServices virtualServices,
            List<Resource<Sidecar>> sidecars) {
        @SuppressWarnings("ReferenceEquality") // What did not change is the same object.
        boolean callsAs(@Nullable Parts other) {
            return other != null && services == other.services && destinationRules == other.destinationRules;
        }

        @SuppressWarnings("ReferenceEquality")
        boolean seesAs(@Nullable Parts other) {
            return other != null
                    && callsAs(other)
                    && mesh == other.mesh
                    && virtualServices == other.virtualServices
                    && sidecars == other.sidecars;
        }
    }

    private final @Nullable Parts parts;
    private final Map<ServicesKey, VisibleServices> visible;
    /** What was seen of the services before they changed. */
    private final Map<ServicesKey, VisibleServices> seen;

    private final Map<ScopeKey, WorkloadScope> scopes;

    private Scopes(
            @Nullable Parts parts,
            Map<ServicesKey, VisibleServices> visible,
            Map<ServicesKey, VisibleServices> seen,
            Map<ScopeKey, WorkloadScope> scopes) {
        this.parts = parts;
        this.visible = visible;
        this.seen = seen;
        this.scopes = scopes;
    }

    /** The scopes of the next snapshot. */
    Scopes next(
            MeshConfig mesh,
            List<Service> services,
            DestinationRules destinationRules,
            VirtualServices virtualServices,
            SpecIndex specs) {
        Parts now = new Parts(mesh, services, destinationRules, virtualServices, specs.all(Sidecar.class));
        if (now.seesAs(parts)) {
            return this;
        }
        if (now.callsAs(parts)) {
            return new Scopes(now, visible, seen, new ConcurrentHashMap<>());
        }
        // A time that nobody has seen has nothing to hand on.
        Map<ServicesKey, VisibleServices> last = visible.isEmpty() ? seen : visible;
        return new Scopes(now, new ConcurrentHashMap<>(), last, new ConcurrentHashMap<>());
    }

    WorkloadScope of(ProxyNode node) {
        Parts now = java.util.Objects.requireNonNull(parts, "a snapshot's");
        boolean gateway = node.role() == ProxyNode.Role.ROUTER;
        Resource<Sidecar> sidecar = gateway ? null : sidecar(now, node.namespace(), node.labels());
        boolean byLabels =
                now.virtualServices.askForLabels() || now.destinationRules.selectsWorkloads(node.namespace());
        ServicesKey key = new ServicesKey(node.namespace(), byLabels ? node.labels() : Map.of());
        WorkloadScope known = scopes.get(new ScopeKey(key, sidecar == null ? null : sidecar.key()));
        return known != null
                ? known
                : scopes.computeIfAbsent(
                        new ScopeKey(key, sidecar == null ? null : sidecar.key()),
                        _ -> new WorkloadScope(
                                now.mesh, visible(now, key), now.virtualServices.visibleTo(key.namespace), sidecar));
    }

    private VisibleServices visible(Parts now, ServicesKey key) {
        return visible.computeIfAbsent(
                key, k -> VisibleServices.of(k.namespace, k.labels, now.services, now.destinationRules, seen.get(k)));
    }

    // A Sidecar for selected workloads, else the namespace's, else the root namespace's.
    private static @Nullable Resource<Sidecar> sidecar(Parts now, String namespace, Map<String, String> labels) {
        Resource<Sidecar> ofNamespace = null;
        Resource<Sidecar> ofRoot = null;
        for (Resource<Sidecar> sidecar : now.sidecars) {
            WorkloadSelector selector = sidecar.spec().workloadSelector();
            Map<String, String> selected = selector == null ? Map.of() : selector.labels();
            boolean selects = !selected.isEmpty();
            if (sidecar.namespace().equals(namespace)) {
                if (selects && Labels.satisfy(labels, selected)) {
                    return sidecar;
                }
                ofNamespace = !selects && ofNamespace == null ? sidecar : ofNamespace;
            } else if (sidecar.namespace().equals(now.mesh.rootNamespace()) && !selects && ofRoot == null) {
                ofRoot = sidecar;
            }
        }
        return ofNamespace == null ? ofRoot : ofNamespace;
    }
}

package dev.lateen.istiod.translate.view;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.networking.Gateway;
import dev.lateen.istiod.model.PeerPolicies;
import dev.lateen.istiod.model.WorkloadScope;
import dev.lateen.istiod.registry.Registry;
import java.util.List;

/**
 * What of a snapshot some proxies' resources were made from, so that the next can be made of them.
 *
 * @param gateways all, if they are gateways
 */
public record Basis(MeshConfig mesh, WorkloadScope scope, Registry registry, PeerPolicies peers, List<?> gateways) {
    /** What the answers for a proxy depend on. */
    public static Basis of(ProxyView view) {
        return new Basis(
                view.snapshot().mesh(),
                view.scope(),
                view.snapshot().registry(),
                view.snapshot().peerPolicies(),
                view.gateway() ? view.snapshot().all(Gateway.class) : List.of());
    }

    /** Whether routes are made from the same. */
    @SuppressWarnings("ReferenceEquality") // What did not change is the same object.
    public boolean routesAs(Basis other) {
        return mesh == other.mesh && scope == other.scope && registry.shown() == other.registry.shown();
    }

    /** Whether mesh config and what else is for all is the same. */
    @SuppressWarnings("ReferenceEquality")
    public boolean hasMeshOf(Basis other) {
        return mesh == other.mesh;
    }

    /** Whether of all that shows in clusters and endpoints only services, who serves them, and rules for their clients may be others. */
    @SuppressWarnings("ReferenceEquality")
    public boolean callsAlike(Basis other) {
        return mesh == other.mesh && peers == other.peers && gateways == other.gateways;
    }

    /** Whether the same services are called by the same rules. */
    @SuppressWarnings("ReferenceEquality")
    public boolean callsAs(Basis other) {
        return callsAlike(other) && scope.calls() == other.scope.calls() && registry == other.registry;
    }

    /** The hosts of which anything changed since an earlier snapshot. */
    public ChangedHosts changedSince(Basis before) {
        return new ChangedHosts(before.scope, before.registry, scope, registry);
    }
}

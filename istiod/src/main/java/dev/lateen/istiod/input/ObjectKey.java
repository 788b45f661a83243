package dev.lateen.istiod.input;

import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.yaml.IstioKinds;

/**
 * What tells one object from all others of a mesh: two clusters may each have a Service of one name. What Istio's own kinds say is for the whole mesh, in
 * whichever cluster it stands.
 *
 * @param cluster the cluster's id; empty for Istio's kinds
 * @param resource the object within it
 */
public record ObjectKey(String cluster, ResourceKey resource) {
    /** The key of a resource that a source of some cluster offers. */
    public static ObjectKey of(String cluster, ResourceKey resource) {
        boolean ofMesh = resource.group().endsWith(IstioKinds.GROUP_SUFFIX);
        return new ObjectKey(ofMesh ? "" : cluster, resource);
    }

    @Override
    public String toString() {
        return resource.toString();
    }
}

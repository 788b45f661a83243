package dev.lateen.injector;

import dev.lateen.api.Release;

/**
 * What is the same for every sidecar of a mesh.
 *
 * @param image the distribution's image
 * @param revision {@code istio.io/rev}, {@code default} unless told
 * @param caAddress where sidecars find istiod, host and port
 * @param clusterId {@code ISTIO_META_CLUSTER_ID}
 * @param meshId {@code ISTIO_META_MESH_ID}
 * @param trustDomain of SPIFFE identities
 * @param clusterDomain of Kubernetes' DNS, {@code cluster.local}
 */
public record SidecarSettings(
        String image,
        String revision,
        String caAddress,
        String clusterId,
        String meshId,
        String trustDomain,
        String clusterDomain) {
    /** Istio's defaults. */
    public static SidecarSettings defaults() {
        return new SidecarSettings(
                "lateen/proxy:" + Release.VERSION,
                "default",
                "istiod.istio-system.svc:15012",
                "Kubernetes",
                "cluster.local",
                "cluster.local",
                "cluster.local");
    }
}

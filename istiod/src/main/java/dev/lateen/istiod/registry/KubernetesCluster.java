package dev.lateen.istiod.registry;

/**
 * A cluster, as far as it shows in what its objects are called.
 *
 * @param id what telemetry and provenance call it
 * @param domain the end of its Services' names
 */
record KubernetesCluster(String id, String domain) {
    /** Kubernetes' own default, which Istio takes for every cluster of a mesh. */
    private static final String DOMAIN = "cluster.local";

    /** The cluster of a source's objects. */
    static KubernetesCluster of(String id) {
        return new KubernetesCluster(id, DOMAIN);
    }
}

package dev.lateen.istiod.registry;

/** The labels that tell where something runs. */
public final class Topology {
    /** The network, for meshes of several. */
    public static final String NETWORK = "topology.istio.io/network";
    /** The cluster. */
    public static final String CLUSTER = "topology.istio.io/cluster";
    /** The region. */
    public static final String REGION = "topology.kubernetes.io/region";
    /** The zone. */
    public static final String ZONE = "topology.kubernetes.io/zone";
    /** The part of a zone. */
    public static final String SUB_ZONE = "topology.istio.io/subzone";
    /** All of a pod's place in one label, {@code region.zone.subzone}, which wins over its node's labels. */
    public static final String LOCALITY = "istio-locality";
    /** The node. */
    public static final String HOSTNAME = "kubernetes.io/hostname";

    private Topology() {}

    /** The locality that a value of {@link #LOCALITY} means; parts may be parted by dots, for labels may not have slashes. */
    public static String locality(String label) {
        return label.contains("/") ? label : label.replace('.', '/');
    }

    /** One part of a locality {@code region/zone/subzone}, by its label; null for labels that are no part of it. */
    public static @org.jspecify.annotations.Nullable String partOf(String locality, String label) {
        int index = switch (label) {
            case REGION -> 0;
            case ZONE -> 1;
            case SUB_ZONE -> 2;
            default -> -1;
        };
        if (index < 0) {
            return null;
        }
        String[] parts = locality.split("/", 3);
        return index < parts.length ? parts[index] : "";
    }
}

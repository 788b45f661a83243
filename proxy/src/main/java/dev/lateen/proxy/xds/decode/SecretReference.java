package dev.lateen.proxy.xds.decode;

/**
 * A secret that a listener or cluster names.
 *
 * @param name its SDS name
 * @param source {@link #ADS}, {@link #STATIC} or the name of the cluster of the SDS server
 */
public record SecretReference(String name, String source) {
    /** Asked for on the aggregated stream. */
    public static final String ADS = "ads";

    /** The name by which Istio calls a workload's own certificate. */
    public static final String WORKLOAD = "default";

    /** The name by which Istio calls the mesh's roots. */
    public static final String ROOTS = "ROOTCA";

    /** One of the bootstrap's own. */
    public static final String STATIC = "static";
}

package dev.lateen.api.xds;

/** Names that Istio gives to resources which belong to no user. */
public final class WellKnown {
    /** The cluster without endpoints: connections to it are closed. */
    public static final String BLACK_HOLE_CLUSTER = "BlackHoleCluster";

    /** The cluster of the address that the client asked for. */
    public static final String PASSTHROUGH_CLUSTER = "PassthroughCluster";

    /** The same on the inbound side. */
    public static final String INBOUND_PASSTHROUGH_CLUSTER = "InboundPassthroughCluster";

    /** The listener of redirected outbound traffic, port 15001. */
    public static final String VIRTUAL_OUTBOUND = "virtualOutbound";

    /** The listener of redirected inbound traffic, port 15006. */
    public static final String VIRTUAL_INBOUND = "virtualInbound";

    /** The filter chain of {@link #VIRTUAL_INBOUND} that breaks loops to its own port. */
    public static final String VIRTUAL_INBOUND_BLACK_HOLE = "virtualInbound-blackhole";

    /** The filter chain of {@link #VIRTUAL_INBOUND} for HTTP on undeclared ports. */
    public static final String VIRTUAL_INBOUND_CATCH_ALL_HTTP = "virtualInbound-catchall-http";

    /** The route configuration of the HTTP proxy port. */
    public static final String HTTP_PROXY_ROUTE = "http_proxy";

    /** The virtual host that lets unknown hosts pass. */
    public static final String ALLOW_ANY = "allow_any";

    /** The virtual host that refuses unknown hosts. */
    public static final String BLOCK_ALL = "block_all";

    /** The name of a route that no VirtualService made. */
    public static final String DEFAULT_ROUTE = "default";

    /** The secret with the workload's own certificate and key. */
    public static final String DEFAULT_SECRET = "default";

    /** The secret with the roots of the mesh. */
    public static final String ROOT_CA_SECRET = "ROOTCA";

    /** The bootstrap cluster that serves secrets. */
    public static final String SDS_CLUSTER = "sds-grpc";

    /** The bootstrap cluster that serves everything else. */
    public static final String XDS_CLUSTER = "xds-grpc";

    /** The pseudo gateway that means all sidecars. */
    public static final String MESH_GATEWAY = "mesh";

    /** The key of {@code filter_metadata} under which the user's resource is named. */
    public static final String ISTIO_METADATA = "istio";

    /** The field of {@link #ISTIO_METADATA} that holds the path of the user's resource. */
    public static final String CONFIG_METADATA = "config";

    /** The key of {@code filter_metadata} for what Istio has no word for; others pass it over. */
    public static final String LATEEN_METADATA = "lateen";

    /** The field of {@link #LATEEN_METADATA} that holds the place in the user's resource, such as {@code spec.servers[0]}. */
    public static final String FIELD_METADATA = "field";

    /** The field of {@link #LATEEN_METADATA} on a filter chain that names the resource which says how connections are secured, by its own path and field. */
    public static final String SECURITY_METADATA = "security";

    private WellKnown() {}
}

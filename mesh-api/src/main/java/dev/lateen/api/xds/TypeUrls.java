package dev.lateen.api.xds;

import java.util.List;

/** The type URLs of xDS resources. */
public final class TypeUrls {
    private static final String PREFIX = "type.googleapis.com/";

    /** Clusters (CDS). */
    public static final String CLUSTER = PREFIX + "envoy.config.cluster.v3.Cluster";

    /** Endpoints of a cluster (EDS). */
    public static final String ENDPOINT = PREFIX + "envoy.config.endpoint.v3.ClusterLoadAssignment";

    /** Listeners (LDS). */
    public static final String LISTENER = PREFIX + "envoy.config.listener.v3.Listener";

    /** Route configurations (RDS). */
    public static final String ROUTE = PREFIX + "envoy.config.route.v3.RouteConfiguration";

    /** Virtual hosts on demand (VHDS). */
    public static final String VIRTUAL_HOST = PREFIX + "envoy.config.route.v3.VirtualHost";

    /** Secrets (SDS). */
    public static final String SECRET = PREFIX + "envoy.extensions.transport_sockets.tls.v3.Secret";

    /** Extension configuration (ECDS). */
    public static final String EXTENSION_CONFIG = PREFIX + "envoy.config.core.v3.TypedExtensionConfig";

    /** Istio's table of names for the agent's DNS (NDS). */
    public static final String NAME_TABLE = PREFIX + "istio.networking.nds.v1.NameTable";

    /** Istio's start-up settings for the agent (PCDS). */
    public static final String PROXY_CONFIG = PREFIX + "istio.mesh.v1alpha1.ProxyConfig";

    /** The order in which Istio pushes, so that nothing refers to what is not there yet. */
    public static final List<String> PUSH_ORDER = List.of(CLUSTER, ENDPOINT, LISTENER, ROUTE, SECRET);

    private TypeUrls() {}

    /** Istio's short name, such as {@code CDS}; the URL itself if there is none. */
    public static String shortName(String typeUrl) {
        return switch (typeUrl) {
            case CLUSTER -> "CDS";
            case ENDPOINT -> "EDS";
            case LISTENER -> "LDS";
            case ROUTE -> "RDS";
            case VIRTUAL_HOST -> "VHDS";
            case SECRET -> "SDS";
            case EXTENSION_CONFIG -> "ECDS";
            case NAME_TABLE -> "NDS";
            case PROXY_CONFIG -> "PCDS";
            default -> typeUrl;
        };
    }
}

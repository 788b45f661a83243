package dev.lateen.api.xds;

/** The keys of a proxy's node metadata: Istio's, and those beginning with {@code LATEEN_}, which are ours. */
public final class NodeMetadata {
    /** Text: the pod. */
    public static final String NAME = "NAME";

    /** Text: the namespace. */
    public static final String NAMESPACE = "NAMESPACE";

    /** Text: IP addresses with commas between. */
    public static final String INSTANCE_IPS = "INSTANCE_IPS";

    /** Text: the cluster. */
    public static final String CLUSTER_ID = "CLUSTER_ID";

    /** Text: the version of the proxy. */
    public static final String ISTIO_VERSION = "ISTIO_VERSION";

    /** Text: the mesh. */
    public static final String MESH_ID = "MESH_ID";

    /** Text: the network. */
    public static final String NETWORK = "NETWORK";

    /** Text: the service account. */
    public static final String SERVICE_ACCOUNT = "SERVICE_ACCOUNT";

    /** Struct: the pod's labels. */
    public static final String LABELS = "LABELS";

    /** Struct: the pod's annotations. */
    public static final String ANNOTATIONS = "ANNOTATIONS";

    /** Text: the workload that the pod belongs to. */
    public static final String WORKLOAD_NAME = "WORKLOAD_NAME";

    /** Text: the owner of the pod, {@code kubernetes://apis/apps/v1/namespaces/NS/deployments/NAME}. */
    public static final String OWNER = "OWNER";

    /** Struct: the proxy's start-up settings. */
    public static final String PROXY_CONFIG = "PROXY_CONFIG";

    /** Text: REDIRECT, TPROXY or NONE. */
    public static final String INTERCEPTION_MODE = "INTERCEPTION_MODE";

    /** Text: the port on which the sidecar is an HTTP proxy. */
    public static final String HTTP_PROXY_PORT = "HTTP_PROXY_PORT";

    /** Text: container names with commas between. */
    public static final String APP_CONTAINERS = "APP_CONTAINERS";

    /** Text: {@code true} if names are answered by the proxy. */
    public static final String DNS_CAPTURE = "DNS_CAPTURE";

    /** Text: the address on which the application really listens, in laptop mode. */
    public static final String LATEEN_APP_ADDRESS = "LATEEN_APP_ADDRESS";

    /** Text: the address on which listeners are bound instead of all. */
    public static final String LATEEN_BIND_ADDRESS = "LATEEN_BIND_ADDRESS";

    /** Text: the version of a Lateen proxy. */
    public static final String LATEEN_VERSION = "LATEEN_VERSION";

    /** {@code user_agent_name} of a Lateen proxy. */
    public static final String LATEEN_USER_AGENT = "lateen";

    /** {@code user_agent_name} of Envoy. */
    public static final String ENVOY_USER_AGENT = "envoy";

    private NodeMetadata() {}
}

package dev.lateen.proxy.xds.decode;

import org.jspecify.annotations.Nullable;

/** The kinds of resources this proxy asks for, in the order in which a control plane should send them. */
public enum ResourceType {
    CLUSTER("envoy.config.cluster.v3.Cluster", "cluster"),
    ENDPOINTS("envoy.config.endpoint.v3.ClusterLoadAssignment", "endpoints"),
    LISTENER("envoy.config.listener.v3.Listener", "listener"),
    ROUTES("envoy.config.route.v3.RouteConfiguration", "routes"),
    SECRET("envoy.extensions.transport_sockets.tls.v3.Secret", "secret"),
    /** Istio's name table, of which there is one, without a name; only a proxy that answers DNS asks for it. */
    NAMES("istio.networking.nds.v1.NameTable", "names");

    private final String message;
    private final String word;

    ResourceType(String message, String word) {
        this.message = message;
        this.word = word;
    }

    /** Such as {@code type.googleapis.com/envoy.config.cluster.v3.Cluster}. */
    public String typeUrl() {
        return "type.googleapis.com/" + message;
    }

    /** The type of that URL, or null. */
    public static @Nullable ResourceType ofUrl(String typeUrl) {
        String name = typeUrl.substring(typeUrl.lastIndexOf('/') + 1);
        for (ResourceType type : values()) {
            if (type.message.equals(name)) {
                return type;
            }
        }
        return null;
    }

    /** The full name of its message. */
    public String message() {
        return message;
    }

    /** Whether a subscription without names means all: LDS, CDS and NDS. */
    public boolean wildcard() {
        return this == CLUSTER || this == LISTENER || this == NAMES;
    }

    /** As it is called in messages. */
    public String word() {
        return word;
    }
}

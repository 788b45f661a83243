package dev.lateen.istiod.discovery;

import java.util.List;

/** The type URLs that are served, in the order in which a change is pushed: what is named before what names it. */
final class XdsTypes {
    static final String CLUSTER = "type.googleapis.com/envoy.config.cluster.v3.Cluster";
    static final String ENDPOINT = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment";
    static final String LISTENER = "type.googleapis.com/envoy.config.listener.v3.Listener";
    static final String ROUTE = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration";
    static final String SECRET = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret";

    /** CDS, EDS, LDS, RDS, SDS. Other types follow in the order in which they were asked for. */
    static final List<String> PUSH_ORDER = List.of(CLUSTER, ENDPOINT, LISTENER, ROUTE, SECRET);

    private XdsTypes() {}

    /** Whether a state-of-the-world response must hold all resources, because a missing one counts as removed. */
    static boolean isWhole(String typeUrl) {
        return typeUrl.equals(CLUSTER) || typeUrl.equals(LISTENER);
    }

    /** Whether a resource of this type is only useful once the clusters it names are there. */
    static boolean namesClusters(String typeUrl) {
        return typeUrl.equals(LISTENER) || typeUrl.equals(ROUTE);
    }
}

package dev.lateen.istiod.translate.cluster;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.networking.Sidecar;
import dev.lateen.api.xds.ClusterName;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.view.InboundPort;
import dev.lateen.istiod.translate.view.ProxyView;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.BindConfig;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;

/** The cluster from a sidecar to its own application. */
final class InboundCluster {
    /** A source address by which interception knows the proxy's own connections and leaves them alone. */
    static final BindConfig OWN_SOURCE = BindConfig.newBuilder()
            .setSourceAddress(SocketAddress.newBuilder().setAddress("127.0.0.6").setPortValue(0))
            .build();

    // The largest duration Envoy takes; an inbound host never goes away while the pod lives.
    private static final long NEVER_SECONDS = 9_223_372_035L;
    private final ProxyView view;
    private final ClusterPolicy policies;

    InboundCluster(ProxyView view, ClusterPolicy policies) {
        this.view = view;
        this.policies = policies;
    }

    Cluster cluster(InboundPort port) {
        String name = ClusterName.inbound(port.port()).toString();
        Cluster.Builder cluster = Cluster.newBuilder().setName(name).setAltStatName(name + ";");
        if (!port.services().isEmpty()) {
            cluster.setMetadata(ClusterTranslator.metadata(port.services(), null, null));
        }
        String fixed = fixedEndpoint(port);
        if (fixed.isEmpty()) {
            cluster.setType(Cluster.DiscoveryType.ORIGINAL_DST)
                    .setLbPolicy(Cluster.LbPolicy.CLUSTER_PROVIDED)
                    .setUpstreamBindConfig(OWN_SOURCE)
                    .setCleanupInterval(Protos.seconds(NEVER_SECONDS));
        } else {
            cluster.setType(Cluster.DiscoveryType.STATIC).setLoadAssignment(single(name, fixed, port.port()));
            if (!view.withoutInterception() && !fixed.startsWith("127.0.0.1:")) {
                // To the pod's own address the connection would be redirected to the proxy again.
                cluster.setUpstreamBindConfig(OWN_SOURCE);
            }
        }
        cluster.getCommonLbConfigBuilder();
        policies.connectionPool(cluster, port.pool(), null);
        policies.httpOptions(
                cluster,
                port.servicePort(),
                port.pool(),
                port.servicePort().protocol().isHttp2(),
                false,
                false);
        return cluster.build();
    }

    // Empty: wherever the client wanted to go, which is the pod itself.
    private String fixedEndpoint(InboundPort port) {
        String application = view.node().applicationAddress();
        String host = application == null ? "127.0.0.1" : application;
        Sidecar.Ingress ingress = port.ingress();
        if (ingress != null && !ingress.defaultEndpoint().isEmpty()) {
            String endpoint = ingress.defaultEndpoint();
            if (endpoint.startsWith("unix://")) {
                return endpoint;
            }
            int colon = endpoint.lastIndexOf(':');
            String address = endpoint.substring(0, colon);
            String target = endpoint.substring(colon);
            boolean toPod = address.equals("0.0.0.0") || address.equals("[::]");
            return toPod && application == null ? view.node().address() + target : host + target;
        }
        boolean local =
                view.snapshot().mesh().listeners().inboundTrafficPolicy().mode() == MeshConfig.InboundMode.LOCALHOST;
        return application != null || local || view.withoutInterception() ? host + ":" + port.port() : "";
    }

    private static ClusterLoadAssignment single(String cluster, String endpoint, int otherwise) {
        int colon = endpoint.lastIndexOf(':');
        boolean unix = endpoint.startsWith("unix://");
        String host = unix ? endpoint : endpoint.substring(0, colon);
        int port = unix ? otherwise : Integer.parseInt(endpoint.substring(colon + 1));
        return ClusterLoadAssignment.newBuilder()
                .setClusterName(cluster)
                .addEndpoints(LocalityLbEndpoints.newBuilder()
                        .addLbEndpoints(LbEndpoint.newBuilder()
                                .setEndpoint(Endpoint.newBuilder().setAddress(Protos.address(host, port)))))
                .build();
    }
}

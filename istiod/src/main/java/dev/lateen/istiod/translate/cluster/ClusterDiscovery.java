package dev.lateen.istiod.translate.cluster;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.view.ClientKind;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig;
import io.envoyproxy.envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheConfig;
import io.envoyproxy.envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig;

/** How a proxy finds the endpoints of a cluster: it is told them, asks DNS, or takes the address or name that it was called with. */
final class ClusterDiscovery {
    private static final Cluster.CustomClusterType BY_NAME = Cluster.CustomClusterType.newBuilder()
            .setName("envoy.clusters.dynamic_forward_proxy")
            .setTypedConfig(Protos.any(ClusterConfig.newBuilder()
                    .setDnsCacheConfig(DnsCacheConfig.newBuilder()
                            .setName("dynamic_forward_proxy_cache_config")
                            .setDnsLookupFamily(Cluster.DnsLookupFamily.V4_ONLY))
                    .build()))
            .build();

    // A socket that is used for too long keeps to a name server that is gone.
    private static final TypedExtensionConfig RESOLVER = TypedExtensionConfig.newBuilder()
            .setName("envoy.network.dns_resolver.cares")
            .setTypedConfig(Protos.any(CaresDnsResolverConfig.newBuilder()
                    .setUdpMaxQueries(Protos.u32(100))
                    .build()))
            .build();

    private final MeshConfig mesh;
    private final ClusterClient client;

    ClusterDiscovery(MeshConfig mesh, ClusterClient client) {
        this.mesh = mesh;
        this.client = client;
    }

    // Without interception there is no original destination, so a headless service is balanced over its endpoints; at a
    // gateway everything is.
    void of(Cluster.Builder cluster, Service service) {
        switch (service.resolution()) {
            case ENDPOINTS -> cluster.setType(Cluster.DiscoveryType.EDS);
            case DNS -> dns(cluster.setType(Cluster.DiscoveryType.STRICT_DNS));
            case DNS_ROUND_ROBIN -> dns(cluster.setType(Cluster.DiscoveryType.LOGICAL_DNS));
            case DYNAMIC_DNS -> wherever(cluster, client.kind() == ClientKind.LATEEN);
            case ALIAS -> dns(cluster.setType(Cluster.DiscoveryType.STRICT_DNS));
            case ORIGINAL_DESTINATION -> {
                // A gateway's connections were not on their way anywhere else.
                if (client.gateway() || service.headless() && client.withoutInterception()) {
                    cluster.setType(Cluster.DiscoveryType.EDS);
                } else {
                    wherever(cluster);
                }
            }
        }
    }

    // Our own proxy without interception only hears by name where the application wants to go.
    private boolean asksByName() {
        return client.kind() == ClientKind.LATEEN && client.withoutInterception();
    }

    /** To wherever the connection was on its way, or the request by its name. */
    void wherever(Cluster.Builder cluster) {
        wherever(cluster, asksByName());
    }

    private static void wherever(Cluster.Builder cluster, boolean byName) {
        if (byName) {
            cluster.setClusterType(BY_NAME).setLbPolicy(Cluster.LbPolicy.CLUSTER_PROVIDED);
        } else {
            cluster.setType(Cluster.DiscoveryType.ORIGINAL_DST);
        }
    }

    // Envoy has moved these fields to an extension; all versions in use still read them here, where Istio writes them.
    @SuppressWarnings("deprecation")
    private void dns(Cluster.Builder cluster) {
        cluster.setRespectDnsTtl(true)
                .setDnsRefreshRate(Protos.duration(mesh.outbound().dnsRefreshRate()))
                .setDnsLookupFamily(Cluster.DnsLookupFamily.V4_ONLY)
                .setTypedDnsResolverConfig(RESOLVER)
                .setDnsJitter(com.google.protobuf.Duration.newBuilder().setNanos(100_000_000));
    }
}

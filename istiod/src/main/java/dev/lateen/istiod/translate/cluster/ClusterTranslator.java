package dev.lateen.istiod.translate.cluster;

import com.google.protobuf.Value;
import dev.lateen.api.networking.DestinationRule;
import dev.lateen.api.xds.WellKnown;
import dev.lateen.istiod.model.MergedRule;
import dev.lateen.istiod.registry.Resolution;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.translate.resource.Memo;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.resource.XdsResource;
import dev.lateen.istiod.translate.view.InboundPort;
import dev.lateen.istiod.translate.view.ProxyView;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The clusters of a proxy: those of all services that it sees, those of its own application, and those for whatever else it may call. */
public final class ClusterTranslator {
    private final ProxyView view;
    private final ClusterClient client;
    private final ClusterPolicy policies;
    private final ClusterDiscovery discovery;
    private final Memo<ServiceClusters.Key, List<XdsResource>> memo;

    /** @param view of the proxy whose clusters are wanted @param memo clusters of services that other proxies asked for */
    public ClusterTranslator(ProxyView view, Memo<ServiceClusters.Key, List<XdsResource>> memo) {
        this.view = view;
        this.memo = memo;
        this.client = ClusterClient.of(view);
        this.policies = new ClusterPolicy(view.snapshot().mesh());
        this.discovery = new ClusterDiscovery(view.snapshot().mesh(), client);
    }

    /** The clusters towards one of the services that the proxy sees; the same for all proxies of its kind and scope. */
    public List<XdsResource> outbound(Service service) {
        return service.resolution() != Resolution.ALIAS || view.leadsOutside(service)
                ? memo.get(ServiceClusters.Key.of(view, client, service))
                : List.of();
    }

    /** The clusters for what no service is. */
    public List<XdsResource> elsewhere() {
        return view.gateway() ? List.of(blackHole()) : List.of(blackHole(), passthrough());
    }

    /** The clusters towards the workload's own application. */
    public List<XdsResource> inbound(List<InboundPort> ports) {
        if (view.gateway()) {
            return List.of();
        }
        List<XdsResource> clusters = new ArrayList<>();
        for (InboundPort port : ports) {
            Cluster cluster = new InboundCluster(view, policies).cluster(port);
            clusters.add(Protos.resource(cluster.getName(), cluster));
        }
        if (!view.withoutInterception()) {
            clusters.add(inboundPassthrough());
        }
        return clusters;
    }

    static Metadata metadata(
            List<Service> services, @Nullable MergedRule rule, DestinationRule.@Nullable Subset subset) {
        Map<String, Value> fields = new HashMap<>();
        if (rule != null) {
            fields.put("config", Protos.text(Protos.path(rule.key())));
        }
        if (subset != null) {
            fields.put("subset", Protos.text(subset.name()));
        }
        if (services.stream().anyMatch(Service::external)) {
            fields.put("external", Value.newBuilder().setBoolValue(true).build());
        }
        if (!services.isEmpty()) {
            fields.put(
                    "services",
                    Protos.list(services.stream()
                            .map(s -> Protos.value(Protos.struct(Map.of(
                                    "host", Protos.text(s.hostname()),
                                    "name", Protos.text(s.name()),
                                    "namespace", Protos.text(s.namespace())))))
                            .toList()));
        }
        return Metadata.newBuilder()
                .putFilterMetadata("istio", Protos.struct(fields))
                .build();
    }

    private XdsResource blackHole() {
        Cluster cluster = Cluster.newBuilder()
                .setName(WellKnown.BLACK_HOLE_CLUSTER)
                .setAltStatName(WellKnown.BLACK_HOLE_CLUSTER + ";")
                .setType(Cluster.DiscoveryType.STATIC)
                .setConnectTimeout(
                        Protos.duration(view.snapshot().mesh().outbound().connectTimeout()))
                .build();
        return Protos.resource(cluster.getName(), cluster);
    }

    // Both pass-through clusters count under the outbound one's name, as Istio's do.
    private Cluster.Builder originalDestination(String name) {
        Cluster.Builder cluster = Cluster.newBuilder()
                .setName(name)
                .setAltStatName(WellKnown.PASSTHROUGH_CLUSTER + ";")
                .setLbPolicy(Cluster.LbPolicy.CLUSTER_PROVIDED)
                .setConnectTimeout(
                        Protos.duration(view.snapshot().mesh().outbound().connectTimeout()))
                .setCircuitBreakers(ClusterPolicy.noLimits());
        discovery.wherever(cluster);
        ClusterPolicy.asTheClient(cluster);
        return cluster;
    }

    private XdsResource passthrough() {
        Cluster.Builder cluster = originalDestination(WellKnown.PASSTHROUGH_CLUSTER);
        policies.baseline(cluster);
        return Protos.resource(WellKnown.PASSTHROUGH_CLUSTER, cluster.build());
    }

    private XdsResource inboundPassthrough() {
        Cluster cluster = originalDestination(WellKnown.INBOUND_PASSTHROUGH_CLUSTER)
                .setUpstreamBindConfig(InboundCluster.OWN_SOURCE)
                .build();
        return Protos.resource(cluster.getName(), cluster);
    }
}

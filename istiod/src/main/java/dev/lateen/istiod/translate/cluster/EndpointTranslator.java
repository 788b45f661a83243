package dev.lateen.istiod.translate.cluster;

import com.google.protobuf.Struct;
import com.google.protobuf.UInt32Value;
import dev.lateen.api.networking.LocalityLbSetting;
import dev.lateen.api.security.PeerAuthentication.MutualTls.Mode;
import dev.lateen.istiod.model.Labels;
import dev.lateen.istiod.model.PeerPolicies;
import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.registry.ServiceEndpoint;
import dev.lateen.istiod.registry.WorkloadInstance;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.resource.SameObject;
import dev.lateen.istiod.translate.resource.XdsResource;
import dev.lateen.istiod.translate.view.LocalityChoice;
import dev.lateen.istiod.translate.view.ProxyView;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Endpoints of a service's port as load assignments, grouped by locality. */
public final class EndpointTranslator {

    /**
     * All that a load assignment is made from.
     *
     * @param name the cluster's
     * @param endpoints those of the service's port
     * @param which of them are meant
     * @param locality how localities share the traffic
     * @param client who asks
     */
    public record Request(
            String name,
            SameObject<List<ServiceEndpoint>> endpoints,
            Which which,
            LocalityChoice locality,
            EndpointClient client) {}

    /**
     * Which endpoints of a port are meant.
     *
     * @param pod the only workload, by name; empty for all
     * @param subsetLabels what its labels must hold
     * @param mutualTlsOnly whether those that don't take mutual TLS are left out
     * @param none whether none is, whatever there is
     */
    public record Which(
            String pod,
            Map<String, String> subsetLabels,
            boolean notReadyToo,
            boolean addressesOnly,
            boolean mutualTlsOnly,
            boolean none,
            boolean firstOnly) {
        private boolean fits(ServiceEndpoint endpoint, EndpointClient client) {
            WorkloadInstance workload = endpoint.workload();
            return !none
                    && (pod.isEmpty() || workload.name().equals(pod))
                    && (workload.ready() || notReadyToo)
                    && Labels.satisfy(workload.labels(), subsetLabels)
                    && (!addressesOnly || isAddress(workload.address()))
                    && (!mutualTlsOnly || client.takesMutualTls(endpoint));
        }
    }

    /**
     * What of a proxy and the mesh shows in the endpoints that it is told.
     *
     * @param from where the proxy is
     * @param labels what it has under the labels by which it prefers endpoints
     * @param peers what decides which endpoints take mutual TLS
     */
    public record EndpointClient(ProxyNode.Locality from, Map<String, String> labels, SameObject<PeerPolicies> peers) {
        /** What of a proxy its endpoints depend on. */
        public static EndpointClient of(ProxyView view) {
            return new EndpointClient(
                    view.node().locality(),
                    view.preferenceLabels(),
                    new SameObject<>(view.snapshot().peerPolicies()));
        }

        // A workload that was told not to use TLS on a port must not be called with it.
        private boolean takesMutualTls(ServiceEndpoint endpoint) {
            WorkloadInstance workload = endpoint.workload();
            return workload.identity().mutualTls()
                    && peers.of()
                                    .inboundTls(workload.namespace(), workload.labels())
                                    .mode(endpoint.port())
                            != Mode.DISABLE;
        }
    }

    private EndpointTranslator() {}

    /** The endpoints of one cluster. */
    public static XdsResource make(Request request) {
        return Protos.resource(request.name(), loadAssignment(request));
    }

    static ClusterLoadAssignment loadAssignment(Request request) {
        Map<String, List<WorkloadInstance>> order = new TreeMap<>();
        Map<String, LocalityLbEndpoints.Builder> groups = new TreeMap<>();
        List<ServiceEndpoint> all = request.endpoints().of();
        for (ServiceEndpoint endpoint : request.which().firstOnly() && all.size() > 1 ? all.subList(0, 1) : all) {
            WorkloadInstance workload = endpoint.workload();
            if (request.which().fits(endpoint, request.client())) {
                order.computeIfAbsent(workload.place().locality(), l -> new ArrayList<>())
                        .add(workload);
                groups.computeIfAbsent(workload.place().locality(), l -> group(l))
                        .addLbEndpoints(endpoint(endpoint, request.client()));
            }
        }
        List<LocalityLbEndpoints.Builder> list = new ArrayList<>(groups.values());
        for (LocalityLbEndpoints.Builder group : list) {
            int weight = group.getLbEndpointsList().stream()
                    .mapToInt(e -> e.getLoadBalancingWeight().getValue())
                    .sum();
            group.setLoadBalancingWeight(UInt32Value.of(weight));
        }
        LocalityLbSetting setting = request.locality().setting();
        if (setting != null && !list.isEmpty()) {
            EndpointClient client = request.client();
            Localities localities =
                    new Localities(client.from(), client.labels(), new ArrayList<>(order.values()), list);
            list = localities.apply(setting, request.locality().failsOver());
        }
        ClusterLoadAssignment.Builder assignment =
                ClusterLoadAssignment.newBuilder().setClusterName(request.name());
        list.forEach(assignment::addEndpoints);
        return assignment.build();
    }

    private static LocalityLbEndpoints.Builder group(String locality) {
        LocalityLbEndpoints.Builder group = LocalityLbEndpoints.newBuilder();
        if (!locality.isEmpty()) {
            group.setLocality(locality(locality));
        }
        return group;
    }

    static Locality locality(String text) {
        String[] parts = text.split("/", 3);
        Locality.Builder locality = Locality.newBuilder().setRegion(parts[0]);
        if (parts.length > 1) {
            locality.setZone(parts[1]);
        }
        if (parts.length > 2) {
            locality.setSubZone(parts[2]);
        }
        return locality.build();
    }

    private static LbEndpoint endpoint(ServiceEndpoint endpoint, EndpointClient client) {
        WorkloadInstance workload = endpoint.workload();
        Metadata.Builder metadata = Metadata.newBuilder().putFilterMetadata("istio", workloadName(workload));
        if (client.takesMutualTls(endpoint)) {
            metadata.putFilterMetadata(
                    "envoy.transport_socket_match", Protos.struct(Map.of("tlsMode", Protos.text("istio"))));
        }
        return LbEndpoint.newBuilder()
                .setEndpoint(Endpoint.newBuilder().setAddress(Protos.address(endpoint.address(), endpoint.port())))
                .setLoadBalancingWeight(Protos.u32(workload.weight() == 0 ? 1 : workload.weight()))
                .setMetadata(metadata)
                .build();
    }

    private static Struct workloadName(WorkloadInstance w) {
        String name = String.join(
                ";",
                w.identity().workloadName(),
                w.namespace(),
                w.canonicalName(),
                w.canonicalRevision(),
                w.place().clusterId());
        return Protos.struct(Map.of("workload", Protos.text(name)));
    }

    /** Whether the text is an IP address. */
    public static boolean isAddress(String text) {
        if (text.startsWith("unix://") || text.indexOf(':') >= 0) {
            return true;
        }
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return false;
        }
        for (String part : parts) {
            boolean number =
                    !part.isEmpty() && part.length() <= 3 && part.chars().allMatch(c -> c >= '0' && c <= '9');
            if (!number || Integer.parseInt(part) > 255) {
                return false;
            }
        }
        return true;
    }
}

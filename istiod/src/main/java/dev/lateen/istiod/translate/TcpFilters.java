package dev.lateen.istiod.translate;

import dev.lateen.api.networking.Destination;
import dev.lateen.api.networking.RouteDestination;
import dev.lateen.api.xds.WellKnown;
import dev.lateen.istiod.registry.Protocol;
import dev.lateen.istiod.registry.Service;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.extensions.filters.network.mongo_proxy.v3.MongoProxy;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The network filters of a chain that passes bytes on. */
final class TcpFilters {
    private final ProxyView view;

    TcpFilters(ProxyView view) {
        this.view = view;
    }

    /** To one cluster, without anything else in the way. */
    List<Filter> plain(String cluster, boolean inbound) {
        List<Filter> filters = new ArrayList<>();
        if (view.client().knowsIstioFilters()) {
            filters.add(IstioFilters.tcpStats(view, inbound));
        }
        filters.add(proxy(TcpProxy.newBuilder().setStatPrefix(cluster).setCluster(cluster), inbound));
        return filters;
    }

    /** From a client in the mesh to the application, if policy allows it. */
    List<Filter> inbound(String cluster) {
        List<Filter> filters = new ArrayList<>();
        if (view.client().exchangesTcpMetadata()) {
            filters.add(IstioFilters.tcpMetadataExchange());
        }
        filters.addAll(new SecurityFilters(view).tcpAuthorization());
        filters.addAll(plain(cluster, true));
        return filters;
    }

    /** To a service's cluster. */
    List<Filter> outbound(String cluster, Protocol protocol) {
        List<Filter> filters = new ArrayList<>();
        mongo(filters, cluster, protocol);
        filters.addAll(plain(cluster, false));
        return filters;
    }

    /** To the destinations of a route, by weight. */
    List<Filter> outbound(List<RouteDestination> destinations, int port, Protocol protocol, String statPrefix) {
        List<RouteDestination> used = destinations.size() == 1
                ? destinations
                : destinations.stream().filter(d -> d.weight() > 0).toList();
        if (used.size() == 1) {
            return outbound(cluster(used.getFirst().destination(), port), protocol);
        }
        if (used.isEmpty()) {
            return plain(WellKnown.BLACK_HOLE_CLUSTER, false);
        }
        TcpProxy.WeightedCluster.Builder clusters = TcpProxy.WeightedCluster.newBuilder();
        for (RouteDestination destination : used) {
            clusters.addClusters(TcpProxy.WeightedCluster.ClusterWeight.newBuilder()
                    .setName(cluster(destination.destination(), port))
                    .setWeight(destination.weight()));
        }
        List<Filter> filters = new ArrayList<>();
        mongo(filters, statPrefix, protocol);
        if (view.client().knowsIstioFilters()) {
            filters.add(IstioFilters.tcpStats(view, false));
        }
        filters.add(proxy(TcpProxy.newBuilder().setStatPrefix(statPrefix).setWeightedClusters(clusters), false));
        return filters;
    }

    private String cluster(Destination destination, int port) {
        Optional<Service> service = view.scope().service(destination.host());
        int to = destination.port() != null && destination.port().number() != null
                ? destination.port().number()
                : service.filter(s -> s.ports().size() == 1)
                        .map(s -> s.ports().getFirst().number())
                        .orElse(port);
        return dev.lateen.api.xds.ClusterName.outbound(to, destination.subset(), destination.host())
                .toString();
    }

    private void mongo(List<Filter> filters, String statPrefix, Protocol protocol) {
        if (protocol == Protocol.MONGO && view.client() != ClientKind.LATEEN) {
            filters.add(Filter.newBuilder()
                    .setName("envoy.filters.network.mongo_proxy")
                    .setTypedConfig(Protos.any(
                            MongoProxy.newBuilder().setStatPrefix(statPrefix).build()))
                    .build());
        }
    }

    private Filter proxy(TcpProxy.Builder proxy, boolean inbound) {
        return Filter.newBuilder()
                .setName("envoy.filters.network.tcp_proxy")
                .setTypedConfig(Protos.any(
                        proxy.addAllAccessLog(AccessLogs.of(view, inbound)).build()))
                .build();
    }
}

package dev.lateen.istiod.translate.listener;

import dev.lateen.api.networking.Destination;
import dev.lateen.api.networking.RouteDestination;
import dev.lateen.api.xds.ClusterName;
import dev.lateen.api.xds.WellKnown;
import dev.lateen.istiod.registry.Protocol;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.registry.ServicePort;
import dev.lateen.istiod.translate.policy.SecurityFilters;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.view.ClientKind;
import dev.lateen.istiod.translate.view.ProxyView;
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
        stats(filters, inbound);
        filters.add(proxy(TcpProxy.newBuilder().setStatPrefix(cluster).setCluster(cluster), inbound));
        return filters;
    }

    /** From a client in the mesh to the application, if policy allows it. */
    List<Filter> inbound(String cluster) {
        List<Filter> filters = new ArrayList<>();
        if (view.client().knowsIstioFilters()) {
            filters.add(IstioFilters.tcpMetadataExchange());
        }
        filters.addAll(new SecurityFilters(view).tcpAuthorization());
        filters.addAll(plain(cluster, true));
        return filters;
    }

    /** To a service, as its DestinationRule has it. */
    List<Filter> outbound(Service service, ServicePort port) {
        String cluster = OutboundListeners.cluster(service, port);
        TcpProxy.Builder proxy = TcpProxy.newBuilder().setStatPrefix(cluster).setCluster(cluster);
        return outbound(TcpPolicy.apply(proxy, view, service, "", port.number()), port.protocol());
    }

    /** From one part of the mesh to another as it is, TLS and all: policies are for the one who ends it. */
    List<Filter> passedThrough(Service service, ServicePort port, String subset) {
        String cluster =
                ClusterName.outbound(port.number(), subset, service.hostname()).sni();
        TcpProxy.Builder proxy = TcpProxy.newBuilder().setStatPrefix(cluster).setCluster(cluster);
        TcpPolicy.apply(proxy, view, service, subset, port.number()).clearTunnelingConfig();
        List<Filter> filters = new ArrayList<>();
        mongo(filters, cluster, port.protocol());
        stats(filters, false);
        filters.add(proxy(proxy, false));
        return filters;
    }

    // A gateway is somebody's server: policies on it hold for bytes as for requests.
    private List<Filter> outbound(TcpProxy.Builder proxy, Protocol protocol) {
        List<Filter> filters = new ArrayList<>();
        if (view.gateway()) {
            filters.addAll(new SecurityFilters(view).tcpAuthorization());
        }
        mongo(filters, proxy.getStatPrefix(), protocol);
        stats(filters, false);
        filters.add(proxy(proxy, false));
        return filters;
    }

    /** To the destinations of a route, by weight; idle time and the like are those of the first one's DestinationRule. */
    List<Filter> outbound(List<RouteDestination> destinations, int port, Protocol protocol, String statPrefix) {
        List<RouteDestination> used = destinations.size() == 1
                ? destinations
                : destinations.stream().filter(d -> d.weight() > 0).toList();
        if (used.isEmpty()) {
            return plain(WellKnown.BLACK_HOLE_CLUSTER, false);
        }
        Destination first = used.getFirst().destination();
        ClusterName cluster = cluster(first, port);
        TcpProxy.Builder proxy = TcpProxy.newBuilder();
        if (used.size() == 1) {
            proxy.setStatPrefix(cluster.toString()).setCluster(cluster.toString());
        } else {
            TcpProxy.WeightedCluster.Builder clusters = TcpProxy.WeightedCluster.newBuilder();
            for (RouteDestination destination : used) {
                clusters.addClusters(TcpProxy.WeightedCluster.ClusterWeight.newBuilder()
                        .setName(cluster(destination.destination(), port).toString())
                        .setWeight(destination.weight()));
            }
            proxy.setStatPrefix(statPrefix).setWeightedClusters(clusters);
        }
        Service service = view.scope().service(cluster.host()).orElse(null);
        String subset = used.size() == 1 ? first.subset() : "";
        return outbound(TcpPolicy.apply(proxy, view, service, subset, cluster.port()), protocol);
    }

    private ClusterName cluster(Destination destination, int port) {
        Optional<Service> service = view.scope().service(destination.host());
        int to = destination.port() != null && destination.port().number() != null
                ? destination.port().number()
                : service.filter(s -> s.ports().size() == 1)
                        .map(s -> s.ports().getFirst().number())
                        .orElse(port);
        return ClusterName.outbound(to, destination.subset(), view.concreteHost(destination.host()));
    }

    private void stats(List<Filter> filters, boolean inbound) {
        boolean counts = view.client().knowsIstioFilters()
                && !view.telemetry().metrics(inbound).off();
        if (counts) {
            filters.add(IstioFilters.tcpStats(view, inbound));
        }
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

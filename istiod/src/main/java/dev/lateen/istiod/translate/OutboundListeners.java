package dev.lateen.istiod.translate;

import com.google.protobuf.BoolValue;
import dev.lateen.api.xds.ClusterName;
import dev.lateen.api.xds.WellKnown;
import dev.lateen.istiod.model.EgressListener;
import dev.lateen.istiod.registry.Protocol;
import dev.lateen.istiod.registry.Resolution;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.registry.ServiceEndpoint;
import dev.lateen.istiod.registry.ServicePort;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a sidecar takes the connections that its workload makes. Behind interception: a listener for each HTTP port, shared by all
 * services, and one for each address and port of other services. Without: only the one that applications use as HTTP proxy.
 */
final class OutboundListeners {
    private static final String ANY = "0.0.0.0";
    private final ProxyView view;
    private final TcpFilters tcp;

    OutboundListeners(ProxyView view) {
        this.view = view;
        this.tcp = new TcpFilters(view);
    }

    /** Whether a service has no address of its own, so that its ports are taken on all addresses. */
    static boolean isWildcardBound(Service service) {
        return service.addresses().stream().noneMatch(a -> !a.contains("/") && !a.equals(ANY))
                || service.resolution() == Resolution.ORIGINAL_DESTINATION && service.kubernetes();
    }

    List<Listener> listeners() {
        List<Listener> listeners = new ArrayList<>();
        if (!view.withoutInterception()) {
            Map<String, OutboundListener> byName = new TreeMap<>();
            for (EgressListener egress : view.scope().egress()) {
                for (Service service : egress.services()) {
                    add(byName, egress, service);
                }
            }
            byName.values().forEach(l -> listeners.add(l.build(catchAll("PassthroughFilterChain"))));
            listeners.add(virtualOutbound());
        }
        if (view.httpProxyPort() > 0) {
            listeners.add(httpProxy());
        }
        return listeners;
    }

    private void add(Map<String, OutboundListener> byName, EgressListener egress, Service service) {
        if (service.resolution() == Resolution.ALIAS) {
            return;
        }
        String bind = egress.declared() == null ? "" : egress.declared().bind();
        for (ServicePort port : service.ports()) {
            if (port.protocol() == Protocol.UDP) {
                continue;
            }
            boolean realPort = !bind.isEmpty();
            if (port.protocol().isHttp()) {
                listener(byName, realPort ? bind : ANY, port.number(), realPort).http(Integer.toString(port.number()));
                continue;
            }
            for (String address : addresses(service, port, bind)) {
                OutboundListener listener = listener(byName, address, port.number(), realPort);
                if (port.protocol() == Protocol.AUTO) {
                    listener.http(SidecarRoutes.routeName(service, port));
                }
                TcpRoutes routes = new TcpRoutes(view, egress, tcp);
                routes.chains(service, port, address.equals(ANY)).forEach(listener::tcp);
            }
        }
    }

    // A headless service has no address; its workloads do.
    private List<String> addresses(Service service, ServicePort port, String bind) {
        if (!bind.isEmpty()) {
            return List.of(bind);
        }
        if (service.headless() && !port.protocol().isAuto()) {
            List<String> pods = view.snapshot().registry().endpoints(service, port).stream()
                    .map(ServiceEndpoint::address)
                    .filter(EndpointTranslator::isAddress)
                    .filter(a -> !view.node().addresses().contains(a))
                    .distinct()
                    .toList();
            return pods.isEmpty() ? List.of(ANY) : pods;
        }
        List<String> own =
                view.addresses(service).stream().filter(a -> !a.contains("/")).toList();
        return isWildcardBound(service) && own.isEmpty() ? List.of(ANY) : own.isEmpty() ? List.of(ANY) : own;
    }

    private OutboundListener listener(
            Map<String, OutboundListener> byName, String address, int port, boolean realPort) {
        return byName.computeIfAbsent(
                address + "_" + port, n -> new OutboundListener(view, n, address, port, realPort));
    }

    private FilterChain catchAll(String name) {
        boolean allowed = view.scope().allowsUnknownHosts();
        return FilterChain.newBuilder()
                .setName(name)
                .setFilterChainMatch(FilterChainMatch.getDefaultInstance())
                .addAllFilters(tcp.plain(allowed ? view.unknownHostsCluster() : WellKnown.BLACK_HOLE_CLUSTER, false))
                .build();
    }

    @SuppressWarnings("deprecation") // use_original_dst is how Istio's interception hands connections on.
    private Listener virtualOutbound() {
        int port = view.snapshot().mesh().proxyListenPort();
        FilterChain blackHole = FilterChain.newBuilder()
                .setName("virtualOutbound-blackhole")
                .setFilterChainMatch(FilterChainMatch.newBuilder().setDestinationPort(Protos.u32(port)))
                .addAllFilters(tcp.plain(WellKnown.BLACK_HOLE_CLUSTER, false))
                .build();
        return Listener.newBuilder()
                .setName(WellKnown.VIRTUAL_OUTBOUND)
                .setAddress(Protos.address(ANY, port))
                .addFilterChains(blackHole)
                .addFilterChains(
                        catchAll("virtualOutbound-catchall-tcp").toBuilder().clearFilterChainMatch())
                .setUseOriginalDst(BoolValue.of(true))
                .setTrafficDirection(TrafficDirection.OUTBOUND)
                .setMaxConnectionsToAcceptPerSocketEvent(Protos.u32(1))
                .build();
    }

    private Listener httpProxy() {
        String bind = view.withoutInterception() ? view.node().address() : "127.0.0.1";
        String name = bind + "_" + view.httpProxyPort();
        Filter manager =
                new HttpConnectionManagers(view).outbound("outbound_" + name + ";", WellKnown.HTTP_PROXY_ROUTE, true);
        return Listener.newBuilder()
                .setName(name)
                .setAddress(Protos.address(bind, view.httpProxyPort()))
                .addFilterChains(FilterChain.newBuilder()
                        .addFilters(manager)
                        .setTransportSocketConnectTimeout(Protos.seconds(15)))
                .setTrafficDirection(TrafficDirection.OUTBOUND)
                .setListenerFiltersTimeout(Protos.ZERO)
                .setContinueOnListenerFiltersTimeout(true)
                .setMaxConnectionsToAcceptPerSocketEvent(Protos.u32(1))
                .build();
    }

    static String cluster(Service service, ServicePort port) {
        return ClusterName.outbound(port.number(), service.hostname()).toString();
    }
}

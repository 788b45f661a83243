package dev.lateen.istiod.translate.listener;

import com.google.protobuf.BoolValue;
import dev.lateen.api.mesh.ProxySettings.InterceptionMode;
import dev.lateen.api.networking.Sidecar;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.xds.ClusterName;
import dev.lateen.api.xds.WellKnown;
import dev.lateen.istiod.model.EgressListener;
import dev.lateen.istiod.registry.Protocol;
import dev.lateen.istiod.registry.Resolution;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.registry.ServiceEndpoint;
import dev.lateen.istiod.registry.ServicePort;
import dev.lateen.istiod.translate.cluster.EndpointTranslator;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.view.OutboundPorts;
import dev.lateen.istiod.translate.view.ProxyView;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Where a sidecar takes the connections that its workload makes. Behind interception: a listener for each HTTP port, shared by all
 * services, and one for each address and port of other services. Without: only the one that applications use as HTTP proxy.
 */
final class OutboundListeners {
    private final ProxyView view;
    private final TcpFilters tcp;

    OutboundListeners(ProxyView view) {
        this.view = view;
        this.tcp = new TcpFilters(view);
    }

    List<Listener> listeners() {
        List<Listener> listeners = new ArrayList<>();
        if (!view.withoutInterception()) {
            Map<String, OutboundListener> byName = new TreeMap<>();
            for (EgressListener egress : view.scope().egress()) {
                // What an entry with a port of its own has taken, the entry for all other ports leaves alone.
                Set<String> taken = egress.port() == 0 ? Set.copyOf(byName.keySet()) : Set.of();
                for (Service service : egress.services()) {
                    add(byName, egress, service, taken);
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

    private void add(Map<String, OutboundListener> byName, EgressListener egress, Service service, Set<String> taken) {
        String bind = egress.bind();
        if (service.resolution() == Resolution.ALIAS || !view.canListenOn(bind)) {
            return;
        }
        for (ServicePort port : service.ports()) {
            if (port.protocol() == Protocol.UDP) {
                continue;
            }
            if (port.protocol().isHttp()) {
                String address = bind.isEmpty() ? OutboundPorts.ANY : bind;
                if (!taken.contains(address + "_" + port.number())) {
                    listener(byName, address, port.number(), egress.bindsPort())
                            .http(Integer.toString(port.number()), port.protocol());
                }
                continue;
            }
            addresses(service, port, bind).forEach((address, ranges) -> {
                if (taken.contains(address + "_" + port.number())) {
                    return;
                }
                OutboundListener listener = listener(byName, address, port.number(), egress.bindsPort());
                // Of all addresses only some are this service's: requests there are not all its own.
                boolean partly = address.equals(OutboundPorts.ANY) && !OutboundPorts.isWildcardBound(service);
                if (port.protocol() == Protocol.AUTO && !partly) {
                    listener.http(OutboundPorts.routeName(service, port), port.protocol());
                }
                TcpRoutes routes = new TcpRoutes(view, egress, tcp);
                routes.chains(service, port, ranges, address.equals(OutboundPorts.ANY))
                        .forEach(listener::tcp);
            });
        }
    }

    /**
     * The addresses whose connections are a service's, each with the ranges that tell it from others there. A headless service has no address;
     * its workloads do. A range of addresses is a part of all addresses.
     */
    private Map<String, List<String>> addresses(Service service, ServicePort port, String bind) {
        Map<String, List<String>> all = new LinkedHashMap<>();
        List<String> ranges =
                service.addresses().stream().filter(a -> a.contains("/")).toList();
        if (!bind.isEmpty()) {
            all.put(bind, bind.equals(OutboundPorts.ANY) ? ranges : List.of());
            return all;
        }
        if (service.headless() && !port.protocol().isAuto()) {
            view.snapshot().registry().endpoints(service, port).stream()
                    .map(ServiceEndpoint::address)
                    .filter(EndpointTranslator::isAddress)
                    .filter(a -> !view.node().addresses().contains(a))
                    .forEach(a -> all.put(a, List.of()));
        } else {
            view.addresses(service).stream().filter(a -> !a.contains("/")).forEach(a -> all.put(a, List.of()));
        }
        if (all.isEmpty() || !ranges.isEmpty()) {
            all.put(OutboundPorts.ANY, ranges);
        }
        return all;
    }

    private OutboundListener listener(
            Map<String, OutboundListener> byName, String address, int port, boolean realPort) {
        return byName.computeIfAbsent(
                address + "_" + port, n -> new OutboundListener(view, n, address, port, realPort));
    }

    private FilterChain catchAll(String name) {
        boolean allowed = view.scope().allowsUnknownHosts();
        FilterChain.Builder chain = FilterChain.newBuilder()
                .setName(name)
                .setFilterChainMatch(FilterChainMatch.getDefaultInstance())
                .addAllFilters(tcp.plain(allowed ? view.unknownHostsCluster() : WellKnown.BLACK_HOLE_CLUSTER, false));
        Resource<Sidecar> sidecar = view.scope().sidecar();
        if (sidecar != null && sidecar.spec().outboundTrafficPolicy() != null) {
            chain.setMetadata(Protos.provenance(sidecar.key(), "spec.outboundTrafficPolicy.mode"));
        }
        return chain.build();
    }

    @SuppressWarnings("deprecation") // use_original_dst is how Istio's interception hands connections on.
    private Listener virtualOutbound() {
        int port = view.snapshot().mesh().listeners().proxyListenPort();
        FilterChain blackHole = FilterChain.newBuilder()
                .setName("virtualOutbound-blackhole")
                .setFilterChainMatch(FilterChainMatch.newBuilder().setDestinationPort(Protos.u32(port)))
                .addAllFilters(tcp.plain(WellKnown.BLACK_HOLE_CLUSTER, false))
                .build();
        Listener.Builder listener = Listener.newBuilder()
                .setName(WellKnown.VIRTUAL_OUTBOUND)
                .addAllAccessLog(AccessLogs.ofListener(view, false))
                .setAddress(Protos.address(OutboundPorts.ANY, port))
                .addFilterChains(blackHole)
                .addFilterChains(
                        catchAll("virtualOutbound-catchall-tcp").toBuilder().clearFilterChainMatch())
                .setUseOriginalDst(BoolValue.of(true))
                .setTrafficDirection(TrafficDirection.OUTBOUND)
                .setMaxConnectionsToAcceptPerSocketEvent(Protos.u32(1));
        if (view.interception() == InterceptionMode.TPROXY) {
            listener.setTransparent(BoolValue.of(true));
        }
        return listener.build();
    }

    private Listener httpProxy() {
        String bind = view.withoutInterception() ? view.node().address() : "127.0.0.1";
        String name = bind + "_" + view.httpProxyPort();
        Filter manager = new HttpConnectionManagers(view)
                .outbound("outbound_" + name + ";", WellKnown.HTTP_PROXY_ROUTE, Protocol.HTTP_PROXY);
        return Listener.newBuilder()
                .setName(name)
                .setAddress(Protos.address(bind, view.httpProxyPort()))
                .addFilterChains(FilterChain.newBuilder()
                        .addFilters(manager)
                        .setTransportSocketConnectTimeout(ListenerFilters.HANDSHAKE_TIMEOUT))
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

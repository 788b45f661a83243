package dev.lateen.istiod.translate.listener;

import com.google.protobuf.BoolValue;
import dev.lateen.api.mesh.ProxySettings.InterceptionMode;
import dev.lateen.api.xds.WellKnown;
import dev.lateen.istiod.model.InboundTls;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.view.InboundPort;
import dev.lateen.istiod.translate.view.ProxyView;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Where a sidecar takes connections for its workload: one listener behind interception, or one for each port without it. */
final class InboundListeners {
    private final ProxyView view;
    private final FilterChainTranslator chains;
    private final InboundTls tls;

    InboundListeners(ProxyView view) {
        this.view = view;
        this.chains = new FilterChainTranslator(view);
        this.tls =
                view.snapshot().inboundTls(view.node().namespace(), view.node().labels());
    }

    List<Listener> listeners(List<InboundPort> ports) {
        return view.withoutInterception() ? boundPorts(ports) : List.of(intercepted(ports));
    }

    private List<Listener> boundPorts(List<InboundPort> ports) {
        List<Listener> listeners = new ArrayList<>();
        for (InboundPort port : ports) {
            String address = bind(port);
            String name = address + "_" + port.port();
            List<FilterChain> all = chains.port(port, tls.said(port.port()), name, false);
            Listener.Builder listener = start(name, all).setAddress(Protos.address(address, port.port()));
            inspectors(listener, all, List.of(), List.of());
            listeners.add(listener.build());
        }
        return listeners;
    }

    private String bind(InboundPort port) {
        return port.ingress() == null || port.ingress().bind().isEmpty()
                ? view.node().address()
                : port.ingress().bind();
    }

    private Listener intercepted(List<InboundPort> ports) {
        int own = view.snapshot().mesh().listeners().proxyInboundListenPort();
        List<FilterChain> all = new ArrayList<>();
        all.add(blackHole(own));
        all.addAll(chains.passthrough(tls.all(), 0));
        List<Integer> noHttp = new ArrayList<>();
        List<Integer> noTls = new ArrayList<>();
        byPort(ports).forEach((port, ofPort) -> {
            if (!sniffsHttp(ofPort)) {
                noHttp.add(port);
            }
            if (!looksForTls(ofPort)) {
                noTls.add(port);
            }
            all.addAll(ofPort);
        });
        noHttp.add(own);
        noTls.add(own);
        Listener.Builder listener = start(WellKnown.VIRTUAL_INBOUND, all)
                .setAddress(Protos.address("0.0.0.0", own))
                .addListenerFilters(ListenerFilters.ORIGINAL_DESTINATION);
        if (view.interception() == InterceptionMode.TPROXY) {
            listener.setTransparent(BoolValue.of(true)).addListenerFilters(ListenerFilters.ORIGINAL_SOURCE);
        }
        inspectors(listener, all, noTls, noHttp);
        return listener.build();
    }

    // A port that no service names may have a mode of its own, too.
    private Map<Integer, List<FilterChain>> byPort(List<InboundPort> ports) {
        Map<Integer, List<FilterChain>> byPort = new LinkedHashMap<>();
        Set<Integer> served = ports.stream().map(InboundPort::port).collect(Collectors.toSet());
        new TreeMap<>(tls.ofPorts()).forEach((port, mode) -> {
            if (!served.contains(port)) {
                byPort.put(port, chains.passthrough(mode, port));
            }
        });
        ports.forEach(port ->
                byPort.put(port.port(), chains.port(port, tls.said(port.port()), "0.0.0.0_" + port.port(), true)));
        return byPort;
    }

    // A connection to the proxy's own port would be sent on to that same port, for ever.
    private FilterChain blackHole(int port) {
        return FilterChain.newBuilder()
                .setName(WellKnown.VIRTUAL_INBOUND_BLACK_HOLE)
                .setFilterChainMatch(FilterChainMatch.newBuilder().setDestinationPort(Protos.u32(port)))
                .addAllFilters(new TcpFilters(view).plain(WellKnown.BLACK_HOLE_CLUSTER, true))
                .build();
    }

    private Listener.Builder start(String name, List<FilterChain> all) {
        return Listener.newBuilder()
                .setName(name)
                .setTrafficDirection(TrafficDirection.INBOUND)
                .addAllFilterChains(all)
                .addAllAccessLog(AccessLogs.ofListener(view, true))
                .setListenerFiltersTimeout(
                        Protos.duration(view.snapshot().mesh().listeners().protocolDetectionTimeout()))
                .setContinueOnListenerFiltersTimeout(true)
                .setMaxConnectionsToAcceptPerSocketEvent(Protos.u32(1));
    }

    private static void inspectors(
            Listener.Builder listener, List<FilterChain> all, List<Integer> noTls, List<Integer> noHttp) {
        if (looksForTls(all)) {
            listener.addListenerFilters(ListenerFilters.except(ListenerFilters.TLS_INSPECTOR, noTls));
        }
        if (sniffsHttp(all)) {
            listener.addListenerFilters(ListenerFilters.except(ListenerFilters.HTTP_INSPECTOR, noHttp));
        }
    }

    static boolean looksForTls(List<FilterChain> chains) {
        return chains.stream()
                .anyMatch(c -> c.getFilterChainMatch().getTransportProtocol().equals("tls"));
    }

    static boolean sniffsHttp(List<FilterChain> chains) {
        return chains.stream()
                .anyMatch(c -> c.getFilterChainMatch()
                        .getApplicationProtocolsList()
                        .containsAll(FilterChainTranslator.PLAIN_HTTP));
    }
}

package dev.lateen.istiod.translate;

import com.google.protobuf.BoolValue;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One outbound listener while services are put into it. Where two services want the same connections the older one has them, since Envoy
 * refuses chains that match alike.
 */
final class OutboundListener {
    private final ProxyView view;
    private final String name;
    private final String address;
    private final int port;
    private final boolean realPort;
    private final List<FilterChain> tcpChains = new ArrayList<>();
    private final Set<FilterChainMatch> matches = new HashSet<>();
    private final Set<String> serverNames = new HashSet<>();
    private @Nullable String routeName;

    OutboundListener(ProxyView view, String name, String address, int port, boolean realPort) {
        this.view = view;
        this.name = name;
        this.address = address;
        this.port = port;
        this.realPort = realPort;
    }

    /** Requests in HTTP are routed by a configuration of this name. */
    void http(String route) {
        if (routeName == null) {
            routeName = route;
        }
    }

    /** A chain for other connections. */
    void tcp(FilterChain chain) {
        FilterChainMatch match = chain.getFilterChainMatch();
        List<String> free = match.getServerNamesList().stream()
                .filter(n -> serverNames.add(n + " " + match.getPrefixRangesList()))
                .toList();
        if (match.getServerNamesCount() > 0 && free.isEmpty()) {
            return;
        }
        FilterChainMatch kept =
                match.toBuilder().clearServerNames().addAllServerNames(free).build();
        if (matches.add(kept)) {
            tcpChains.add(chain.toBuilder().setFilterChainMatch(kept).build());
        }
    }

    Listener build(FilterChain unmatched) {
        Listener.Builder listener = Listener.newBuilder()
                .setName(name)
                .setAddress(Protos.address(address, port))
                .setTrafficDirection(TrafficDirection.OUTBOUND)
                .setListenerFiltersTimeout(
                        Protos.duration(view.snapshot().mesh().protocolDetectionTimeout()))
                .setContinueOnListenerFiltersTimeout(true);
        if (routeName != null) {
            listener.addFilterChains(FilterChain.newBuilder()
                    .setFilterChainMatch(FilterChainMatch.newBuilder()
                            .setTransportProtocol("raw_buffer")
                            .addAllApplicationProtocols(FilterChainTranslator.PLAIN_HTTP))
                    .addFilters(new HttpConnectionManagers(view).outbound("outbound_" + name + ";", routeName, false))
                    .setTransportSocketConnectTimeout(Protos.seconds(15)));
        }
        listener.addAllFilterChains(tcpChains);
        boolean takesAll = matches.contains(FilterChainMatch.getDefaultInstance());
        if (!takesAll) {
            listener.setDefaultFilterChain(unmatched);
        }
        if (!serverNames.isEmpty()) {
            listener.addListenerFilters(ListenerFilters.TLS_INSPECTOR);
        }
        if (routeName != null) {
            listener.addListenerFilters(ListenerFilters.HTTP_INSPECTOR);
        }
        if (realPort) {
            listener.setMaxConnectionsToAcceptPerSocketEvent(Protos.u32(1));
        } else {
            listener.setBindToPort(BoolValue.of(false));
        }
        return listener.build();
    }
}

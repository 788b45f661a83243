package dev.lateen.istiod.translate.listener;

import com.google.protobuf.BoolValue;
import dev.lateen.istiod.registry.Protocol;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.view.ProxyView;
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
    private static final FilterChainMatch ALL = FilterChainMatch.getDefaultInstance();
    private final ProxyView view;
    private final String name;
    private final String address;
    private final int port;
    private final boolean realPort;
    private final List<FilterChain> tcpChains = new ArrayList<>();
    private final Set<FilterChainMatch> matches = new HashSet<>();
    private final Set<String> serverNames = new HashSet<>();
    private @Nullable String routeName;
    private Protocol protocol = Protocol.HTTP;

    OutboundListener(ProxyView view, String name, String address, int port, boolean realPort) {
        this.view = view;
        this.name = name;
        this.address = address;
        this.port = port;
        this.realPort = realPort;
    }

    /** Requests in HTTP are routed by a configuration of this name; the protocol of the first service decides what is done to them. */
    void http(String route, Protocol spoken) {
        if (routeName == null) {
            routeName = route;
            protocol = spoken;
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
            FilterChain.Builder unique = chain.toBuilder().clearFilterChainMatch();
            tcpChains.add((kept.equals(ALL) ? unique : unique.setFilterChainMatch(kept)).build());
        }
    }

    Listener build(FilterChain unmatched) {
        Listener.Builder listener = Listener.newBuilder()
                .setName(name)
                .setAddress(Protos.address(address, port))
                .setTrafficDirection(TrafficDirection.OUTBOUND)
                .setListenerFiltersTimeout(
                        Protos.duration(view.snapshot().mesh().listeners().protocolDetectionTimeout()))
                .setContinueOnListenerFiltersTimeout(true);
        if (routeName != null) {
            listener.addFilterChains(FilterChain.newBuilder()
                    .setFilterChainMatch(FilterChainMatch.newBuilder()
                            .setTransportProtocol("raw_buffer")
                            .addAllApplicationProtocols(FilterChainTranslator.PLAIN_HTTP))
                    .addFilters(
                            new HttpConnectionManagers(view).outbound("outbound_" + name + ";", routeName, protocol))
                    .setTransportSocketConnectTimeout(ListenerFilters.HANDSHAKE_TIMEOUT));
        }
        // Envoy narrows its choice step by step and does not go back: a connection that others match in part finds what
        // takes all only as the default.
        FilterChain rest = unmatched;
        for (FilterChain chain : tcpChains) {
            if (chain.hasFilterChainMatch()) {
                listener.addFilterChains(chain);
            } else {
                rest = chain;
            }
        }
        if (listener.getFilterChainsCount() == 0) {
            listener.addFilterChains(rest);
        } else {
            listener.setDefaultFilterChain(rest);
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

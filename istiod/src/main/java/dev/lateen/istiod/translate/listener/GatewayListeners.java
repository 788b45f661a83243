package dev.lateen.istiod.translate.listener;

import dev.lateen.api.mesh.ProxySettings;
import dev.lateen.api.networking.DestinationRule;
import dev.lateen.api.networking.ServerTls;
import dev.lateen.api.networking.TcpRoute;
import dev.lateen.api.networking.TlsRoute;
import dev.lateen.api.xds.Alpn;
import dev.lateen.api.xds.ClusterName;
import dev.lateen.istiod.model.Hosts;
import dev.lateen.istiod.model.Labels;
import dev.lateen.istiod.model.MergedRule;
import dev.lateen.istiod.model.RoutingRule;
import dev.lateen.istiod.registry.Protocol;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.registry.ServicePort;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.route.GatewayRoutes;
import dev.lateen.istiod.translate.tls.DownstreamTlsContexts;
import dev.lateen.istiod.translate.view.GatewayPort;
import dev.lateen.istiod.translate.view.ProxyView;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The listeners of a gateway: one for each port of its Gateways. */
final class GatewayListeners {
    private final ProxyView view;
    private final TcpFilters tcp;

    GatewayListeners(ProxyView view) {
        this.view = view;
        this.tcp = new TcpFilters(view);
    }

    List<Listener> listeners() {
        List<Listener> listeners = new ArrayList<>();
        for (GatewayPort port : GatewayPort.of(view)) {
            Listener listener = listener(port);
            if (listener != null) {
                listeners.add(listener);
            }
        }
        return listeners;
    }

    private @Nullable Listener listener(GatewayPort port) {
        String own = view.node().bindAddress();
        String asked = port.bind().isEmpty() ? "0.0.0.0" : port.bind();
        String name = asked + "_" + port.port();
        List<FilterChain> chains = new ArrayList<>();
        Set<String> serverNames = new HashSet<>();
        switch (port.kind()) {
            case PLAIN_HTTP -> {
                GatewayPort.Served first = port.servers().getFirst();
                chains.add(FilterChain.newBuilder()
                        .addFilters(new HttpConnectionManagers(view)
                                .gateway("outbound_" + name + ";", first.routeName(port.port()), first.protocol()))
                        .setTransportSocketConnectTimeout(ListenerFilters.HANDSHAKE_TIMEOUT)
                        .setMetadata(first.origin())
                        .build());
            }
            case TLS -> port.servers().forEach(s -> tlsChains(s, port, name, serverNames, chains));
            case TCP -> tcpChains(port.servers().getFirst(), null, serverNames, chains);
        }
        if (chains.isEmpty()) {
            return null;
        }
        Listener.Builder listener = Listener.newBuilder()
                .setName(name)
                .setAddress(Protos.address(own != null && port.bind().isEmpty() ? own : asked, port.port()))
                .addAllFilterChains(chains)
                .addAllAccessLog(AccessLogs.ofListener(view, false))
                .setTrafficDirection(TrafficDirection.OUTBOUND)
                .setMaxConnectionsToAcceptPerSocketEvent(Protos.u32(1));
        ProxySettings.Topology topology = view.settings().topology();
        if (topology != null && topology.proxyProtocol() != null) {
            listener.addListenerFilters(ListenerFilters.PROXY_PROTOCOL);
        }
        if (port.kind() == GatewayPort.Kind.TLS) {
            listener.addListenerFilters(ListenerFilters.TLS_INSPECTOR);
        }
        return listener.build();
    }

    private void tlsChains(
            GatewayPort.Served served, GatewayPort port, String name, Set<String> taken, List<FilterChain> chains) {
        ServerTls tls = served.server().tls();
        if (tls == null) {
            // A port that speaks TLS with nothing said of it passes it through.
            passthroughChains(served, taken, chains);
        } else if (!served.endsTls()) {
            switch (tls.mode()) {
                case AUTO_PASSTHROUGH -> autoPassthroughChains(served, taken, chains);
                case PASSTHROUGH -> passthroughChains(served, taken, chains);
                case SIMPLE, MUTUAL, ISTIO_MUTUAL, OPTIONAL_MUTUAL -> {} // a port in plain text that redirects
            }
        } else if (served.routesHttp()) {
            FilterChainMatch match = names(served.hosts(), taken);
            if (match == null) {
                return;
            }
            FilterChain.Builder chain = FilterChain.newBuilder()
                    .addFilters(new HttpConnectionManagers(view)
                            .gateway("outbound_" + name + ";", served.routeName(port.port()), Protocol.HTTP))
                    .setTransportSocket(DownstreamTlsContexts.server(
                            tls, view.snapshot().mesh().security().tlsDefaults(), true))
                    .setTransportSocketConnectTimeout(ListenerFilters.HANDSHAKE_TIMEOUT)
                    .setMetadata(served.origin());
            if (!match.equals(FilterChainMatch.getDefaultInstance())) {
                chain.setFilterChainMatch(match);
            }
            chains.add(chain.build());
        } else {
            tcpChains(served, tls, taken, chains);
        }
    }

    /** The names that no earlier chain has; null if none is left. */
    private static @Nullable FilterChainMatch names(List<String> hosts, Set<String> taken) {
        if (hosts.contains("*")) {
            return taken.add("*") ? FilterChainMatch.getDefaultInstance() : null;
        }
        List<String> free = hosts.stream().filter(taken::add).toList();
        return free.isEmpty()
                ? null
                : FilterChainMatch.newBuilder().addAllServerNames(free).build();
    }

    /** All services of the mesh that are seen here and meant by the server, under the names that clients in the mesh ask for; see {@link ClusterName#sni}. */
    private void autoPassthroughChains(GatewayPort.Served served, Set<String> taken, List<FilterChain> chains) {
        for (Service service : view.scope().services()) {
            boolean meant = !service.external()
                    && served.hosts().stream().anyMatch(host -> Hosts.within(service.hostname(), host));
            if (!meant) {
                continue;
            }
            MergedRule rule = view.scope().destinationRule(service);
            for (ServicePort port : service.ports()) {
                if (port.protocol() != Protocol.UDP) {
                    autoPassthroughChain(service, port, "", served.origin(), taken, chains);
                    for (DestinationRule.Subset subset :
                            rule == null ? List.<DestinationRule.Subset>of() : rule.subsets()) {
                        autoPassthroughChain(service, port, subset.name(), served.origin(), taken, chains);
                    }
                }
            }
        }
    }

    private void autoPassthroughChain(
            Service service,
            ServicePort port,
            String subset,
            Metadata origin,
            Set<String> taken,
            List<FilterChain> chains) {
        String name =
                ClusterName.outbound(port.number(), subset, service.hostname()).sni();
        if (taken.add(name)) {
            // Only what clients in the mesh offer: with endpoints that take nothing else, nobody gets anywhere without
            // mutual TLS.
            FilterChainMatch match = FilterChainMatch.newBuilder()
                    .addServerNames(name)
                    .addAllApplicationProtocols(Alpn.MESH_ANY)
                    .build();
            chains.add(TcpRoutes.chain(match, tcp.passedThrough(service, port, subset), origin));
        }
    }

    private void passthroughChains(GatewayPort.Served served, Set<String> taken, List<FilterChain> chains) {
        for (RoutingRule rule : rules(served)) {
            for (TlsRoute route : rule.tls()) {
                for (TlsRoute.Match match : route.match()) {
                    if (!concerns(match.port(), match.gateways(), match.sourceLabels(), served)) {
                        continue;
                    }
                    List<String> names = match.sniHosts().stream()
                            .filter(n -> served.hosts().stream().anyMatch(h -> Hosts.overlap(n, h)))
                            .toList();
                    FilterChainMatch matched = names.isEmpty() ? null : names(names, taken);
                    if (matched != null) {
                        chains.add(TcpRoutes.chain(
                                matched,
                                tcp.outbound(
                                        route.route(),
                                        served.server().port().number(),
                                        served.protocol(),
                                        prefix(rule)),
                                served.origin()));
                    }
                }
            }
        }
    }

    private void tcpChains(
            GatewayPort.Served served, @Nullable ServerTls tls, Set<String> taken, List<FilterChain> chains) {
        for (RoutingRule rule : rules(served)) {
            for (TcpRoute route : rule.tcp()) {
                boolean mine = route.match().isEmpty()
                        || route.match().stream()
                                .anyMatch(m -> concerns(m.port(), m.gateways(), m.sourceLabels(), served));
                if (!mine) {
                    continue;
                }
                FilterChainMatch match =
                        tls == null ? FilterChainMatch.getDefaultInstance() : names(served.hosts(), taken);
                if (match == null) {
                    return;
                }
                FilterChain.Builder chain = TcpRoutes.chain(
                        match,
                        tcp.outbound(route.route(), served.server().port().number(), served.protocol(), prefix(rule)),
                        served.origin())
                        .toBuilder();
                if (tls != null) {
                    chain.setTransportSocket(DownstreamTlsContexts.server(
                            tls, view.snapshot().mesh().security().tlsDefaults(), false));
                }
                chains.add(chain.build());
                return;
            }
        }
    }

    private static String prefix(RoutingRule rule) {
        return rule.source().name() + "." + rule.namespace();
    }

    private boolean concerns(
            @Nullable Integer port, List<String> gateways, Map<String, String> labels, GatewayPort.Served served) {
        return Labels.satisfy(view.scope().labels(), labels)
                && (port == null || port == 0 || port == served.server().port().number())
                && (gateways.isEmpty() || gateways.contains(served.gatewayName()));
    }

    private List<RoutingRule> rules(GatewayPort.Served served) {
        return view.scope().allRoutingRules().stream()
                .filter(r -> r.gateways().contains(served.gatewayName()))
                .filter(r -> !GatewayRoutes.hosts(served, r).isEmpty())
                .toList();
    }
}

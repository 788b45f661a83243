package dev.lateen.istiod.translate.listener;

import dev.lateen.api.networking.RouteDestination;
import dev.lateen.api.networking.TcpRoute;
import dev.lateen.api.networking.TlsRoute;
import dev.lateen.api.xds.WellKnown;
import dev.lateen.istiod.model.EgressListener;
import dev.lateen.istiod.model.Hosts;
import dev.lateen.istiod.model.Labels;
import dev.lateen.istiod.model.RoutingRule;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.registry.ServicePort;
import dev.lateen.istiod.translate.policy.RbacTerms;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.view.ProxyView;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Outbound chains for connections that are not HTTP: by VirtualService where there is one, else straight to the service. */
final class TcpRoutes {
    private final ProxyView view;
    private final EgressListener egress;
    private final TcpFilters tcp;

    TcpRoutes(ProxyView view, EgressListener egress, TcpFilters tcp) {
        this.view = view;
        this.egress = egress;
        this.tcp = tcp;
    }

    /**
     * The chains of one service's port.
     *
     * @param ranges addresses by which they are told from other services' chains of the listener; empty if it is the service's own
     * @param sharesAddress whether the listener is for all addresses
     */
    List<FilterChain> chains(Service service, ServicePort port, List<String> ranges, boolean sharesAddress) {
        List<RoutingRule> rules = egress.rules().stream()
                .filter(rule -> rule.hosts().stream().anyMatch(h -> Hosts.within(service.hostname(), h)))
                .toList();
        List<FilterChain> chains = new ArrayList<>();
        if (port.protocol().isTls()) {
            rules.forEach(rule -> tlsChains(chains, rule, port, ranges));
            if (chains.isEmpty()) {
                // Services on one address are told apart by the name that TLS asks for.
                List<String> names = sharesAddress ? List.of(service.hostname()) : List.of();
                chains.add(chain(match(names, ranges), tcp.outbound(service, port), Metadata.getDefaultInstance()));
            }
            // A name that no route has is not the service's: it goes where unknown hosts may go.
            return chains;
        }
        for (RoutingRule rule : rules) {
            if (tcpChains(chains, rule, port, ranges)) {
                return chains;
            }
        }
        FilterChainMatch whole = match(List.of(), ranges);
        if (chains.stream().noneMatch(c -> c.getFilterChainMatch().equals(whole))) {
            chains.add(chain(whole, tcp.outbound(service, port), Metadata.getDefaultInstance()));
        }
        return chains;
    }

    private void tlsChains(List<FilterChain> chains, RoutingRule rule, ServicePort port, List<String> ranges) {
        for (int i = 0; i < rule.tls().size(); i++) {
            TlsRoute route = rule.tls().get(i);
            Metadata origin = Protos.provenance(rule.key(), "spec.tls[" + i + "]");
            for (TlsRoute.Match match : route.match()) {
                if (concerns(match.port(), port, match.gateways(), match.sourceLabels(), match.sourceNamespace())) {
                    List<String> subnets = match.destinationSubnets().isEmpty() ? ranges : match.destinationSubnets();
                    chains.add(chain(match(match.sniHosts(), subnets), filters(rule, route.route(), port), origin));
                }
            }
        }
    }

    /** Adds a rule's chains; true if one of them takes all that comes for the service. */
    private boolean tcpChains(List<FilterChain> chains, RoutingRule rule, ServicePort port, List<String> ranges) {
        for (int i = 0; i < rule.tcp().size(); i++) {
            TcpRoute route = rule.tcp().get(i);
            Metadata origin = Protos.provenance(rule.key(), "spec.tcp[" + i + "]");
            if (route.match().isEmpty()) {
                chains.add(chain(match(List.of(), ranges), filters(rule, route.route(), port), origin));
                return true;
            }
            for (TcpRoute.Match match : route.match()) {
                if (concerns(match.port(), port, match.gateways(), match.sourceLabels(), match.sourceNamespace())) {
                    List<String> subnets = match.destinationSubnets().isEmpty() ? ranges : match.destinationSubnets();
                    chains.add(chain(match(List.of(), subnets), filters(rule, route.route(), port), origin));
                    if (match.destinationSubnets().isEmpty()) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private boolean concerns(
            @Nullable Integer wanted,
            ServicePort port,
            List<String> gateways,
            Map<String, String> labels,
            String namespace) {
        return (wanted == null || wanted == 0 || wanted == port.number())
                && (gateways.isEmpty() || gateways.contains(WellKnown.MESH_GATEWAY))
                && (namespace.isEmpty() || namespace.equals(view.scope().namespace()))
                && Labels.satisfy(view.scope().labels(), labels);
    }

    private List<Filter> filters(RoutingRule rule, List<RouteDestination> route, ServicePort port) {
        return tcp.outbound(route, port.number(), port.protocol(), rule.source().name() + "." + rule.namespace());
    }

    static FilterChainMatch match(List<String> serverNames, List<String> ranges) {
        FilterChainMatch.Builder match = FilterChainMatch.newBuilder();
        // Envoy's name for all server names is none.
        if (!serverNames.contains("*")) {
            match.addAllServerNames(serverNames);
        }
        ranges.forEach(r -> match.addPrefixRanges(RbacTerms.cidr(r)));
        return match.build();
    }

    /** @param origin who wants it so, empty when nobody said anything */
    static FilterChain chain(FilterChainMatch match, List<Filter> filters, Metadata origin) {
        FilterChain.Builder chain = FilterChain.newBuilder()
                .addAllFilters(filters)
                .setTransportSocketConnectTimeout(ListenerFilters.HANDSHAKE_TIMEOUT);
        if (!match.equals(FilterChainMatch.getDefaultInstance())) {
            chain.setFilterChainMatch(match);
        }
        if (!origin.equals(Metadata.getDefaultInstance())) {
            chain.setMetadata(origin);
        }
        return chain.build();
    }
}

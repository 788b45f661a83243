package dev.lateen.istiod.model;

import dev.lateen.api.networking.Destination;
import dev.lateen.api.networking.HttpRoute;
import dev.lateen.api.networking.RouteDestination;
import dev.lateen.api.networking.TcpRoute;
import dev.lateen.api.networking.TlsRoute;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the short host and gateway names of a VirtualService in full. */
final class FullNames {
    private final String namespace;

    FullNames(String namespace) {
        this.namespace = namespace;
    }

    String gateway(String name) {
        if (name.equals("mesh") || name.contains("/")) {
            return name;
        }
        // The old form name.namespace.svc.cluster.local
        int dot = name.indexOf('.');
        if (dot > 0) {
            int end = name.indexOf('.', dot + 1);
            return name.substring(dot + 1, end < 0 ? name.length() : end) + "/" + name.substring(0, dot);
        }
        return namespace + "/" + name;
    }

    List<String> gateways(List<String> names) {
        return names.stream().map(this::gateway).toList();
    }

    HttpRoute http(HttpRoute r) {
        return r.withTargets(
                r.match().stream().map(this::match).toList(),
                r.action().route().stream()
                        .map(w -> new HttpRoute.WeightedDestination(
                                destination(w.destination()), w.weight(), w.headers()))
                        .toList(),
                destinationOrNull(r.mirroring().mirror()),
                r.mirroring().mirrors().stream()
                        .map(m -> new HttpRoute.Mirror(destination(m.destination()), m.percentage()))
                        .toList());
    }

    private HttpRoute.Match match(HttpRoute.Match m) {
        List<String> named = m.scope().gateways();
        return named.isEmpty() ? m : HttpMatches.withGateways(m, gateways(named));
    }

    TlsRoute tls(TlsRoute route) {
        return new TlsRoute(
                route.match().stream()
                        .map(m -> new TlsRoute.Match(
                                m.sniHosts(),
                                m.destinationSubnets(),
                                m.port(),
                                m.sourceLabels(),
                                gateways(m.gateways()),
                                m.sourceNamespace()))
                        .toList(),
                destinations(route.route()));
    }

    TcpRoute tcp(TcpRoute route) {
        return new TcpRoute(
                route.match().stream()
                        .map(m -> new TcpRoute.Match(
                                m.destinationSubnets(),
                                m.port(),
                                m.sourceLabels(),
                                gateways(m.gateways()),
                                m.sourceNamespace(),
                                m.sourceSubnet()))
                        .toList(),
                destinations(route.route()));
    }

    private List<RouteDestination> destinations(List<RouteDestination> routes) {
        return routes.stream()
                .map(r -> new RouteDestination(destination(r.destination()), r.weight()))
                .toList();
    }

    private @Nullable Destination destinationOrNull(@Nullable Destination destination) {
        return destination == null ? null : destination(destination);
    }

    private Destination destination(Destination d) {
        return new Destination(Hosts.resolve(d.host(), namespace), d.subset(), d.port());
    }
}

package dev.lateen.istiod.translate.route;

import dev.lateen.api.xds.WellKnown;
import dev.lateen.istiod.model.EgressListener;
import dev.lateen.istiod.model.RoutingRule;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.translate.resource.XdsResource;
import dev.lateen.istiod.translate.view.OutboundPorts;
import dev.lateen.istiod.translate.view.ProxyView;
import io.envoyproxy.envoy.config.route.v3.Route;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The outbound routes of a sidecar: one configuration for each HTTP port, and one for all ports behind its HTTP proxy listener. */
final class SidecarRoutes {
    private final ProxyView view;

    SidecarRoutes(ProxyView view) {
        this.view = view;
    }

    /**
     * Which services a configuration is for.
     *
     * @param host of the one service; empty if it is for all
     * @param port that they are called on; 0 for all ports
     */
    record Subject(String host, int port) {
        /** Whose name a configuration has; empty if there is none of that name. */
        static Optional<Subject> of(String name, ProxyView view) {
            if (name.equals(WellKnown.HTTP_PROXY_ROUTE)) {
                return view.httpProxyPort() == 0 ? Optional.empty() : Optional.of(new Subject("", 0));
            }
            int colon = name.lastIndexOf(':');
            String number = name.substring(colon + 1);
            if (number.isEmpty() || number.length() > 5 || !number.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return Optional.empty();
            }
            return Optional.of(new Subject(colon < 0 ? "" : name.substring(0, colon), Integer.parseInt(number)));
        }
    }

    /** The names of all configurations that its listeners ask for. */
    Set<String> names() {
        TreeSet<String> all = new TreeSet<>();
        for (EgressListener listener : view.scope().egress()) {
            for (Service service : listener.services()) {
                service.ports().stream()
                        .filter(p -> SidecarHosts.isRouted(view, service, p))
                        .forEach(p -> all.add(OutboundPorts.routeName(service, p)));
            }
        }
        if (view.withoutInterception()) {
            all.clear();
        }
        if (view.httpProxyPort() > 0) {
            all.add(WellKnown.HTTP_PROXY_ROUTE);
        }
        return all;
    }

    /** Who calls an address that is one service's alone means that service, whatever host the request names. */
    XdsResource ofOneService(String name, Subject subject, RuleIndexes rules) {
        SidecarHosts maker = new SidecarHosts(view, subject.port, name);
        List<Route> routes = maker.listeners().stream()
                .findFirst()
                .map(listener -> routes(maker, listener, subject, rules.of(view.scope(), listener)))
                .orElse(List.of());
        String host = subject.host + ":" + subject.port;
        return routes.isEmpty()
                ? HostTable.EMPTY.resource(EvolvingRoutes.empty(name), null)
                : HostTable.EMPTY.resource(EvolvingRoutes.empty(name), maker.piece(host, List.of("*"), routes));
    }

    private List<Route> routes(SidecarHosts maker, EgressListener listener, Subject subject, RuleIndex rules) {
        CalledHost called = service(listener, subject.host)
                .flatMap(service -> maker.called(listener, service).stream()
                        .filter(one -> one.name().equals(subject.host + ":" + subject.port))
                        .findFirst())
                .orElse(null);
        boolean unknown = called == null
                && subject.port == 80
                && view.scope().service(subject.host).isEmpty();
        if (called == null && !unknown) {
            return List.of();
        }
        CalledHost host = called == null ? new CalledHost(null, subject.host, subject.port) : called;
        for (RoutingRule rule : rules.rules(unknown ? subject.host : rules.followed(subject.host))) {
            List<Route> routes = maker.routes(host, rule);
            if (!routes.isEmpty()) {
                return routes;
            }
        }
        return unknown ? List.of() : maker.routes(host, null);
    }

    private Optional<Service> service(EgressListener listener, String host) {
        return listener.declared() == null
                ? view.scope().service(host)
                : listener.services().stream()
                        .filter(service -> service.hostname().equals(host))
                        .findFirst();
    }

    /** The configuration for all services that are called on a port. */
    EvolvingRoutes ofAll(String name, Subject subject, RuleIndexes rules, @Nullable EvolvingRoutes before) {
        return EvolvingRoutes.of(name, new SidecarHosts(view, subject.port, name), rules, before);
    }
}

package dev.lateen.istiod.translate.route;

import dev.lateen.api.xds.WellKnown;
import dev.lateen.istiod.model.EgressListener;
import dev.lateen.istiod.model.RoutingRule;
import dev.lateen.istiod.registry.Protocol;
import dev.lateen.istiod.registry.Resolution;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.registry.ServicePort;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.resource.SameObject;
import dev.lateen.istiod.translate.view.HeaderSettings;
import dev.lateen.istiod.translate.view.OutboundPorts;
import dev.lateen.istiod.translate.view.ProxyView;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the virtual hosts of one outbound configuration of a sidecar, each for itself. */
final class SidecarHosts {
    private static final Set<String> MESH = Set.of(WellKnown.MESH_GATEWAY);
    private final ProxyView view;
    private final VirtualHostNames names;
    private final int port;
    private final String name;
    private final boolean ofOneService;
    /** Ports that an entry of a Sidecar has for itself. */
    private final Set<Integer> ownPorts = new HashSet<>();

    private final Map<RoutesKey, List<Route>> known = new HashMap<>();

    private record RoutesKey(SameObject<RoutingRule> rule, int port, String pod) {}

    /** @param port the port that the configuration is for, or 0 if it is for all ports behind the HTTP proxy listener */
    SidecarHosts(ProxyView view, int port, String name) {
        this.view = view;
        this.names = new VirtualHostNames(view);
        this.port = port;
        this.name = name;
        this.ofOneService = name.indexOf(':') >= 0;
        view.scope().egress().stream().filter(e -> e.port() != 0).forEach(e -> ownPorts.add(e.port()));
    }

    ProxyView view() {
        return view;
    }

    int port() {
        return port;
    }

    /** Whether requests to a port are routed at all. */
    static boolean isRouted(ProxyView view, Service service, ServicePort port) {
        boolean routed = port.protocol().isHttp() || port.protocol() == Protocol.AUTO;
        return routed && (service.resolution() != Resolution.ALIAS || view.leadsOutside(service));
    }

    /** The outbound listeners whose hosts stand here. The first entry for a port has it alone; an application's HTTP proxy leads to all of them. */
    List<EgressListener> listeners() {
        return view.scope().egress().stream()
                .filter(listener -> port == 0 || listener.port() == 0 || listener.port() == port)
                .limit(port == 0 ? Long.MAX_VALUE : 1)
                .toList();
    }

    /** Under which hosts and ports a service is called here. */
    List<CalledHost> called(EgressListener listener, Service service) {
        List<CalledHost> called = new ArrayList<>();
        for (ServicePort own : service.ports()) {
            boolean here = port == 0
                    ? own.protocol().isHttp()
                            || view.withoutInterception() && own.protocol().isAuto()
                    : own.number() == port
                            && (ofOneService
                                    || OutboundPorts.routeName(service, own).equals(name));
            // Requests to a port that another entry has for itself are not routed by the entry for all others.
            boolean taken = listener.port() == 0 && ownPorts.contains(own.number());
            if (here && !taken && isRouted(view, service, own)) {
                called.add(new CalledHost(service, service.hostname(), own.number()));
                for (String pod : view.namedPods(service)) {
                    called.add(new CalledHost(service, pod + "." + service.hostname(), own.number()));
                }
            }
        }
        return called;
    }

    /** The routes to a host by a rule, or without any; none if no route of the rule concerns it. */
    List<Route> routes(CalledHost called, @Nullable RoutingRule rule) {
        if (rule != null) {
            return known.computeIfAbsent(
                    new RoutesKey(new SameObject<>(rule), called.port(), called.pod()),
                    _ -> new HttpRoutes(context(called)).of(rule));
        }
        Service service = Objects.requireNonNull(called.service(), "a host without a rule is a service's");
        return List.of(new HttpRoutes(context(called)).byDefault(service, called.port()));
    }

    private RouteContext context(CalledHost called) {
        return new RouteContext(view, MESH, port, false, called.port(), called.pod());
    }

    /** All names under which a host may be called here. */
    List<String> domains(CalledHost called) {
        Service service = called.service();
        List<String> plain = service == null
                ? names.of(called.host())
                : called.pod().isEmpty()
                        ? names.of(service)
                        : names.ofPod(called.host().substring(0, called.host().indexOf('.')), service);
        return port == 0 ? behindProxy(called, plain) : plain;
    }

    // A proxy's client names host and port. Port 80 may go unsaid; without interception a service's first port as well.
    private List<String> behindProxy(CalledHost called, List<String> plain) {
        List<String> domains = new ArrayList<>();
        plain.forEach(name -> domains.add(name + ":" + called.port()));
        Service service = called.service();
        boolean first = view.withoutInterception()
                && (service == null
                        || service.port(80).isEmpty()
                                && service.ports().stream()
                                        .filter(p -> isRouted(view, service, p))
                                        .findFirst()
                                        .filter(p -> p.number() == called.port())
                                        .isPresent());
        if (called.port() == 80 || first) {
            domains.addAll(plain);
        }
        return domains;
    }

    HostPiece piece(String host, List<String> domains, List<Route> routes) {
        return HostPiece.of(
                host,
                VirtualHost.newBuilder()
                        .setName(host)
                        .addAllDomains(domains)
                        .addAllRoutes(routes)
                        .setIncludeRequestAttemptCount(HeaderSettings.of(view).attemptCount())
                        .build());
    }

    /** What becomes of requests to all other hosts. */
    @SuppressWarnings("deprecation") // max_grpc_timeout is what Istio writes.
    HostPiece unknownHosts() {
        boolean allowed = view.scope().allowsUnknownHosts();
        String rest = allowed ? WellKnown.ALLOW_ANY : WellKnown.BLOCK_ALL;
        Route.Builder route = Route.newBuilder().setName(rest).setMatch(RouteMatches.all());
        if (allowed) {
            route.setRoute(RouteAction.newBuilder()
                    .setCluster(view.unknownHostsCluster())
                    .setAppendXForwardedHost(HeaderSettings.of(view).forwardedHost())
                    .setTimeout(Protos.ZERO)
                    .setMaxGrpcTimeout(Protos.ZERO));
        } else {
            route.setDirectResponse(DirectResponseAction.newBuilder().setStatus(502));
        }
        return piece(rest, List.of("*"), List.of(route.build()));
    }
}

package dev.lateen.istiod.translate;

import com.google.protobuf.BoolValue;
import dev.lateen.api.xds.WellKnown;
import dev.lateen.istiod.model.EgressListener;
import dev.lateen.istiod.model.Hosts;
import dev.lateen.istiod.model.RoutingRule;
import dev.lateen.istiod.registry.Protocol;
import dev.lateen.istiod.registry.Resolution;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.registry.ServicePort;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The outbound routes of a sidecar: one configuration for each HTTP port, and one for all ports behind its HTTP proxy listener. */
final class SidecarRoutes {
    private static final Set<String> MESH = Set.of(WellKnown.MESH_GATEWAY);
    private static final int MAX_DIRECT_BODY = 1 << 20;
    private final ProxyView view;
    private final VirtualHostNames names;

    SidecarRoutes(ProxyView view) {
        this.view = view;
        this.names = new VirtualHostNames(view);
    }

    /** A virtual host before its domains are made unique. */
    private record Draft(String name, List<String> domains, List<Route> routes) {}

    /** A service in one configuration: null service means a host that only a VirtualService knows. */
    private record Called(@Nullable Service service, String host, int port) {
        /** The host that a rule for it names. */
        String ruled() {
            return service == null ? host : service.hostname();
        }

        /** The full name of a pod; empty if all of a service is called. */
        String pod() {
            return service == null || host.equals(service.hostname()) ? "" : host;
        }
    }

    /** The names of all configurations that its listeners ask for. */
    Set<String> names() {
        TreeSet<String> all = new TreeSet<>();
        for (EgressListener listener : view.scope().egress()) {
            for (Service service : listener.services()) {
                service.ports().stream().filter(p -> isRouted(service, p)).forEach(p -> all.add(routeName(service, p)));
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

    // A port whose protocol is detected shares its listener with nobody, so it has routes of its own.
    static String routeName(Service service, ServicePort port) {
        return port.protocol().isAuto() && !OutboundListeners.isWildcardBound(service)
                ? service.hostname() + ":" + port.number()
                : Integer.toString(port.number());
    }

    private boolean isRouted(Service service, ServicePort port) {
        boolean routed = port.protocol().isHttp() || port.protocol() == Protocol.AUTO;
        return routed && (service.resolution() != Resolution.ALIAS || view.leadsOutside(service));
    }

    @Nullable
    RouteConfiguration configuration(String name) {
        if (name.equals(WellKnown.HTTP_PROXY_ROUTE)) {
            return view.httpProxyPort() == 0 ? null : configuration(name, drafts(null, 0, name));
        }
        int colon = name.lastIndexOf(':');
        String number = name.substring(colon + 1);
        if (number.isEmpty() || number.length() > 5 || !number.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return null;
        }
        int port = Integer.parseInt(number);
        String host = colon < 0 ? null : name.substring(0, colon);
        return host == null ? configuration(name, drafts(null, port, name)) : ofOneService(name, host, port);
    }

    private List<Draft> drafts(@Nullable String onlyHost, int port, String name) {
        List<Draft> drafts = new ArrayList<>();
        for (EgressListener listener : listeners(port)) {
            Map<String, Called> called = called(listener, onlyHost, port, name);
            Set<String> done = new HashSet<>();
            for (RoutingRule rule : listener.rules()) {
                addRule(drafts, rule, listener, called, done, port);
            }
            called.forEach((key, c) -> {
                if (c.service() != null && !done.contains(key)) {
                    HttpRoutes routes = new HttpRoutes(new RouteContext(view, MESH, port, false, c.port(), c.pod()));
                    drafts.add(draft(c, List.of(routes.byDefault(c.service(), c.port())), port));
                }
            });
        }
        return drafts;
    }

    // The first entry for a port has it alone; an application's HTTP proxy leads to all of them.
    private List<EgressListener> listeners(int port) {
        return view.scope().egress().stream()
                .filter(listener -> port == 0 || listener.port() == 0 || listener.port() == port)
                .limit(port == 0 ? Long.MAX_VALUE : 1)
                .toList();
    }

    // Requests to a port that another entry has for itself are not routed by the entry for all others.
    private boolean isTaken(EgressListener listener, int port) {
        return listener.port() == 0
                && view.scope().egress().stream().anyMatch(other -> other.port() != 0 && other.port() == port);
    }

    private Map<String, Called> called(EgressListener listener, @Nullable String onlyHost, int port, String name) {
        Map<String, Called> called = new LinkedHashMap<>();
        for (Service service : listener.services()) {
            if (onlyHost != null && !onlyHost.equals(service.hostname())) {
                continue;
            }
            for (ServicePort own : service.ports()) {
                boolean here = port == 0
                        ? own.protocol().isHttp()
                                || view.withoutInterception() && own.protocol().isAuto()
                        : own.number() == port
                                && (onlyHost != null || routeName(service, own).equals(name));
                if (here && isRouted(service, own) && !isTaken(listener, own.number())) {
                    called.put(
                            service.hostname() + ":" + own.number(),
                            new Called(service, service.hostname(), own.number()));
                    for (String pod : view.namedPods(service)) {
                        String host = pod + "." + service.hostname();
                        called.put(host + ":" + own.number(), new Called(service, host, own.number()));
                    }
                }
            }
        }
        return called;
    }

    private void addRule(
            List<Draft> drafts,
            RoutingRule rule,
            EgressListener listener,
            Map<String, Called> called,
            Set<String> done,
            int port) {
        if (rule.http().isEmpty()) {
            return;
        }
        List<Called> mine = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        Set<Integer> ports = new TreeSet<>();
        for (String host : rule.hosts()) {
            boolean known = false;
            for (Map.Entry<String, Called> entry : called.entrySet()) {
                String ruled = entry.getValue().ruled();
                boolean meant = host.equals(ruled)
                        || host.startsWith("*") && Hosts.within(ruled, host) && isMostSpecific(listener, ruled, host);
                if (meant) {
                    known = true;
                    ports.add(entry.getValue().port());
                    if (done.add(entry.getKey())) {
                        mine.add(entry.getValue());
                    }
                }
            }
            if (!known && view.scope().service(host).isEmpty()) {
                unknown.add(host);
            }
        }
        // A host that no registry knows is served where the rule's other hosts are, else on port 80, where plain names
        // are called.
        if (ports.isEmpty() && (port == 80 || port == 0)) {
            ports.add(80);
        }
        for (String host : unknown) {
            for (int served : ports) {
                if (done.add(host + ":" + served)) {
                    mine.add(new Called(null, host, served));
                }
            }
        }
        for (Called one : mine) {
            List<Route> routes =
                    new HttpRoutes(new RouteContext(view, MESH, port, false, one.port(), one.pod())).of(rule);
            if (routes.isEmpty()) {
                done.remove(one.host() + ":" + one.port());
            } else {
                drafts.add(draft(one, routes, port));
            }
        }
    }

    private static boolean isMostSpecific(EgressListener listener, String host, String pattern) {
        Set<String> patterns = new HashSet<>();
        listener.rules().stream().filter(r -> !r.http().isEmpty()).forEach(r -> patterns.addAll(r.hosts()));
        return pattern.equals(Hosts.mostSpecific(host, patterns));
    }

    private Draft draft(Called called, List<Route> routes, int port) {
        Service service = called.service();
        List<String> plain = service == null
                ? names.of(called.host())
                : called.pod().isEmpty()
                        ? names.of(service)
                        : names.ofPod(called.host().substring(0, called.host().indexOf('.')), service);
        List<String> domains = port == 0 ? behindProxy(called, plain) : plain;
        return new Draft(called.host() + ":" + called.port(), domains, routes);
    }

    // A proxy's client names host and port. Port 80 may go unsaid; without interception a service's first port as well.
    private List<String> behindProxy(Called called, List<String> plain) {
        List<String> domains = new ArrayList<>();
        plain.forEach(name -> domains.add(name + ":" + called.port()));
        Service service = called.service();
        boolean first = view.withoutInterception()
                && (service == null
                        || service.port(80).isEmpty()
                                && service.ports().stream()
                                        .filter(p -> isRouted(service, p))
                                        .findFirst()
                                        .filter(p -> p.number() == called.port())
                                        .isPresent());
        if (called.port() == 80 || first) {
            domains.addAll(plain);
        }
        return domains;
    }

    /** Who calls an address that is one service's alone means that service, whatever host the request names. */
    private RouteConfiguration ofOneService(String name, String host, int port) {
        RouteConfiguration.Builder configuration = empty(name);
        drafts(host, port, name).stream()
                .filter(draft -> draft.name().equals(host + ":" + port))
                .findFirst()
                .ifPresent(draft ->
                        configuration.addVirtualHosts(virtualHost(draft.name(), List.of("*"), draft.routes())));
        return configuration.build();
    }

    private static RouteConfiguration.Builder empty(String name) {
        return RouteConfiguration.newBuilder()
                .setName(name)
                .setValidateClusters(BoolValue.of(false))
                .setMaxDirectResponseBodySizeBytes(Protos.u32(MAX_DIRECT_BODY))
                .setIgnorePortInHostMatching(!name.equals(WellKnown.HTTP_PROXY_ROUTE));
    }

    private VirtualHost virtualHost(String name, List<String> domains, List<Route> routes) {
        return VirtualHost.newBuilder()
                .setName(name)
                .addAllDomains(domains)
                .addAllRoutes(routes)
                .setIncludeRequestAttemptCount(HeaderSettings.of(view).attemptCount())
                .build();
    }

    private RouteConfiguration configuration(String name, List<Draft> drafts) {
        RouteConfiguration.Builder configuration = empty(name);
        uniqueHosts(drafts).stream()
                .sorted(Comparator.comparing(VirtualHost::getName))
                .forEach(configuration::addVirtualHosts);
        boolean starTaken = configuration.getVirtualHostsList().stream()
                .anyMatch(v -> v.getDomainsList().contains("*"));
        if (!starTaken) {
            configuration.addVirtualHosts(unknownHosts());
        }
        return configuration.build();
    }

    /** Envoy refuses a configuration in which a domain or a name stands twice: the first that has it keeps it. */
    private List<VirtualHost> uniqueHosts(List<Draft> drafts) {
        Set<String> takenDomains = new HashSet<>();
        Set<String> takenNames = new HashSet<>();
        List<VirtualHost> hosts = new ArrayList<>();
        for (Draft draft : drafts) {
            List<String> free = draft.domains().stream()
                    .filter(d -> takenDomains.add(d.toLowerCase(Locale.ROOT)))
                    .toList();
            if (!free.isEmpty() && takenNames.add(draft.name())) {
                hosts.add(virtualHost(draft.name(), free, draft.routes()));
            }
        }
        return hosts;
    }

    @SuppressWarnings("deprecation") // max_grpc_timeout is what Istio writes.
    private VirtualHost unknownHosts() {
        boolean allowed = view.scope().allowsUnknownHosts();
        String name = allowed ? WellKnown.ALLOW_ANY : WellKnown.BLOCK_ALL;
        Route.Builder route = Route.newBuilder().setName(name).setMatch(RouteMatches.all());
        if (allowed) {
            route.setRoute(RouteAction.newBuilder()
                    .setCluster(view.unknownHostsCluster())
                    .setAppendXForwardedHost(HeaderSettings.of(view).forwardedHost())
                    .setTimeout(Protos.ZERO)
                    .setMaxGrpcTimeout(Protos.ZERO));
        } else {
            route.setDirectResponse(DirectResponseAction.newBuilder().setStatus(502));
        }
        return VirtualHost.newBuilder()
                .setName(name)
                .addDomains("*")
                .addRoutes(route)
                .setIncludeRequestAttemptCount(HeaderSettings.of(view).attemptCount())
                .build();
    }
}

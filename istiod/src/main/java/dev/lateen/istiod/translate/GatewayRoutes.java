package dev.lateen.istiod.translate;

import com.google.protobuf.BoolValue;
import dev.lateen.istiod.model.Hosts;
import dev.lateen.istiod.model.RoutingRule;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The routes of a gateway: what its Gateways serve, by the VirtualServices bound to them. */
final class GatewayRoutes {
    private final ProxyView view;

    GatewayRoutes(ProxyView view) {
        this.view = view;
    }

    /** Routes of one host while rules are put together; what catches everything goes last. */
    private static final class Draft {
        private final List<Route> routes = new ArrayList<>();
        private final List<Route> catchAll = new ArrayList<>();
        private boolean requiresTls;

        void add(List<Route> more) {
            for (Route route : more) {
                (RouteMatches.catchesAll(route.getMatch()) ? catchAll : routes).add(route);
            }
        }

        List<Route> all() {
            List<Route> all = new ArrayList<>(routes);
            all.addAll(catchAll);
            return all;
        }
    }

    Set<String> names() {
        Set<String> names = new TreeSet<>();
        for (GatewayPort port : GatewayPort.of(view)) {
            port.servers().stream()
                    .filter(GatewayPort.Served::routesHttp)
                    .forEach(s -> names.add(s.routeName(port.port())));
        }
        return names;
    }

    @Nullable
    XdsResource resource(String name) {
        for (GatewayPort port : GatewayPort.of(view)) {
            List<GatewayPort.Served> mine = port.servers().stream()
                    .filter(s -> s.routesHttp() && s.routeName(port.port()).equals(name))
                    .toList();
            if (!mine.isEmpty()) {
                return resource(name, port, mine);
            }
        }
        return null;
    }

    private XdsResource resource(String name, GatewayPort port, List<GatewayPort.Served> servers) {
        Map<String, Draft> drafts = new TreeMap<>();
        for (GatewayPort.Served served : servers) {
            RouteContext context = new RouteContext(
                    view,
                    Set.of(served.gatewayName()),
                    served.server().port().number(),
                    served.server().tls() != null,
                    served.server().port().number(),
                    "");
            for (RoutingRule rule : view.scope().allRoutingRules()) {
                if (!rule.gateways().contains(served.gatewayName())
                        || rule.http().isEmpty()) {
                    continue;
                }
                List<Route> routes = new HttpRoutes(context).of(rule);
                for (String host : routes.isEmpty() ? List.<String>of() : hosts(served, rule)) {
                    Draft draft = drafts.computeIfAbsent(host, h -> new Draft());
                    draft.add(routes);
                    draft.requiresTls |= served.redirectsToTls();
                }
            }
            if (served.redirectsToTls()) {
                served.hosts().forEach(h -> drafts.computeIfAbsent(h, x -> new Draft()).requiresTls = true);
            }
        }
        RouteConfiguration configuration = RouteConfiguration.newBuilder()
                .setName(name)
                .setValidateClusters(BoolValue.of(false))
                .setMaxDirectResponseBodySizeBytes(Protos.u32(1 << 20))
                .setIgnorePortInHostMatching(true)
                .build();
        if (drafts.isEmpty()) {
            // No route: every request gets 404.
            VirtualHost none = VirtualHost.newBuilder()
                    .setName("blackhole:" + port.port())
                    .addDomains("*")
                    .build();
            return HostTable.EMPTY.resource(configuration, HostPiece.of("*", none));
        }
        List<HostPiece> hosts = new ArrayList<>();
        drafts.forEach((host, draft) -> hosts.add(HostPiece.of(host, virtualHost(host, port.port(), draft))));
        return HostTable.of(hosts).resource(configuration, null);
    }

    private VirtualHost virtualHost(String host, int port, Draft draft) {
        VirtualHost.Builder out = VirtualHost.newBuilder()
                .setName(host + ":" + port)
                .addDomains(host)
                .addAllRoutes(draft.all())
                .setIncludeRequestAttemptCount(HeaderSettings.of(view).attemptCount());
        return (draft.requiresTls ? out.setRequireTls(VirtualHost.TlsRequirementType.ALL) : out).build();
    }

    /** The hosts that a server offers to a rule and the rule has: of two that overlap the narrower one. */
    static List<String> hosts(GatewayPort.Served served, RoutingRule rule) {
        Map<String, Boolean> hosts = new LinkedHashMap<>();
        for (String offered : served.server().hosts()) {
            int slash = offered.indexOf('/');
            String namespace = slash < 0 ? "*" : offered.substring(0, slash);
            boolean open = namespace.equals("*")
                    || namespace.equals(rule.namespace())
                    || namespace.equals(".") && served.gateway().namespace().equals(rule.namespace());
            if (!open) {
                continue;
            }
            String pattern = offered.substring(slash + 1);
            for (String host : rule.hosts()) {
                if (Hosts.overlap(host, pattern)) {
                    hosts.put(Hosts.within(host, pattern) ? host : pattern, true);
                }
            }
        }
        return List.copyOf(hosts.keySet());
    }
}

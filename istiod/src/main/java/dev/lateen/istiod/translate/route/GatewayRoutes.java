package dev.lateen.istiod.translate.route;

import dev.lateen.istiod.model.Hosts;
import dev.lateen.istiod.model.RoutingRule;
import dev.lateen.istiod.translate.view.GatewayPort;
import dev.lateen.istiod.translate.view.ProxyView;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Which routes a gateway has: a configuration for the plain servers of a port, and one for each server that ends TLS. */
public final class GatewayRoutes {
    private final ProxyView view;

    GatewayRoutes(ProxyView view) {
        this.view = view;
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

    /** What the configuration of a name is for; null if there is none. */
    GatewayTable.@Nullable Subject subject(String name) {
        for (GatewayPort port : GatewayPort.of(view)) {
            List<GatewayPort.Served> mine = port.servers().stream()
                    .filter(s -> s.routesHttp() && s.routeName(port.port()).equals(name))
                    .toList();
            if (!mine.isEmpty()) {
                return new GatewayTable.Subject(name, port.port(), mine);
            }
        }
        return null;
    }

    /** The hosts that a server offers to a rule and the rule has: of two that overlap the narrower one. */
    public static List<String> hosts(GatewayPort.Served served, RoutingRule rule) {
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

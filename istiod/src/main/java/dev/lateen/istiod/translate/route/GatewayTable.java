package dev.lateen.istiod.translate.route;

import com.google.protobuf.BoolValue;
import dev.lateen.istiod.model.RoutingRule;
import dev.lateen.istiod.persistent.ListChange;
import dev.lateen.istiod.persistent.PersistentMap;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.resource.SameObject;
import dev.lateen.istiod.translate.resource.XdsResource;
import dev.lateen.istiod.translate.view.Basis;
import dev.lateen.istiod.translate.view.GatewayPort;
import dev.lateen.istiod.translate.view.HeaderSettings;
import dev.lateen.istiod.translate.view.ProxyView;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One route configuration of a gateway: what some servers serve, by the VirtualServices bound to them. The next is made of the one before, by what the two snapshots differ
 * in: only hosts of rules that a change may touch are made again. Immutable.
 */
final class GatewayTable {
    private static final int MAX_DIRECT_BODY = 1 << 20;
    private static final Comparator<Bound> IN_ORDER =
            Comparator.comparingInt(Bound::server).thenComparing(Bound::rule, RuleIndex.OLDEST_FIRST);

    private final Basis basis;
    private final Subject subject;
    private final RuleIndex rules;
    private final Tables tables;
    private final XdsResource resource;

    /**
     * What a configuration is for.
     *
     * @param port where the proxy listens
     * @param servers those whose requests it routes
     */
    record Subject(String name, int port, List<GatewayPort.Served> servers) {
        /** The hosts of which every request must come with TLS, whatever routes there are. */
        Set<String> redirected() {
            Set<String> hosts = new HashSet<>();
            servers.stream().filter(GatewayPort.Served::redirectsToTls).forEach(served -> hosts.addAll(served.hosts()));
            return hosts;
        }
    }

    /** What a rule has at a server. */
    private record Bound(int server, RoutingRule rule, List<Route> routes, List<String> hosts) {}

    /**
     * What goes on to the next.
     *
     * @param byRule what each rule has, by itself
     * @param byHost what has routes for each host, in order
     */
    private record Tables(
            PersistentMap<SameObject<RoutingRule>, List<Bound>> byRule,
            PersistentMap<String, List<Bound>> byHost,
            HostTable hosts) {
        static final Tables EMPTY = new Tables(PersistentMap.empty(), PersistentMap.empty(), HostTable.EMPTY);
    }

    private GatewayTable(Basis basis, Subject subject, RuleIndex rules, Tables tables, XdsResource resource) {
        this.basis = basis;
        this.subject = subject;
        this.rules = rules;
        this.tables = tables;
        this.resource = resource;
    }

    /** @param before the configuration of that name that such gateways had; null for none */
    static GatewayTable of(ProxyView view, Subject subject, RuleIndex rules, @Nullable GatewayTable before) {
        Basis now = Basis.of(view);
        if (before == null || !now.hasMeshOf(before.basis) || !subject.equals(before.subject)) {
            Set<RoutingRule> all = Collections.newSetFromMap(new IdentityHashMap<>());
            all.addAll(rules.rules());
            Tables tables = update(view, subject, rules, Tables.EMPTY, all, subject.redirected());
            return new GatewayTable(now, subject, rules, tables, resource(subject, tables.hosts));
        }
        if (now.routesAs(before.basis)) {
            return before;
        }
        Set<RoutingRule> touched = Collections.newSetFromMap(new IdentityHashMap<>());
        touched.addAll(ListChange.between(before.rules.rules(), rules.rules()).all());
        for (String host : now.changedSince(before.basis).all(_ -> false)) {
            touched.addAll(before.rules.mentioning(host));
        }
        Tables tables = update(view, subject, rules, before.tables, touched, Set.of());
        XdsResource made = touched.isEmpty() ? before.resource : resource(subject, tables.hosts);
        boolean same = made.version().equals(before.resource.version());
        return new GatewayTable(now, subject, rules, tables, same ? before.resource : made);
    }

    XdsResource resource() {
        return resource;
    }

    /** @param hosts that have to be made whatever is touched */
    private static Tables update(
            ProxyView view,
            Subject subject,
            RuleIndex rules,
            Tables before,
            Set<RoutingRule> touched,
            Set<String> hosts) {
        PersistentMap<SameObject<RoutingRule>, List<Bound>> byRule = before.byRule;
        Map<String, List<Bound>> gone = new HashMap<>();
        Map<String, List<Bound>> come = new HashMap<>();
        for (RoutingRule rule : touched) {
            SameObject<RoutingRule> key = new SameObject<>(rule);
            List<Bound> now = rules.holds(rule) ? bound(view, subject, rule) : List.of();
            place(byRule.getOrDefault(key, List.of()), gone);
            place(now, come);
            byRule = byRule.withOrWithout(key, now.isEmpty() ? null : now);
        }
        Set<String> all = new TreeSet<>(hosts);
        all.addAll(gone.keySet());
        all.addAll(come.keySet());
        Set<String> redirected = subject.redirected();
        PersistentMap<String, List<Bound>> byHost = before.byHost;
        NavigableMap<String, @Nullable HostPiece> pieces = new TreeMap<>();
        for (String host : all) {
            Set<Bound> old = Collections.newSetFromMap(new IdentityHashMap<>());
            old.addAll(gone.getOrDefault(host, List.of()));
            List<Bound> mine = new ArrayList<>(byHost.getOrDefault(host, List.of()));
            mine.removeIf(old::contains);
            mine.addAll(come.getOrDefault(host, List.of()));
            mine.sort(IN_ORDER);
            byHost = byHost.withOrWithout(host, mine.isEmpty() ? null : mine);
            boolean served = !mine.isEmpty() || redirected.contains(host);
            pieces.put(host, served ? piece(view, subject, host, mine, redirected.contains(host)) : null);
        }
        return new Tables(byRule, byHost, before.hosts.with(pieces));
    }

    private static void place(List<Bound> some, Map<String, List<Bound>> byHost) {
        for (Bound bound : some) {
            bound.hosts.forEach(
                    host -> byHost.computeIfAbsent(host, _ -> new ArrayList<>()).add(bound));
        }
    }

    private static List<Bound> bound(ProxyView view, Subject subject, RoutingRule rule) {
        List<Bound> all = new ArrayList<>();
        for (int i = 0; i < subject.servers.size(); i++) {
            GatewayPort.Served served = subject.servers.get(i);
            if (!rule.gateways().contains(served.gatewayName())) {
                continue;
            }
            int port = served.server().port().number();
            boolean tls = served.server().tls() != null;
            RouteContext context = new RouteContext(view, Set.of(served.gatewayName()), port, tls, port, "");
            List<Route> routes = new HttpRoutes(context).of(rule);
            if (!routes.isEmpty()) {
                all.add(new Bound(i, rule, routes, GatewayRoutes.hosts(served, rule)));
            }
        }
        return all;
    }

    /** What catches everything goes last. */
    private static HostPiece piece(
            ProxyView view, Subject subject, String host, List<Bound> bound, boolean redirected) {
        List<Route> routes = new ArrayList<>();
        List<Route> catchAll = new ArrayList<>();
        boolean requiresTls = redirected;
        for (Bound one : bound) {
            for (Route route : one.routes) {
                (RouteMatches.catchesAll(route.getMatch()) ? catchAll : routes).add(route);
            }
            requiresTls |= subject.servers.get(one.server).redirectsToTls();
        }
        VirtualHost.Builder out = VirtualHost.newBuilder()
                .setName(host + ":" + subject.port)
                .addDomains(host)
                .addAllRoutes(routes)
                .addAllRoutes(catchAll)
                .setIncludeRequestAttemptCount(HeaderSettings.of(view).attemptCount());
        return HostPiece.of(host, (requiresTls ? out.setRequireTls(VirtualHost.TlsRequirementType.ALL) : out).build());
    }

    private static XdsResource resource(Subject subject, HostTable hosts) {
        RouteConfiguration configuration = RouteConfiguration.newBuilder()
                .setName(subject.name)
                .setValidateClusters(BoolValue.of(false))
                .setMaxDirectResponseBodySizeBytes(Protos.u32(MAX_DIRECT_BODY))
                .setIgnorePortInHostMatching(true)
                .build();
        if (!hosts.runs().isEmpty()) {
            return hosts.resource(configuration, null);
        }
        // No route: every request gets 404.
        VirtualHost none = VirtualHost.newBuilder()
                .setName("blackhole:" + subject.port)
                .addDomains("*")
                .build();
        return hosts.resource(configuration, HostPiece.of("*", none));
    }
}

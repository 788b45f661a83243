package dev.lateen.istiod.translate.route;

import com.google.protobuf.BoolValue;
import dev.lateen.api.xds.WellKnown;
import dev.lateen.istiod.model.EgressListener;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.resource.XdsResource;
import dev.lateen.istiod.translate.view.Basis;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One outbound route configuration of the sidecars of a scope: all services that are called on a port, or through an application's HTTP proxy. The next is made of the one
 * before, by what the two snapshots differ in: only virtual hosts that a change may touch are made again. Immutable.
 */
final class EvolvingRoutes {
    private static final int MAX_DIRECT_BODY = 1 << 20;
    private final Basis basis;
    private final List<ListenerHosts> listeners;
    private final DomainClaims claims;
    private final HostTable hosts;
    private final XdsResource resource;
    private final boolean evolves;

    private EvolvingRoutes(
            Basis basis,
            List<ListenerHosts> listeners,
            DomainClaims claims,
            HostTable hosts,
            XdsResource resource,
            boolean evolves) {
        this.basis = basis;
        this.listeners = listeners;
        this.claims = claims;
        this.hosts = hosts;
        this.resource = resource;
        this.evolves = evolves;
    }

    /**
     * The configuration of a name.
     *
     * @param maker makes its hosts
     * @param rules all that the scope has
     * @param before the one of that name that proxies with the same scope and of the same kind had; null for none
     */
    static EvolvingRoutes of(String name, SidecarHosts maker, RuleIndexes rules, @Nullable EvolvingRoutes before) {
        Basis basis = Basis.of(maker.view());
        if (before == null) {
            return anew(name, maker, rules, basis);
        }
        if (before.basis.routesAs(basis)) {
            return before;
        }
        if (!before.evolves || !before.basis.hasMeshOf(basis)) {
            return anew(name, maker, rules, basis);
        }
        EvolvingRoutes next = before.next(name, maker, rules, basis);
        return next == null ? anew(name, maker, rules, basis) : next;
    }

    XdsResource resource() {
        return resource;
    }

    private static EvolvingRoutes anew(String name, SidecarHosts maker, RuleIndexes rules, Basis basis) {
        RouteDrafts drafts = new RouteDrafts();
        List<ListenerHosts> listeners = new ArrayList<>();
        for (EgressListener listener : maker.listeners()) {
            RuleIndex mine = rules.of(basis.scope(), listener);
            listeners.add(new ListenerUpdate(listeners.size(), ListenerHosts.EMPTY, listener, mine, maker, drafts)
                    .with(Set.of()));
        }
        DraftOrder order = new DraftOrder(listeners);
        boolean pods = drafts.haveNamedPods();
        boolean simple = listeners.size() <= 1 && !pods;
        Map<HostDraft, List<Route>> all = simple ? drafts.added() : drafts.firstOfEachName(order);
        DomainClaims claims = DomainClaims.NONE;
        for (HostDraft draft : all.keySet()) {
            claims = claims.with(draft);
        }
        NavigableMap<String, @Nullable HostPiece> pieces = new TreeMap<>();
        Map<String, HostDraft> owners = new HashMap<>();
        boolean takesAll = false;
        for (Map.Entry<HostDraft, List<Route>> entry : all.entrySet()) {
            HostDraft draft = entry.getKey();
            List<String> domains = claims.domains(draft, order, owners);
            if (!domains.isEmpty() && !pieces.containsKey(draft.name())) {
                pieces.put(draft.name(), maker.piece(draft.name(), domains, entry.getValue()));
                takesAll |= domains.contains("*");
            }
        }
        HostTable hosts = HostTable.EMPTY.with(pieces);
        XdsResource resource = hosts.resource(empty(name), takesAll ? null : maker.unknownHosts());
        return new EvolvingRoutes(basis, listeners, claims, hosts, resource, simple);
    }

    /** Null if that can't be told by the change alone. */
    private @Nullable EvolvingRoutes next(String name, SidecarHosts maker, RuleIndexes rules, Basis now) {
        List<EgressListener> egress = maker.listeners();
        if (egress.size() != listeners.size()) {
            return null;
        }
        RouteDrafts drafts = new RouteDrafts();
        List<ListenerHosts> after = new ArrayList<>();
        boolean namesPods = maker.view().withoutInterception();
        Set<String> changed = now.changedSince(basis).all(service -> namesPods && service.headless());
        for (int i = 0; i < egress.size(); i++) {
            EgressListener listener = egress.get(i);
            RuleIndex mine = rules.of(now.scope(), listener);
            after.add(new ListenerUpdate(i, listeners.get(i), listener, mine, maker, drafts).with(changed));
        }
        if (drafts.haveNamedPods()) {
            return null;
        }
        if (drafts.added().isEmpty() && drafts.removed().isEmpty()) {
            return new EvolvingRoutes(now, after, claims, hosts, resource, true);
        }
        Set<HostDraft> touched = new LinkedHashSet<>(drafts.added().keySet());
        DomainClaims wanted = claims(drafts, touched);
        NavigableMap<String, @Nullable HostPiece> pieces = new TreeMap<>();
        drafts.removed().forEach(draft -> pieces.put(draft.name(), null));
        touched.forEach(draft -> pieces.put(draft.name(), null));
        DraftOrder order = new DraftOrder(after);
        Map<String, HostDraft> owners = new HashMap<>();
        for (HostDraft draft : touched) {
            List<String> domains = wanted.domains(draft, order, owners);
            if (!domains.isEmpty()) {
                List<Route> made = drafts.added().get(draft);
                List<Route> routes = made == null ? maker.routes(draft.called(), draft.rule()) : made;
                pieces.put(draft.name(), maker.piece(draft.name(), domains, routes));
            }
        }
        HostTable table = hosts.with(pieces);
        boolean takesAll = !wanted.claimants("*").isEmpty();
        XdsResource made = table.resource(empty(name), takesAll ? null : maker.unknownHosts());
        boolean same = made.version().equals(resource.version());
        return new EvolvingRoutes(now, after, wanted, table, same ? resource : made, true);
    }

    /** @param touched gets all that may have other domains now */
    private DomainClaims claims(RouteDrafts drafts, Set<HostDraft> touched) {
        DomainClaims wanted = claims;
        for (HostDraft draft : drafts.removed()) {
            wanted = wanted.without(draft);
        }
        for (HostDraft draft : drafts.added().keySet()) {
            wanted = wanted.with(draft);
        }
        List<HostDraft> moved = new ArrayList<>(drafts.removed());
        moved.addAll(drafts.added().keySet());
        for (HostDraft draft : moved) {
            for (String domain : draft.domains()) {
                touched.addAll(wanted.claimants(domain));
            }
        }
        return wanted;
    }

    /** A configuration without virtual hosts. */
    static RouteConfiguration empty(String name) {
        return RouteConfiguration.newBuilder()
                .setName(name)
                .setValidateClusters(BoolValue.of(false))
                .setMaxDirectResponseBodySizeBytes(Protos.u32(MAX_DIRECT_BODY))
                .setIgnorePortInHostMatching(!name.equals(WellKnown.HTTP_PROXY_ROUTE))
                .build();
    }
}

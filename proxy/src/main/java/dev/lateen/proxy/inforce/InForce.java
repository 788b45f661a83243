package dev.lateen.proxy.inforce;

import dev.lateen.proxy.chain.ListenerTable;
import dev.lateen.proxy.model.FilterChain;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.HttpConnectionManager.RouteSource;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.RouteTable;
import dev.lateen.proxy.route.RouteMatcher;
import dev.lateen.proxy.upstream.UpstreamCluster;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One configuration, compiled: listeners, route tables and clusters that belong together. Who takes it once for a request meets nothing of another configuration.
 * Immutable, but for what is compiled when it is first asked for; safe for use by several threads.
 */
public final class InForce {
    static final InForce NOTHING =
            new InForce(ProxySnapshot.EMPTY, ListenerTable.EMPTY, new IdentityHashMap<>(), Map.of());

    private final ProxySnapshot snapshot;
    private final ListenerTable listeners;
    private final IdentityHashMap<RouteTable, RouteMatcher> matchers;
    private final Map<String, UpstreamCluster> clusters;

    private InForce(
            ProxySnapshot snapshot,
            ListenerTable listeners,
            IdentityHashMap<RouteTable, RouteMatcher> matchers,
            Map<String, UpstreamCluster> clusters) {
        this.snapshot = snapshot;
        this.listeners = listeners;
        this.matchers = matchers;
        this.clusters = clusters;
    }

    /** The next one; a route table that is the same object keeps its compiled form. */
    InForce next(ProxySnapshot snapshot, ListenerTable listeners, Map<String, UpstreamCluster> clusters) {
        IdentityHashMap<RouteTable, RouteMatcher> compiled = new IdentityHashMap<>();
        snapshot.routeTables().forEach((name, table) -> {
            RouteTable last = this.snapshot.routeTables().get(name);
            carry(table, compiled).follow(last == null ? null : matchers.get(last));
        });
        for (Listener listener : snapshot.listeners().values()) {
            listener.filterChains().forEach(chain -> carryInline(chain, compiled));
            FilterChain fallback = listener.defaultFilterChain();
            if (fallback != null) {
                carryInline(fallback, compiled);
            }
        }
        return new InForce(snapshot, listeners, compiled, clusters);
    }

    private void carryInline(FilterChain chain, IdentityHashMap<RouteTable, RouteMatcher> compiled) {
        if (chain.terminal() instanceof HttpConnectionManager manager
                && manager.routes() instanceof RouteSource.Inline(var table)) {
            carry(table, compiled);
        }
    }

    private RouteMatcher carry(RouteTable table, IdentityHashMap<RouteTable, RouteMatcher> compiled) {
        RouteMatcher same = matchers.get(table);
        RouteMatcher matcher = same == null ? RouteMatcher.compile(table) : same;
        compiled.put(table, matcher);
        return matcher;
    }

    /** What it was compiled from. */
    public ProxySnapshot snapshot() {
        return snapshot;
    }

    /** All listeners. */
    public ListenerTable listeners() {
        return listeners;
    }

    /** The routes of a connection manager of this configuration; null while the table that it names is not there. */
    public @Nullable RouteMatcher routes(HttpConnectionManager manager) {
        RouteTable table = switch (manager.routes()) {
            case RouteSource.Inline inline -> inline.table();
            case RouteSource.Rds rds -> snapshot.routeTables().get(rds.name());
        };
        return table == null ? null : matchers.get(table);
    }

    /** The cluster of this name, or null. */
    public @Nullable UpstreamCluster cluster(String name) {
        UpstreamCluster cluster = clusters.get(name);
        return cluster == null ? null : cluster.serving();
    }

    Map<String, UpstreamCluster> clusters() {
        return clusters;
    }
}

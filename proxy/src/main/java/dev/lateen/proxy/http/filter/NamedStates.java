package dev.lateen.proxy.http.filter;

import dev.lateen.proxy.model.FilterChain;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.HttpConnectionManager.RouteSource;
import dev.lateen.proxy.model.HttpFilterConfig;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.Route;
import dev.lateen.proxy.model.RouteAction;
import dev.lateen.proxy.model.RouteAction.ClusterSpecifier;
import dev.lateen.proxy.model.RouteAction.WeightedCluster;
import dev.lateen.proxy.model.RouteTable;
import dev.lateen.proxy.model.VirtualHost;
import java.util.Collection;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Which state the filters of a configuration name, on connection managers and as overrides; a route table that it has read is remembered. Not for use by several threads at once. */
final class NamedStates implements Function<ProxySnapshot, Set<String>> {
    private final Function<HttpFilterConfig, Collection<StateKey<?>>> keys;
    private IdentityHashMap<RouteTable, Set<String>> tables = new IdentityHashMap<>();

    /** @param keys what one filter's configuration names */
    NamedStates(Function<HttpFilterConfig, Collection<StateKey<?>>> keys) {
        this.keys = keys;
    }

    @Override
    public Set<String> apply(ProxySnapshot snapshot) {
        Set<String> names = new HashSet<>();
        IdentityHashMap<RouteTable, Set<String>> read = new IdentityHashMap<>();
        snapshot.routeTables().values().forEach(table -> names.addAll(read(table, read)));
        for (Listener listener : snapshot.listeners().values()) {
            listener.filterChains().forEach(chain -> manager(chain, names, read));
            manager(listener.defaultFilterChain(), names, read);
        }
        tables = read;
        return names;
    }

    private void manager(
            @Nullable FilterChain chain, Set<String> names, IdentityHashMap<RouteTable, Set<String>> read) {
        if (chain != null && chain.terminal() instanceof HttpConnectionManager manager) {
            add(manager.filters(), names);
            if (manager.routes() instanceof RouteSource.Inline(RouteTable table)) {
                names.addAll(read(table, read));
            }
        }
    }

    private Set<String> read(RouteTable table, IdentityHashMap<RouteTable, Set<String>> read) {
        Set<String> known = tables.get(table);
        Set<String> names = known == null ? read(table) : known;
        read.put(table, names);
        return names;
    }

    private Set<String> read(RouteTable table) {
        Set<String> names = new HashSet<>();
        for (VirtualHost host : table.virtualHosts()) {
            add(host.perFilter().values(), names);
            for (Route route : host.routes()) {
                add(route.perFilter().values(), names);
                if (route.action() instanceof RouteAction.Forward forward
                        && forward.cluster() instanceof ClusterSpecifier.Weighted weighted) {
                    for (WeightedCluster cluster : weighted.clusters()) {
                        add(cluster.perFilter().values(), names);
                    }
                }
            }
        }
        return names;
    }

    private void add(Collection<HttpFilterConfig> filters, Set<String> names) {
        for (HttpFilterConfig filter : filters) {
            for (StateKey<?> key : keys.apply(filter)) {
                names.add(key.name());
            }
        }
    }
}

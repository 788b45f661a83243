package dev.lateen.proxy.http;

import dev.lateen.proxy.http.filter.HttpFilter;
import dev.lateen.proxy.message.ExchangeObserver;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.HttpConnectionManager.RouteSource;
import dev.lateen.proxy.model.HttpFilterConfig;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.RouteTable;
import dev.lateen.proxy.route.RouteEntry;
import dev.lateen.proxy.route.RouteMatcher;
import dev.lateen.proxy.route.RouteMatchers;
import org.jspecify.annotations.Nullable;

/**
 * What a connection manager means under one snapshot: its compiled routes and filters. Made once for a snapshot and an event loop, then
 * looked at for each request.
 */
final class ManagerRuntime {
    private static final HttpFilter[] NO_FILTERS = {};

    private final ProxySnapshot snapshot;
    private final HttpConnectionManager manager;
    private final ExchangeObserver observer;
    private final @Nullable RouteMatcher matcher;
    private final FilterChains filterChains;
    private final boolean suppressEnvoyHeaders;
    private HttpFilter @Nullable [] withoutRoute;

    ManagerRuntime(
            ProxySnapshot snapshot,
            HttpConnectionManager manager,
            ExchangeObserver observer,
            RouteMatchers matchers,
            FilterChains filterChains) {
        this.snapshot = snapshot;
        this.manager = manager;
        this.observer = observer;
        this.filterChains = filterChains;
        RouteTable table = switch (manager.routes()) {
            case RouteSource.Inline inline -> inline.table();
            case RouteSource.Rds rds -> snapshot.routeTables().get(rds.name());
        };
        this.matcher = table == null ? null : matchers.of(table);
        this.suppressEnvoyHeaders = !manager.filters().isEmpty()
                && manager.filters().getLast() instanceof HttpFilterConfig.Router router
                && router.suppressEnvoyHeaders();
    }

    @SuppressWarnings("ReferenceEquality") // unchanged parts of a snapshot keep their identity
    boolean holdsFor(ProxySnapshot current, HttpConnectionManager currentManager, ExchangeObserver currentObserver) {
        return snapshot == current && manager == currentManager && observer == currentObserver;
    }

    HttpConnectionManager manager() {
        return manager;
    }

    ExchangeObserver observer() {
        return observer;
    }

    /** Null while the route table it names is not there. */
    @Nullable
    RouteMatcher matcher() {
        return matcher;
    }

    boolean suppressEnvoyHeaders() {
        return suppressEnvoyHeaders;
    }

    /** The filters that have something to do for a route. */
    HttpFilter[] filters(@Nullable RouteEntry entry) {
        if (entry == null) {
            HttpFilter[] found = withoutRoute;
            if (found == null) {
                found = filterChains.compile(manager, null).toArray(NO_FILTERS);
                withoutRoute = found;
            }
            return found;
        }
        if (entry.memo(manager) instanceof HttpFilter[] found) {
            return found;
        }
        HttpFilter[] compiled = filterChains.compile(manager, entry).toArray(NO_FILTERS);
        entry.memo(manager, compiled);
        return compiled;
    }
}

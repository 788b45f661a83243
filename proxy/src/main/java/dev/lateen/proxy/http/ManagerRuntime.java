package dev.lateen.proxy.http;

import dev.lateen.proxy.http.filter.RouteFilters;
import dev.lateen.proxy.message.ExchangeObserver;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.HttpFilterConfig;
import dev.lateen.proxy.route.RouteEntry;
import dev.lateen.proxy.route.RouteMatcher;
import org.jspecify.annotations.Nullable;

/** What a connection manager means in one configuration: its routes and compiled filters. Made once for a configuration and an event loop. */
final class ManagerRuntime {
    private final HttpConnectionManager manager;
    private final ExchangeObserver observer;
    private final @Nullable RouteMatcher matcher;
    private final FilterChains filterChains;
    private final boolean suppressEnvoyHeaders;
    private @Nullable RouteFilters withoutRoute;

    ManagerRuntime(
            HttpConnectionManager manager,
            ExchangeObserver observer,
            @Nullable RouteMatcher matcher,
            FilterChains filterChains) {
        this.manager = manager;
        this.observer = observer;
        this.filterChains = filterChains;
        this.matcher = matcher;
        this.suppressEnvoyHeaders = !manager.filters().isEmpty()
                && manager.filters().getLast() instanceof HttpFilterConfig.Router router
                && router.suppressEnvoyHeaders();
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
    RouteFilters filters(@Nullable RouteEntry entry) {
        if (entry == null) {
            RouteFilters found = withoutRoute;
            if (found == null) {
                found = filterChains.compile(manager, null);
                withoutRoute = found;
            }
            return found;
        }
        if (entry.memo(manager) instanceof RouteFilters found) {
            return found;
        }
        RouteFilters compiled = filterChains.compile(manager, entry);
        entry.memo(manager, compiled);
        return compiled;
    }
}

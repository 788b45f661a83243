package dev.lateen.proxy.http;

import dev.lateen.proxy.http.filter.RouteFilters;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.route.RouteEntry;
import org.jspecify.annotations.Nullable;

/** Compiles a route's filter chain; safe for use by several threads. The outcome is remembered with the route. */
@FunctionalInterface
public interface FilterChains {
    /**
     * The filters of {@code manager} in their order, without those that have nothing to do for this route, and without the router.
     *
     * @param entry the route; null when none matched, where only what stands on the connection manager itself counts
     */
    RouteFilters compile(HttpConnectionManager manager, @Nullable RouteEntry entry);

    /** No filters at all. */
    FilterChains NONE = (manager, entry) -> RouteFilters.NONE;
}

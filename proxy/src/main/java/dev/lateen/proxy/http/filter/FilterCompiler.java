package dev.lateen.proxy.http.filter;

import dev.lateen.proxy.jwt.JwtRules;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.HttpFilterConfig;
import dev.lateen.proxy.model.JwtAuthentication;
import dev.lateen.proxy.policy.RbacEngine;
import dev.lateen.proxy.route.RouteEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes the filters of a route out of a connection manager's list: each with its most specific override (weighted cluster, route, virtual
 * host), in their order, without those that have nothing to do there and without the router. Safe for use by several threads.
 */
public final class FilterCompiler {
    private final LocalWorkload local;
    private final FilterCounters counters;
    private final PeerMemory peers = new PeerMemory();
    /** With their keys, which many routes share. */
    private final Map<JwtAuthentication, JwtRules> jwtRules = new WeakHashMap<>();

    public FilterCompiler(LocalWorkload local, FilterCounters counters) {
        this.local = local;
        this.counters = counters;
    }

    /** @param entry the route; null when none matched, where only what stands on the connection manager itself counts */
    public RouteFilters compile(HttpConnectionManager manager, @Nullable RouteEntry entry) {
        List<HttpFilter> filters = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        List<HttpFilterConfig> configs = manager.filters();
        for (int place = 0; place < configs.size(); place++) {
            HttpFilterConfig config = configs.get(place);
            HttpFilterConfig override = entry == null ? null : override(config, entry);
            HttpFilter filter = filter(
                    override == null ? config : overridden(config, override), "http." + manager.statPrefix() + ".");
            if (filter != null) {
                filters.add(filter);
                places.add(place);
            }
        }
        return RouteFilters.of(filters, places);
    }

    private static @Nullable HttpFilterConfig override(HttpFilterConfig config, RouteEntry entry) {
        String name = name(config);
        HttpFilterConfig found =
                entry.weighted() == null ? null : entry.weighted().perFilter().get(name);
        found = found == null ? entry.route().perFilter().get(name) : found;
        found = found == null ? entry.virtualHost().perFilter().get(name) : found;
        return found != null && canReplace(config, found) ? found : null;
    }

    /**
     * A filter that must deny may not be talked out of it, and one kind of filter may not be put in another's place; what fits nothing is
     * not applied, so the connection manager's own filter stays in force.
     */
    private static boolean canReplace(HttpFilterConfig config, HttpFilterConfig override) {
        return override instanceof HttpFilterConfig.Disabled
                || override instanceof HttpFilterConfig.Denied
                // Off or left out for all: a route may have it on.
                || config instanceof HttpFilterConfig.Ignored
                || config instanceof HttpFilterConfig.JwtAuthn && override instanceof HttpFilterConfig.JwtRoute
                || config.getClass() == override.getClass();
    }

    /** A route says by name which requirement on tokens holds; all else of them stands on the connection manager. */
    private static HttpFilterConfig overridden(HttpFilterConfig config, HttpFilterConfig override) {
        return config instanceof HttpFilterConfig.JwtAuthn(JwtAuthentication all, String _)
                        && override instanceof HttpFilterConfig.JwtRoute(String requirement)
                ? new HttpFilterConfig.JwtAuthn(all, requirement)
                : override;
    }

    /** The name that {@code typed_per_filter_config} knows a filter by. */
    private static String name(HttpFilterConfig config) {
        return switch (config) {
            case HttpFilterConfig.Router router -> "envoy.filters.http.router";
            case HttpFilterConfig.Rbac rbac -> "envoy.filters.http.rbac";
            case HttpFilterConfig.Fault fault -> "envoy.filters.http.fault";
            case HttpFilterConfig.Cors cors -> "envoy.filters.http.cors";
            case HttpFilterConfig.GrpcStats stats -> "envoy.filters.http.grpc_stats";
            case HttpFilterConfig.IstioAlpn alpn -> "istio.alpn";
            case HttpFilterConfig.IstioStats stats -> "istio.stats";
            case HttpFilterConfig.PeerMetadataExchange exchange -> "envoy.filters.http.peer_metadata";
            case HttpFilterConfig.JwtAuthn jwt -> JwtAuthnFilter.NAMESPACE;
            case HttpFilterConfig.JwtRoute route -> JwtAuthnFilter.NAMESPACE;
            case HttpFilterConfig.Ignored ignored -> ignored.filterName();
            case HttpFilterConfig.Disabled disabled -> "";
            case HttpFilterConfig.Denied denied -> denied.filterName();
        };
    }

    private @Nullable HttpFilter filter(HttpFilterConfig config, String prefix) {
        return switch (config) {
            case HttpFilterConfig.Rbac rbac -> rbac(rbac, prefix + "rbac.");
            case HttpFilterConfig.Fault fault ->
                doesNothing(fault) ? null : new FaultFilter(fault, counters, prefix + "fault.");
            case HttpFilterConfig.Cors cors -> cors.policy() == null ? null : new CorsFilter(cors.policy());
            case HttpFilterConfig.IstioAlpn alpn -> new IstioAlpnFilter();
            case HttpFilterConfig.PeerMetadataExchange exchange -> new PeerMetadataFilter(exchange, local, peers);
            case HttpFilterConfig.JwtAuthn jwt -> jwt(jwt, prefix + "jwt_authn.");
            case HttpFilterConfig.JwtRoute route ->
                new DeniedFilter(JwtAuthnFilter.NAMESPACE, "a route's requirement has no filter");
            case HttpFilterConfig.Denied denied -> new DeniedFilter(denied.filterName(), denied.reason());
            // Observers count for these two; they decide nothing.
            case HttpFilterConfig.GrpcStats stats -> null;
            case HttpFilterConfig.IstioStats stats -> null;
            case HttpFilterConfig.Router router -> null;
            case HttpFilterConfig.Ignored ignored -> null;
            case HttpFilterConfig.Disabled disabled -> null;
        };
    }

    /** What a filter of this configuration keeps beyond it, by name: what a filter asks its context for has to be named here, or it goes after a while. */
    static List<StateKey<?>> stateKeys(HttpFilterConfig config) {
        return switch (config) {
            case HttpFilterConfig.JwtAuthn jwt -> JwtAuthnFilter.stateKeys(jwt);
            case HttpFilterConfig.JwtRoute _ -> List.of();
            // All that these keep, they count (FilterCounters).
            case HttpFilterConfig.Rbac _, HttpFilterConfig.Fault _, HttpFilterConfig.Cors _ -> List.of();
            case HttpFilterConfig.GrpcStats _, HttpFilterConfig.IstioStats _, HttpFilterConfig.IstioAlpn _ -> List.of();
            case HttpFilterConfig.PeerMetadataExchange _, HttpFilterConfig.Router _ -> List.of();
            case HttpFilterConfig.Ignored _, HttpFilterConfig.Disabled _, HttpFilterConfig.Denied _ -> List.of();
        };
    }

    private HttpFilter jwt(HttpFilterConfig.JwtAuthn jwt, String prefix) {
        JwtAuthentication config = jwt.config();
        JwtRules rules;
        synchronized (jwtRules) {
            rules = jwtRules.computeIfAbsent(config, JwtRules::of);
        }
        return new JwtAuthnFilter(config, rules, jwt.requirement(), counters, prefix + config.statPrefix());
    }

    private @Nullable HttpFilter rbac(HttpFilterConfig.Rbac rbac, String prefix) {
        RbacEngine engine = RbacEngine.compile(rbac.policies());
        return engine.isEmpty()
                ? null
                : new RbacFilter(engine, counters, prefix, rbac.policies().shadowStatPrefix());
    }

    private static boolean doesNothing(HttpFilterConfig.Fault fault) {
        boolean delays = fault.fixedDelay() != null && fault.fixedDelay().isPositive() && fault.delayFraction() > 0;
        boolean aborts = (fault.abortHttpStatus() != HttpFilterConfig.Fault.NONE
                        || fault.abortGrpcStatus() != HttpFilterConfig.Fault.NONE)
                && fault.abortFraction() > 0;
        return !delays && !aborts;
    }
}

package dev.lateen.proxy.http;

import dev.lateen.proxy.http.filter.RouteFilters;
import dev.lateen.proxy.inforce.InForce;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.route.RouteDecision;
import dev.lateen.proxy.route.RouteEntry;
import dev.lateen.proxy.route.RouteMatcher;
import dev.lateen.proxy.upstream.UpstreamCluster;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Which route one request has, by the configuration that was in force when it came. Chosen before the filters, and again when one of them asks for that. */
final class Routing {
    private static final RouteDecision UNDECIDED = new RouteDecision.NotFound(null);

    private RouteDecision decision = UNDECIDED;
    /** Taken once, and let go when it is decided what becomes of the request, which may live for days. */
    private @Nullable InForce inForce;

    private @Nullable UpstreamCluster cluster;

    Routing(InForce inForce) {
        this.inForce = inForce;
    }

    /** Chooses the route by the head and the metadata of the moment, and tells what it is among the facts. @return the filters that have something to do for it */
    RouteFilters match(ExchangeFacts exchange, ManagerRuntime manager, RandomGenerator random) {
        RouteMatcher matcher = manager.matcher();
        if (matcher != null) {
            decision = matcher.match(exchange.request(), exchange.dynamicMetadata(), random, null);
        }
        RouteEntry entry = decision.entry();
        exchange.route(
                entry == null ? null : entry.route(),
                entry == null ? "" : entry.virtualHost().name());
        InForce taken = inForce;
        // Filters may ask where the request goes; Envoy too tells them before they run.
        UpstreamCluster found = decision instanceof RouteDecision.Forward forward && taken != null
                ? taken.cluster(forward.cluster())
                : null;
        cluster = found;
        exchange.cluster(found == null ? null : found.config());
        return manager.filters(entry);
    }

    RouteDecision decision() {
        return decision;
    }

    /** The route, null where none matched. */
    @Nullable
    RouteEntry entry() {
        return decision.entry();
    }

    /** Where the route forwards to; null where it doesn't, and where there is no such cluster. */
    @Nullable
    UpstreamCluster cluster() {
        return cluster;
    }

    /** What the route was chosen from; null once it is settled. */
    @Nullable
    InForce inForce() {
        return inForce;
    }

    /** Nothing more is asked of the configuration. */
    void settle() {
        inForce = null;
    }
}

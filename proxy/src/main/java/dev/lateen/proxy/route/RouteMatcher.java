package dev.lateen.proxy.route;

import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.RouteTable;
import java.util.random.RandomGenerator;

/**
 * A route table, compiled once: virtual host by domain (exact, longest suffix wildcard, longest prefix wildcard, {@code *}), then the first
 * of its routes that matches, as Envoy's {@code envoy.config.route.v3} documents. A virtual host's routes are compiled when it is first
 * asked for, since most of a mesh's hosts never are. Immutable to its users; safe for use by several threads.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class RouteMatcher {
    private final RouteTable table;

    private RouteMatcher(RouteTable table) {
        this.table = table;
    }

    public static RouteMatcher compile(RouteTable table) {
        return new RouteMatcher(table);
    }

    /** What it was compiled from. */
    public RouteTable table() {
        return table;
    }

    /** Decides on a request; chance decides among weighted clusters and runtime fractions. */
    public RouteDecision match(RequestHead request, RandomGenerator random) {
        throw new UnsupportedOperationException();
    }

    /** The same decision with its reasons; draws from {@code random} in the same order. Slow; for people. */
    public RouteExplanation explain(RequestHead request, RandomGenerator random) {
        throw new UnsupportedOperationException();
    }
}

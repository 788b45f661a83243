package dev.lateen.proxy.http.filter;

import java.time.Duration;

/** What a filter says on a request's head. */
public sealed interface FilterVerdict {
    /** Goes on; the one shared constant, so nothing is allocated. */
    FilterVerdict CONTINUE = new Continue();

    /** Looks at the routes again, then goes on; the one shared constant. */
    FilterVerdict REROUTE = new Reroute();

    /** Use {@link #CONTINUE}. */
    record Continue() implements FilterVerdict {}

    /** Answers here and now. */
    record Reply(LocalReply reply) implements FilterVerdict {}

    /** Waits on a timer of the connection's event loop, then does {@code then}. The exchange may end meanwhile. */
    record Delay(Duration delay, FilterVerdict then) implements FilterVerdict {}

    /**
     * Waits for an answer from elsewhere, and no longer than the limit. The exchange may end meanwhile: then, and when the limit is over, what was begun is cancelled.
     *
     * @param limit above zero
     * @param late what follows when no answer came within the limit
     */
    record Wait(Asking asking, Duration limit, FilterVerdict late) implements FilterVerdict {
        public Wait {
            if (!limit.isPositive()) {
                throw new IllegalArgumentException("limit: " + limit + " (expected: above zero)");
            }
        }
    }

    /**
     * Use {@link #REROUTE}. The route is chosen anew, by the head and the metadata of the moment, from the configuration that the exchange took when it
     * came (Envoy's {@code clearRouteCache}). Filters behind this one are those of the new route, with its overrides; those that were asked are not asked again.
     */
    record Reroute() implements FilterVerdict {}
}

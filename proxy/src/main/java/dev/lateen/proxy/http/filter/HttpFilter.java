package dev.lateen.proxy.http.filter;

import dev.lateen.proxy.message.ExchangeFacts;
import org.jspecify.annotations.Nullable;

/**
 * One filter of a connection manager, compiled once for a snapshot and shared by all its requests, so it keeps no request's state in
 * itself. Called on the event loop of the downstream connection; must not block. The route of the exchange is already chosen, so a filter
 * that has nothing to do for a route was left out of that route's chain.
 */
public interface HttpFilter {
    /** Decides on the request's head, which it may edit. Bodies stream past, unless there is a {@link #bodyWish}. */
    FilterVerdict onRequest(ExchangeFacts exchange, FilterContext context);

    /** What of the body it has to see before it is asked; null, as for most, for nothing. Always the same. */
    default @Nullable BodyWish bodyWish() {
        return null;
    }

    /** Sees, and may edit, the response's head on its way down (reverse order of the filters); also for local replies. */
    default void onResponse(ExchangeFacts exchange) {}
}

package dev.lateen.proxy.http.filter;

/**
 * The name of something that filters keep and that outlives configuration: tokens of a rate limit, keys of an issuer. Filters that name the same share it, also across connection
 * managers and configurations.
 *
 * @param name as the configuration gives it, with the kind before it, such as {@code jwks/https://issuer.example}; the same name has one type and scope
 * @param type of the value
 */
public record StateKey<T>(String name, Class<T> type, Scope scope) {
    /** Who shares a value. */
    public enum Scope {
        /** All event loops, so the value must bear use by several threads. */
        SHARED,
        /** Each event loop has a value of its own, which is used, and closed, on it alone. */
        EVENT_LOOP
    }
}

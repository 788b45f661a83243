package dev.lateen.proxy.listener;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * How a listener's address is doing, for admin pages and acknowledgements.
 *
 * @param address as configured, with the real port when port 0 asked for any
 * @param connections living now, whichever socket they came in by
 * @param failure why it could not be bound, or null
 */
public record ListenerStatus(
        String name,
        InetSocketAddress address,
        State state,
        int connections,
        @Nullable String failure) {
    /** A listener's states. */
    public enum State {
        /** Accepts. */
        BOUND,
        /** Only receives connections by original destination. */
        VIRTUAL,
        FAILED
    }
}

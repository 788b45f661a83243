package dev.lateen.proxy.listener;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    /** Why listeners can't be bound, by name. */
    public static Map<String, String> unbound(List<ListenerStatus> statuses) {
        Map<String, String> reasons = new HashMap<>();
        for (ListenerStatus status : statuses) {
            if (status.state() == State.FAILED) {
                String why = "address: can't bind " + status.address().getHostString() + ":"
                        + status.address().getPort() + ": " + status.failure();
                reasons.merge(status.name(), why, (one, more) -> one + "; " + more);
            }
        }
        return reasons;
    }

    /** The same in one sentence; empty if all are. */
    public static String failures(List<ListenerStatus> statuses) {
        return String.join(
                "; ",
                statuses.stream()
                        .filter(status -> status.state() == State.FAILED)
                        .map(status -> "listener " + status.name() + ": " + status.failure())
                        .toList());
    }
}

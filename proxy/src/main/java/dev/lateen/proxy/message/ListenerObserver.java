package dev.lateen.proxy.message;

/** Statistics of one listener's connections; called on their event loops. Must not block or throw. */
public interface ListenerObserver {
    /** A connection's filter chain is found. */
    default void onAccepted() {}

    /** That connection is over; once for each {@link #onAccepted}. */
    default void onClosed() {}

    /** A connection is closed because no filter chain matches it. */
    default void onUnmatched() {}

    /** A TLS handshake is done. */
    default void onSecured() {}

    /** A TLS handshake failed, or could not begin. */
    default void onInsecure() {}

    /** Watches nothing. */
    ListenerObserver NONE = new ListenerObserver() {};
}

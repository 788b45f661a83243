package dev.lateen.proxy.message;

/** Statistics of one listener's connections; called on their event loops. Must not block or throw. */
public interface ListenerObserver {
    /** A connection's filter chain is found. */
    default void onAccepted() {}

    /** That connection is over; once for each {@link #onAccepted}. */
    default void onClosed() {}

    /** A connection is closed because no filter chain matches it. @param session it, as a listener's access log tells of it */
    default void onUnmatched(TcpSession session) {}

    /** Whether {@link #onOver} does anything. */
    default boolean logs() {
        return false;
    }

    /** A connection that came to a filter chain is over: for a listener's own access log, beside that of the chain. */
    default void onOver(TcpSession session) {}

    /** A TLS handshake is done. */
    default void onSecured() {}

    /** A TLS handshake failed, or could not begin. */
    default void onInsecure() {}

    /** Watches nothing. */
    ListenerObserver NONE = new ListenerObserver() {};
}

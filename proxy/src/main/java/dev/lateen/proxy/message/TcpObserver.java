package dev.lateen.proxy.message;

/** Metrics and access logs of TCP sessions; called on the session's event loop. Must not block or throw. */
public interface TcpObserver {
    /** A session begins; its upstream is yet to be found. */
    default void onStart(TcpSession session) {}

    /** The upstream connection stands. */
    default void onOpen(TcpSession session) {}

    /** Every few seconds while it lasts (Istio reports every 5 s). */
    default void onProgress(TcpSession session) {}

    /** It is over. */
    default void onClose(TcpSession session) {}

    /** Watches nothing. */
    TcpObserver NONE = new TcpObserver() {};
}

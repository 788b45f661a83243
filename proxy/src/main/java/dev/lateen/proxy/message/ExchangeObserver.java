package dev.lateen.proxy.message;

/**
 * Metrics, access logs and tracing as the data path sees them: compiled once for a connection manager, told of each exchange on its event
 * loop. Must not block or throw.
 */
public interface ExchangeObserver {
    /** A downstream connection begins to speak HTTP. */
    default void onConnected(boolean http2, boolean tls) {}

    /** That connection is over; once for each {@link #onConnected}, with the same arguments. */
    default void onDisconnected(boolean http2, boolean tls) {}

    /** A client broke the protocol. */
    default void onProtocolError() {}

    /** A client's connection is ended because it cancels nearly all its requests at once. */
    default void onTooManyPrematureResets() {}

    /** The head is here and routed, no filter has run: tracing reads and writes its context headers now. */
    default void onRequest(ExchangeFacts exchange) {}

    /** The head about to be sent upstream for one attempt; may be edited (trace context, peer metadata). */
    default void onUpstreamRequest(ExchangeFacts exchange, RequestHead upstreamHead) {}

    /** The upstream's response head as it came, before filters (peer metadata is read and stripped here). */
    default void onUpstreamResponse(ExchangeFacts exchange, ResponseHead head) {}

    /** The response head about to be sent downstream, whoever made it. */
    default void onResponse(ExchangeFacts exchange, ResponseHead head) {}

    /** The last byte is sent or the exchange was given up; nothing of it may be kept after this returns. */
    default void onComplete(ExchangeFacts exchange) {}

    /** Watches nothing. */
    ExchangeObserver NONE = new ExchangeObserver() {};
}

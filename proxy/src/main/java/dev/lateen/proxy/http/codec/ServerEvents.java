package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.message.RequestHead;

/** What a downstream connection's codec tells, on its event loop. */
public interface ServerEvents {
    /**
     * A request begins. HTTP/1 begins the next one only after this one's response has ended.
     *
     * @param end whether it has no body
     * @return who takes the rest
     */
    RequestSink onRequest(RequestHead head, ServerStream stream, boolean end);

    /** The first bytes of a head are here, its end is not; told once for a head, and only by HTTP/1. */
    void onPartialHead();

    /** A head that can't be understood. The answer given on {@code stream} is the connection's last for HTTP/1. */
    void onMalformed(MalformedMessage error, ServerStream stream);

    /** The connection is ended for what the client did. @param prematureResets whether that was to cancel nearly all its requests */
    void onViolation(boolean prematureResets);

    /** The number of streams under way went to zero, or came back from it. */
    void onIdle(boolean idle);

    /** The connection is closed; all sinks have been told. */
    void onClosed();
}

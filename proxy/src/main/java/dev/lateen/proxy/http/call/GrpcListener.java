package dev.lateen.proxy.http.call;

import dev.lateen.proxy.message.HeaderMap;
import io.netty.buffer.ByteBuf;

/** Hears what a server says on a gRPC stream. Called on the stream's event loop; may use the stream at any time, also to cancel it. */
public interface GrpcListener {
    /** The server has accepted the call. Not told when it ends at once. */
    default void onHeaders(HeaderMap headers) {}

    /** @param message without its prefix, on the heap: it need not be released, and may be kept */
    void onMessage(ByteBuf message);

    /** There is room again, after {@link GrpcStream#send} has refused a message. */
    default void onWritable() {}

    /** It is over, with these trailers if its status is OK; nothing follows. */
    void onEnd(CallOutcome<HeaderMap> trailers);
}

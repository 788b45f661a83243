package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.message.HeaderMap;
import io.netty.buffer.ByteBuf;

/** Receives the rest of a message after its head, on the connection's event loop. Ends with {@code end} or with trailers. */
public interface BodySink {
    /** @param data owned by the callee, may be empty @param end whether the message ends here */
    void onData(ByteBuf data, boolean end);

    /** The message ends with these trailers. */
    void onTrailers(HeaderMap trailers);
}

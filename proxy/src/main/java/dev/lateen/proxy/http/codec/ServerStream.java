package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.ResponseHead;
import io.netty.buffer.ByteBuf;

/**
 * The way back to the client for one request. Called on the connection's event loop; what is written is flushed once the loop has handled
 * what it had read. Calls after the end or a reset are ignored (data is released).
 */
public interface ServerStream {
    /** A 1xx response before the final one. */
    void informational(ResponseHead head);

    /** @param end whether no body follows */
    void head(ResponseHead head, boolean end);

    /** @param data ownership passes */
    void data(ByteBuf data, boolean end);

    /** Ends the response. */
    void trailers(HeaderMap trailers);

    /** Gives the response up; HTTP/1 can say that only by closing the connection. */
    void reset(StreamReset reason);

    /** The answer still to come is the last of its connection; where a connection carries several exchanges at once this does nothing. */
    void closeAfter();

    /** Stops reading the request's body until {@link #resumeReading}. */
    void pauseReading();

    /** Reads the request's body on. */
    void resumeReading();

    /** How much of the request's body may be held, in bytes, before reading is to be paused. */
    int holdLimit();

    /** Whether the way down has room; when it has not, {@link RequestSink#onWritable()} tells. */
    boolean isWritable();
}

package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.RequestHead;
import io.netty.buffer.ByteBuf;

/** One request on an upstream connection; the mirror image of {@link ServerStream}, with the same rules. */
public interface ClientStream {
    /** @param end whether no body follows */
    void head(RequestHead head, boolean end);

    /** @param data ownership passes */
    void data(ByteBuf data, boolean end);

    /** Ends the request. */
    void trailers(HeaderMap trailers);

    /** Gives the exchange up; its sink hears nothing more. HTTP/1 closes the connection. */
    void reset();

    /** Stops reading the response until {@link #resumeReading}. */
    void pauseReading();

    /** Reads the response on. */
    void resumeReading();

    /** Whether the way up has room; when it has not, {@link ResponseSink#onWritable()} tells. */
    boolean isWritable();

    /** The connection that carries it. */
    ClientConnection connection();
}

package dev.lateen.proxy.http.codec;

import io.netty.channel.ChannelHandler;

/** The codec of one downstream connection. All methods on its event loop. */
public interface ServerConnection extends ChannelHandler {
    /** Takes no new requests, finishes those under way, then closes: {@code Connection: close} or GOAWAY. May be called again. */
    void drain();

    /** Resets responses that were whole when this was called before and that the client still has not taken; an HTTP/1 connection is idle then. */
    default void resetUnsent() {}

    /** The rest of a head has not come in time: answers 408 where nothing else is under way, and closes. */
    void headTimedOut();

    /** Closes at once. */
    void close();
}

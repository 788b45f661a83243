package dev.lateen.proxy.http.codec;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;

/** The codec of one upstream connection. All methods on its event loop. */
public interface ClientConnection extends ChannelHandler {
    /** Whether it multiplexes. */
    boolean isHttp2();

    /** How many more streams it can open now; 0 when it is closed or about to. */
    int capacity();

    /** Opens a stream; only while {@link #capacity()} is above zero. */
    ClientStream open(ResponseSink sink);

    /** Streams under way. */
    int active();

    /** Seconds that the other side promised to keep it open idle ({@code Keep-Alive: timeout=N}); -1 when it said nothing. */
    int keepAliveSeconds();

    /** Its channel. */
    Channel channel();

    /** Opens no more streams and closes once the last one ends. */
    void drain();

    /** Closes at once. */
    void close();

    /** Told by the codec, on the event loop. */
    interface Events {
        /** A stream ended or room was announced: {@link #capacity()} may have grown, or fallen to zero for good. */
        void onCapacity(ClientConnection connection);

        /** It is closed; all sinks have been told. */
        void onClosed(ClientConnection connection);
    }
}

package dev.lateen.proxy.tcp;

import dev.lateen.proxy.http.codec.ClientConnection;
import dev.lateen.proxy.http.codec.ClientStream;
import dev.lateen.proxy.http.codec.CodecLimits;
import dev.lateen.proxy.http.codec.CodecLoop;
import dev.lateen.proxy.http.codec.ResponseSink;
import dev.lateen.proxy.http.codec.StreamReset;
import dev.lateen.proxy.http.pool.CodecChooser;
import dev.lateen.proxy.http.pool.WireProtocol;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import org.jspecify.annotations.Nullable;

/**
 * An upstream side whose bytes are the body of a CONNECT or POST to a proxy, on a connection of its own. Bytes flow once the proxy has answered 2xx (HTTP/2:
 * 200). Lives on one event loop.
 */
final class Tunnel implements Side, ResponseSink, ClientConnection.Events {
    private final TcpRelay relay;
    private final CodecChooser chooser;
    private @Nullable ClientStream stream;
    private @Nullable Outcome waiting;
    private boolean connect;
    private boolean flowing;

    /** Hears once how the proxy answered. */
    interface Outcome {
        void opened();

        /** The connection is closed, or about to be. @param status of the answer; 0 if there was none */
        void refused(int status);
    }

    Tunnel(TcpRelay relay, WireProtocol wire, CodecLoop loop) {
        this.relay = relay;
        this.chooser = new CodecChooser(wire, this, loop, CodecLimits.UPSTREAM);
    }

    /** What is to stand at the end of the connection's pipeline. */
    ChannelHandler codec() {
        return chooser;
    }

    /** Asks, over the connection that stands. */
    void open(RequestHead head, Outcome outcome) {
        ClientConnection codec = chooser.chosen();
        if (codec == null || codec.capacity() == 0) {
            outcome.refused(0);
            return;
        }
        waiting = outcome;
        connect = head.method().equals("CONNECT");
        ClientStream opened = codec.open(this);
        stream = opened;
        opened.head(head, false);
    }

    /** Nobody waits for the answer any more: it is as if the proxy refused. */
    void abandon() {
        Outcome outcome = waiting;
        waiting = null;
        closeAfterWrites(false);
        if (outcome != null) {
            outcome.refused(0);
        }
    }

    // --- the proxy's answer and what follows it

    @Override
    public void onInformational(ResponseHead head) {}

    @Override
    public void onHead(ResponseHead head, boolean end) {
        Outcome outcome = waiting;
        ClientStream answered = stream;
        if (outcome == null || answered == null) {
            return;
        }
        boolean opened = answered.connection().isHttp2() ? head.status() == 200 : head.status() / 100 == 2;
        waiting = null;
        if (opened && !end) {
            flowing = true;
            outcome.opened();
        } else {
            closeAfterWrites(false);
            outcome.refused(head.status());
        }
    }

    @Override
    public void onData(ByteBuf data, boolean end) {
        if (flowing && data.isReadable()) {
            relay.read(false, data);
            relay.readComplete(false);
        } else {
            data.release();
        }
        if (end) {
            ended();
        }
    }

    @Override
    public void onTrailers(HeaderMap trailers) {
        ended();
    }

    /** With its answer the exchange is over: what the client still has to say has no place. */
    private void ended() {
        if (flowing) {
            relay.gone(false);
        }
    }

    @Override
    public void onReset(StreamReset reason) {
        Outcome outcome = waiting;
        waiting = null;
        if (outcome != null) {
            closeAfterWrites(false);
            outcome.refused(0);
        } else if (flowing) {
            relay.cut();
        }
    }

    @Override
    public void onWritable() {
        relay.writabilityChanged(false);
    }

    @Override
    public void onCapacity(ClientConnection connection) {}

    @Override
    public void onClosed(ClientConnection connection) {}

    // --- the relay's bytes

    @Override
    public void write(ByteBuf bytes) {
        if (stream == null) {
            bytes.release();
        } else {
            stream.data(bytes, false);
        }
    }

    /** The codec flushes by itself, after the event loop has handled what it had read. */
    @Override
    public void flush() {}

    @Override
    public boolean isWritable() {
        return stream != null && stream.isWritable();
    }

    @Override
    public void reading(boolean wanted) {
        if (stream == null) {
            return;
        }
        if (wanted) {
            stream.resumeReading();
        } else {
            stream.pauseReading();
        }
    }

    @Override
    public void endAfterWrites() {
        ClientStream open = stream;
        if (open == null) {
            return;
        }
        open.data(Unpooled.EMPTY_BUFFER, true);
        if (connect && !open.connection().isHttp2()) {
            // Nothing but the connection's own end tells of it. The codec's flush stands in the queue before this.
            Channel channel = open.connection().channel();
            channel.eventLoop().execute(() -> HalfClose.afterWrites(channel));
        }
    }

    @Override
    public void closeAfterWrites(boolean reset) {
        ClientStream open = stream;
        if (open == null) {
            return;
        }
        Channel channel = open.connection().channel();
        if (reset && channel.isActive()) {
            ChannelSide.reset(channel);
        } else {
            channel.eventLoop().execute(() -> close(open));
        }
    }

    private static void close(ClientStream open) {
        ClientConnection connection = open.connection();
        if (connection.isHttp2()) {
            connection.drain();
            open.reset();
        } else {
            connection.channel().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }
}

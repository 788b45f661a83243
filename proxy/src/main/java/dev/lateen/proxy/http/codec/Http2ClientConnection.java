package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.tls.TlsSession;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The client side of an HTTP/2 connection, on Netty's frame listener. */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the stream or the channel, which tells
public final class Http2ClientConnection extends Http2ConnectionHandler implements ClientConnection {
    /** Streams opened before the server has said how many it bears. */
    private static final int BEFORE_SETTINGS = 100;

    private static final int LAST_STREAM_ID = Integer.MAX_VALUE - 100;

    private final Events events;
    private final CodecLoop loop;
    private final Http2Connection.PropertyKey key;
    private final long maxStreams;
    private final Http2FrameGuard guard;
    private Http2Floods floods;
    private ChannelHandlerContext ctx;
    private Http2Output output;
    private int streams;
    private StreamReset lostBy = StreamReset.CONNECTION_TERMINATION;
    private boolean settingsReceived;
    private boolean draining;
    private boolean closed;
    private @Nullable KeepAlivePings pings;

    private Http2ClientConnection(
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings settings,
            Http2FrameGuard guard,
            Events events,
            CodecLoop loop,
            CodecLimits limits) {
        super(decoder, encoder, settings);
        this.guard = guard;
        this.events = events;
        this.loop = loop;
        this.maxStreams = limits.maxConcurrentStreams();
        key = connection().newKey();
        decoder.frameListener(new Frames());
        connection().addListener(new Streams());
    }

    /** A connection that has a channel once it was added to a pipeline. */
    public static Http2ClientConnection of(Events events, CodecLoop loop, CodecLimits limits) {
        return new Builder(events, loop, limits).build();
    }

    private static final class Builder extends AbstractHttp2ConnectionHandlerBuilder<Http2ClientConnection, Builder> {
        private final Events events;
        private final CodecLoop loop;
        private final CodecLimits limits;
        private final Http2FrameGuard guard;

        Builder(Events events, CodecLoop loop, CodecLimits limits) {
            this.events = events;
            this.loop = loop;
            this.limits = limits;
            // Resets by a server are answers, be they many; an attack they are not.
            decoderEnforceMaxRstFramesPerWindow(0, 0);
            Http2Parts parts = Http2Parts.of(false, limits);
            guard = parts.guard();
            codec(parts.decoder(), parts.encoder());
            initialSettings(parts.settings());
            gracefulShutdownTimeoutMillis(-1);
        }

        @Override
        protected Http2ClientConnection build() {
            return super.build();
        }

        @Override
        protected Http2ClientConnection build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
            return new Http2ClientConnection(decoder, encoder, settings, guard, events, loop, limits);
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) throws Exception {
        ctx = context;
        floods = new Http2Floods(now());
        output = new Http2Output(this, context, loop, floods, this::writabilityChanged);
        encoder().flowController().listener(this::writabilityChanged);
        guard.count(floods);
        super.handlerAdded(context);
        decoder().flowController().incrementWindowSize(connection().connectionStream(), Http2Parts.UPSTREAM_WINDOW);
        output.flushLater();
    }

    private @Nullable Http2ClientStream stream(int id) {
        Http2Stream stream = connection().stream(id);
        return stream == null ? null : stream.getProperty(key);
    }

    private final class Frames extends Http2FrameAdapter {
        @Override
        public void onHeadersRead(
                ChannelHandlerContext context,
                int id,
                Http2Headers block,
                int dependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean end)
                throws Http2Exception {
            onHeadersRead(context, id, block, padding, end);
        }

        @Override
        public void onHeadersRead(ChannelHandlerContext context, int id, Http2Headers block, int padding, boolean end)
                throws Http2Exception {
            Http2ClientStream open = stream(id);
            if (open != null && !open.headers((Http2InboundHeaders) block, end)) {
                open.lost(StreamReset.PROTOCOL_ERROR);
                throw Http2Exception.streamError(id, Http2Error.PROTOCOL_ERROR, "malformed response");
            }
        }

        @Override
        public int onDataRead(ChannelHandlerContext context, int id, ByteBuf data, int padding, boolean end)
                throws Http2Exception {
            Http2ClientStream open = stream(id);
            return open == null ? data.readableBytes() + padding : open.received(data, padding, end);
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext context, int id, long error) {
            Http2ClientStream open = stream(id);
            if (open != null) {
                open.lost(
                        error == Http2Error.REFUSED_STREAM.code()
                                ? StreamReset.REMOTE_REFUSED
                                : StreamReset.REMOTE_RESET);
            }
        }

        @Override
        public void onPingAckRead(ChannelHandlerContext context, long data) {
            if (pings != null) {
                pings.answered(data);
            }
        }

        @Override
        public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings) {
            settingsReceived = true;
            events.onCapacity(Http2ClientConnection.this);
        }
    }

    private final class Streams extends Http2ConnectionAdapter {
        @Override
        public void onStreamClosed(Http2Stream stream) {
            Http2ClientStream open = stream.getProperty(key);
            if (open != null) {
                Http2Connection.Endpoint<?> local = connection().local();
                boolean refused = connection().goAwayReceived() && stream.id() > local.lastStreamKnownByPeer();
                open.lost(refused ? StreamReset.REMOTE_REFUSED : lostBy);
                if (!closed) {
                    events.onCapacity(Http2ClientConnection.this);
                }
            }
        }

        @Override
        public void onGoAwayReceived(int lastStreamId, long errorCode, ByteBuf debugData) {
            drain();
            events.onCapacity(Http2ClientConnection.this);
        }
    }

    private long now() {
        return ctx.executor().ticker().nanoTime();
    }

    private void writabilityChanged(Http2Stream stream) {
        Http2ClientStream open = stream.getProperty(key);
        if (open != null && output.isWritable(stream)) {
            open.writable();
        }
    }

    @Override
    protected void onStreamError(
            ChannelHandlerContext context, boolean outbound, Throwable cause, Http2Exception.StreamException error) {
        Http2ClientStream open = stream(error.streamId());
        if (open != null && !outbound) {
            open.lost(StreamReset.PROTOCOL_ERROR);
        }
        super.onStreamError(context, outbound, cause, error);
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext context, boolean outbound, Throwable cause, Http2Exception error) {
        lostBy = StreamReset.PROTOCOL_ERROR;
        super.onConnectionError(context, outbound, cause, error);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) throws Exception {
        if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) != null) {
            super.exceptionCaught(context, cause);
        } else {
            TlsSession.keepFailure(context.channel(), cause);
            Http2Parts.close(context, cause);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        closed = true;
        if (pings != null) {
            pings.end();
        }
        output.end();
        super.channelInactive(context);
        events.onClosed(this);
    }

    /** From now on sends a PING each {@code interval}, and closes the connection when one is not answered within {@code timeout}. */
    public void keepAlive(Duration interval, Duration timeout) {
        pings = new KeepAlivePings(ctx, output::ping, interval, timeout);
        pings.begin();
    }

    // --- writing, for the streams

    /** @return the stream, or null when it could not be opened */
    @Nullable
    Http2Stream writeHead(Http2ClientStream opened, Http2Headers headers, boolean end) {
        int id = connection().local().incrementAndGetNextStreamId();
        if (id < 0 || closed) {
            return null;
        }
        Http2Stream stream;
        try {
            stream = connection().local().createStream(id, false);
        } catch (Http2Exception refused) {
            return null;
        }
        stream.setProperty(key, opened);
        floods.opened();
        output.headers(id, headers, end);
        return stream;
    }

    Http2Output output() {
        return output;
    }

    /** Nobody waits for anything of a stream any more. There is room for another once its frames are through as well: the server counts those. */
    void released() {
        streams--;
        if (draining && streams == 0) {
            ctx.executor().execute(this::close);
        }
    }

    /** A stream is over that never came to be. */
    void neverOpened() {
        released();
        if (!closed) {
            events.onCapacity(this);
        }
    }

    // --- ClientConnection

    @Override
    public boolean isHttp2() {
        return true;
    }

    @Override
    public int capacity() {
        if (closed || draining || connection().local().lastStreamCreated() > LAST_STREAM_ID) {
            return 0;
        }
        long allowed = settingsReceived ? connection().local().maxActiveStreams() : BEFORE_SETTINGS;
        int taken = Math.max(streams, connection().local().numActiveStreams());
        return (int) Math.max(0, Math.min(Math.min(allowed, maxStreams), Integer.MAX_VALUE) - taken);
    }

    @Override
    public int active() {
        return streams;
    }

    @Override
    public int keepAliveSeconds() {
        return -1;
    }

    @Override
    public Channel channel() {
        return ctx.channel();
    }

    @Override
    public ClientStream open(ResponseSink sink) {
        streams++;
        return new Http2ClientStream(this, sink);
    }

    @Override
    public void drain() {
        draining = true;
        if (streams == 0) {
            close();
        }
    }

    @Override
    public void close() {
        closed = true;
        output.end();
        ctx.close();
    }
}

package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.http.codec.CodecLoop.Paused;
import dev.lateen.proxy.message.RequestHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The server side of an HTTP/2 connection, on Netty's frame listener. */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the stream or the channel, which tells
public final class Http2ServerConnection extends Http2ConnectionHandler implements ServerConnection, Paused {
    /** Between the two GOAWAYs of a drain: requests on their way meanwhile are still served. */
    private static final long DRAIN_NOTICE_MILLIS = 1000;

    private final ServerEvents events;
    private final CodecLoop loop;
    private final String scheme;
    private final Http2Connection.PropertyKey key;
    private final Http2FrameGuard guard;
    private Http2Floods floods;
    private ChannelHandlerContext ctx;
    private Http2Output output;
    private int streams;
    private boolean paused;
    private boolean draining;
    private boolean closed;

    private Http2ServerConnection(
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings settings,
            Http2FrameGuard guard,
            ServerEvents events,
            CodecLoop loop,
            boolean tls) {
        super(decoder, encoder, settings);
        this.guard = guard;
        this.events = events;
        this.loop = loop;
        this.scheme = tls ? "https" : "http";
        key = connection().newKey();
        decoder.frameListener(new Frames());
        connection().addListener(new Streams());
    }

    /** A connection that serves once it was added to a pipeline. */
    public static Http2ServerConnection of(ServerEvents events, CodecLoop loop, CodecLimits limits, boolean tls) {
        return new Builder(events, loop, limits, tls).build();
    }

    private static final class Builder extends AbstractHttp2ConnectionHandlerBuilder<Http2ServerConnection, Builder> {
        private final ServerEvents events;
        private final CodecLoop loop;
        private final boolean tls;
        private final Http2FrameGuard guard;

        Builder(ServerEvents events, CodecLoop loop, CodecLimits limits, boolean tls) {
            this.events = events;
            this.loop = loop;
            this.tls = tls;
            // Envoy's rule instead: clients may cancel often, if not nearly always.
            decoderEnforceMaxRstFramesPerWindow(0, 0);
            Http2Parts parts = Http2Parts.of(true, limits);
            guard = parts.guard();
            codec(parts.decoder(), parts.encoder());
            initialSettings(parts.settings());
            gracefulShutdownTimeoutMillis(-1);
        }

        @Override
        protected Http2ServerConnection build() {
            return super.build();
        }

        @Override
        protected Http2ServerConnection build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
            return new Http2ServerConnection(decoder, encoder, settings, guard, events, loop, tls);
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) throws Exception {
        ctx = context;
        floods = new Http2Floods(now());
        output = new Http2Output(this, context, loop, floods, this::writabilityChanged);
        encoder().flowController().listener(this::writabilityChanged);
        guard.count(floods);
        guard.stopAt(this::mayStart);
        super.handlerAdded(context);
        decoder().flowController().incrementWindowSize(connection().connectionStream(), Http2Parts.CONNECTION_WINDOW);
        output.flushLater();
    }

    /** Else what was read waits until other connections had their turn, and nothing more is read meanwhile. */
    private boolean mayStart() {
        if (!closed && loop.mayStart()) {
            return true;
        }
        if (!closed && !paused) {
            paused = true;
            ctx.channel().config().setAutoRead(false);
            loop.resumeLater(this);
        }
        return false;
    }

    @Override
    public void resume() {
        paused = false;
        if (closed) {
            return;
        }
        ctx.channel().config().setAutoRead(true);
        try {
            channelRead(ctx, Unpooled.EMPTY_BUFFER);
            channelReadComplete(ctx);
        } catch (Exception e) {
            ctx.fireExceptionCaught(e);
        }
    }

    private @Nullable Http2ServerStream stream(int id) {
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
            Http2InboundHeaders headers = (Http2InboundHeaders) block;
            Http2ServerStream open = stream(id);
            if (open != null) {
                trailers(open, headers, end);
            } else {
                request(id, headers, end);
            }
        }

        private void trailers(Http2ServerStream open, Http2InboundHeaders headers, boolean end) throws Http2Exception {
            if (!headers.valid() || headers.hasPseudo() || !end) {
                throw Http2Exception.streamError(open.id(), Http2Error.PROTOCOL_ERROR, "malformed trailers");
            }
            RequestSink to = open.sink();
            if (to != null) {
                to.onTrailers(TrailerNames.keepAllowed(headers.map()));
            }
        }

        private void request(int id, Http2InboundHeaders headers, boolean end) throws Http2Exception {
            RequestHead head = headers.valid() ? headers.request(scheme) : null;
            if (head == null) {
                if (floods.refusedHead(headers.lines(), now())) {
                    throw Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, "too many header lines");
                }
                throw Http2Exception.streamError(id, Http2Error.PROTOCOL_ERROR, "malformed request head");
            }
            Http2Stream stream = connection().stream(id);
            Http2ServerStream opened = new Http2ServerStream(Http2ServerConnection.this, stream, head.method(), now());
            floods.opened();
            stream.setProperty(key, opened);
            if (streams++ == 0) {
                events.onIdle(false);
            }
            opened.sink(events.onRequest(head, opened, end));
        }

        @Override
        public int onDataRead(ChannelHandlerContext context, int id, ByteBuf data, int padding, boolean end) {
            Http2ServerStream open = stream(id);
            return open == null ? data.readableBytes() + padding : open.received(data, padding, end);
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext context, int id, long error) throws Http2Exception {
            Http2ServerStream open = stream(id);
            if (open != null) {
                boolean flood = floods.reset(now() - open.openedNanos(), open.headSent());
                open.lost(StreamReset.REMOTE_RESET);
                if (flood) {
                    events.onViolation(true);
                    throw Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, "too many premature resets");
                }
            }
        }
    }

    private final class Streams extends Http2ConnectionAdapter {
        @Override
        public void onStreamClosed(Http2Stream stream) {
            Http2ServerStream open = stream.getProperty(key);
            if (open != null) {
                floods.closed();
                open.lost(StreamReset.CONNECTION_TERMINATION);
                if (--streams == 0 && !closed) {
                    events.onIdle(true);
                }
            }
        }
    }

    private void writabilityChanged(Http2Stream stream) {
        Http2ServerStream open = stream.getProperty(key);
        if (open != null && open.sink() != null && output.isWritable(stream)) {
            open.sink().onWritable();
        }
    }

    /** A connection that its peer resets is over, no more. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) throws Exception {
        if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) != null) {
            super.exceptionCaught(context, cause);
        } else {
            Http2Parts.close(context, cause);
        }
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext context, boolean outbound, Throwable cause, Http2Exception error) {
        if (!outbound) {
            events.onViolation(false);
        }
        super.onConnectionError(context, outbound, cause, error);
    }

    /** Making us reset is as cheap as resetting. */
    @Override
    protected void onStreamError(
            ChannelHandlerContext context, boolean outbound, Throwable cause, Http2Exception.StreamException error) {
        super.onStreamError(context, outbound, cause, error);
        boolean large = error instanceof Http2Exception.HeaderListSizeException;
        if (!outbound && (floods.reset(0, false) || large && floods.refusedHead(Http2Floods.LARGE_HEAD, now()))) {
            events.onViolation(true);
            onError(context, false, Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, "too many errors"));
        }
    }

    private long now() {
        return ctx.executor().ticker().nanoTime();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        closed = true;
        output.end();
        super.channelInactive(context);
        events.onClosed();
    }

    // --- writing

    void writeHeaders(Http2Stream stream, Http2Headers headers, boolean end) {
        stopRequest(stream, end, output.headers(stream.id(), headers, end));
    }

    void writeData(Http2Stream stream, ByteBuf data, boolean end) {
        stopRequest(stream, end, output.data(stream, data, end));
    }

    /** After a response that did not wait for its request's end, the client is told to stop sending (RFC 9113 section 8.1). */
    private void stopRequest(Http2Stream stream, boolean end, ChannelFuture written) {
        if (end && stream.state().remoteSideOpen()) {
            written.addListener(done -> {
                if (done.isSuccess() && stream.state().remoteSideOpen()) {
                    output.reset(stream, Http2Error.NO_ERROR);
                }
            });
        }
    }

    Http2Output output() {
        return output;
    }

    // --- ServerConnection

    @Override
    public void drain() {
        if (draining || closed) {
            return;
        }
        draining = true;
        goAway(ctx, Integer.MAX_VALUE, Http2Error.NO_ERROR.code(), Unpooled.EMPTY_BUFFER, ctx.newPromise());
        flush(ctx);
        ctx.executor().schedule(this::finishDrain, DRAIN_NOTICE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void finishDrain() {
        if (!closed) {
            try {
                close(ctx, ctx.newPromise());
            } catch (Exception impossible) {
                ctx.close();
            }
        }
    }

    @Override
    public void resetUnsent() {
        if (closed || streams == 0) {
            return;
        }
        List<Http2ServerStream> stuck = new ArrayList<>(0);
        try {
            connection().forEachActiveStream(stream -> {
                Http2ServerStream open = stream.getProperty(key);
                if (open != null && open.unsentAgain()) {
                    stuck.add(open);
                }
                return true;
            });
        } catch (Http2Exception impossible) {
            throw new IllegalStateException(impossible);
        }
        stuck.forEach(Http2ServerStream::abandon);
    }

    @Override
    public void headTimedOut() {
        ctx.close();
    }

    @Override
    public void close() {
        ctx.close();
    }
}

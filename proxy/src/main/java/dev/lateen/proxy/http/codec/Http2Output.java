package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.http.codec.CodecLoop.Flushable;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.function.Consumer;

/** What an HTTP/2 connection writes, either side: frames that are flushed together at the end of a turn of its event loop. Lives on that loop. */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the stream or the channel, which tells
final class Http2Output implements Flushable {
    private final Http2ConnectionHandler handler;
    private final ChannelHandlerContext ctx;
    private final CodecLoop loop;
    private final Http2Floods floods;
    private final Http2Unsent unsent;
    private boolean queued;
    private boolean ended;

    /** @param writable tells a stream that it may be written to, if it may */
    Http2Output(
            Http2ConnectionHandler handler,
            ChannelHandlerContext ctx,
            CodecLoop loop,
            Http2Floods floods,
            Consumer<Http2Stream> writable) {
        this.handler = handler;
        this.ctx = ctx;
        this.loop = loop;
        this.floods = floods;
        this.unsent = new Http2Unsent(loop, handler.connection(), writable);
    }

    ChannelFuture headers(int stream, Http2Headers headers, boolean end) {
        ChannelFuture written = handler.encoder().writeHeaders(ctx, stream, headers, 0, end, ctx.newPromise());
        flushLater();
        return written;
    }

    /** @param data ownership passes */
    ChannelFuture data(Http2Stream stream, ByteBuf data, boolean end) {
        int bytes = data.readableBytes();
        floods.sent(bytes);
        ChannelFuture written = handler.encoder().writeData(ctx, stream.id(), data, 0, end, ctx.newPromise());
        unsent.add(bytes, written);
        flushLater();
        return written;
    }

    void reset(Http2Stream stream, Http2Error error) {
        if (!ended) {
            handler.resetStream(ctx, stream.id(), error.code(), ctx.newPromise());
            flushLater();
        }
    }

    void ping() {
        handler.encoder().writePing(ctx, false, KeepAlivePings.PAYLOAD, ctx.newPromise());
        flushLater();
    }

    /** So many bytes of a stream were read and are held no longer: its peer may send as many more. */
    void consume(Http2Stream stream, int bytes) {
        try {
            if (!ended && handler.decoder().flowController().consumeBytes(stream, bytes)) {
                flushLater();
            }
        } catch (Http2Exception error) {
            handler.onError(ctx, false, error);
        }
    }

    boolean isWritable(Http2Stream stream) {
        return handler.encoder().flowController().isWritable(stream) && unsent.hasRoom();
    }

    void flushLater() {
        if (!queued) {
            queued = true;
            loop.flushLater(this);
        }
    }

    @Override
    public void flushNow() {
        queued = false;
        handler.flush(ctx);
        unsent.flushed(ctx);
    }

    /** The connection is closed. */
    void end() {
        ended = true;
        unsent.end();
    }
}

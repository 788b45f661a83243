package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.message.RequestHead;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * The server side of an HTTP/1 connection: one exchange at a time; what a client pipelines waits, bounded, and is answered in order. Bytes of
 * a request are never taken for another's: after anything doubtful the connection is closed.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel, which tells
public final class Http1ServerConnection extends ChannelInboundHandlerAdapter implements ServerConnection {
    private enum Reading {
        HEAD,
        BODY,
        /** The request is whole, its response is not. */
        WAITING,
        /** Nothing more is understood; what comes is dropped. */
        DISCARD
    }

    /** How much of pipelined requests is kept before reading stops. */
    private static final int PIPELINED = 64 * 1024;

    private static final int PIPELINED_WHEN_SHORT = 4 * 1024;

    private final ServerEvents events;
    private final CodecLoop loop;
    private final String scheme;
    private final boolean trailers;
    private final HeadReader heads;
    private final Http1HeadParser parser;
    private final Http1RequestBody request;

    private ChannelHandlerContext ctx;
    private Http1Writer writer;
    private Http1ServerStream stream;
    private Reading reading = Reading.HEAD;
    private @Nullable ByteBuf pending;
    private boolean processing;
    private boolean partialTold;
    private boolean draining;
    private boolean closing;
    private boolean paused;

    /**
     * @param tls whether the connection is encrypted, which decides the scheme of its requests
     * @param trailers whether trailers are passed on, both ways, or dropped
     */
    public Http1ServerConnection(
            ServerEvents events, CodecLoop loop, CodecLimits limits, boolean tls, boolean trailers) {
        this.events = events;
        this.loop = loop;
        this.scheme = tls ? "https" : "http";
        this.trailers = trailers;
        heads = new HeadReader(limits.maxHeadBytes(), "http1.headers_too_large");
        parser = new Http1HeadParser(limits.maxHeaders());
        request = new Http1RequestBody(limits, trailers);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        writer = new Http1Writer(context, loop, this::writable);
        stream = new Http1ServerStream(this, writer, loop, trailers);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf in)) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (pending != null) {
            in = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(context.alloc(), pending, in);
            pending = null;
        }
        process(in);
    }

    /** @param in ownership passes */
    private void process(ByteBuf in) {
        processing = true;
        try {
            int before;
            Reading was;
            do {
                before = in.readableBytes();
                was = reading;
                step(in);
            } while (in.isReadable() && (in.readableBytes() < before || reading != was));
        } catch (MalformedMessage error) {
            malformed(error);
        } finally {
            processing = false;
        }
        if (in.isReadable() && reading != Reading.DISCARD) {
            pending = in;
            if (in.readableBytes() > PIPELINED_WHEN_SHORT && loop.memoryShort()) {
                // Too much is pipelined for the memory that is left.
                ctx.close();
            }
        } else {
            in.release();
        }
        if (reading == Reading.HEAD && !heads.isEmpty() && !partialTold) {
            partialTold = true;
            events.onPartialHead();
        }
        readOrNot();
    }

    private void processPending() {
        ByteBuf rest = pending;
        if (rest != null && !processing) {
            pending = null;
            process(rest);
        }
    }

    private void step(ByteBuf in) throws MalformedMessage {
        switch (reading) {
            case HEAD -> {
                if (!isWritable()) {
                    // A client that does not read its answers gets no further ones.
                    return;
                }
                if (heads.isEmpty() && in.isReadable() && !HeadReader.beginsHead(in.getByte(in.readerIndex()))) {
                    // TLS on a port for plain text, say: waiting for a line would never end.
                    throw MalformedMessage.codec();
                }
                if (heads.read(in, true)) {
                    begin();
                }
            }
            case BODY -> {
                request.decode(in);
                if (reading == Reading.BODY && request.ended()) {
                    reading = Reading.WAITING;
                }
            }
            case WAITING -> {}
            case DISCARD -> in.skipBytes(in.readableBytes());
        }
    }

    private void begin() throws MalformedMessage {
        RequestHead head = parser.request(heads.bytes(), heads.start(), heads.end(), scheme);
        heads.reset();
        partialTold = false;
        stream.begin(head, parser.keepAlive() && !draining);
        request.begin(head, parser.lines(), stream.tunnelAsked());
        reading = request.ended() ? Reading.WAITING : Reading.BODY;
        events.onIdle(false);
        RequestSink taken = events.onRequest(head, stream, request.ended());
        if (stream.active()) {
            request.to(taken);
        }
    }

    private void malformed(MalformedMessage error) {
        reading = Reading.DISCARD;
        request.drop();
        if (stream.active()) {
            // A broken body: its taker may still answer, but nothing after it can be understood.
            RequestSink broken = request.leave();
            if (broken != null) {
                broken.onReset(StreamReset.PROTOCOL_ERROR);
            }
            if (stream.active()) {
                abort();
            }
            return;
        }
        request.beginMalformed();
        stream.beginMalformed();
        events.onIdle(false);
        events.onMalformed(error, stream);
    }

    /** Reading goes on unless the request's taker is slow or a client pipelines far ahead. */
    private void readOrNot() {
        boolean ahead = pending != null && pending.readableBytes() > PIPELINED;
        boolean unread = pending != null && reading == Reading.HEAD && !isWritable();
        boolean read = !ahead && !unread && !(paused && reading == Reading.BODY);
        if (ctx.channel().config().isAutoRead() != read) {
            ctx.channel().config().setAutoRead(read);
        }
    }

    /** The stream has written the last of its response. */
    void responseEnded() {
        boolean reusable = stream.keepAlive() && request.ended() && !stream.tunnel();
        if (!reusable) {
            finish();
            return;
        }
        stream.deactivate();
        request.leave();
        paused = false;
        reading = Reading.HEAD;
        events.onIdle(true);
        if (draining) {
            drain();
        } else if (pending != null) {
            processPending();
        } else if (!processing) {
            readOrNot();
        }
    }

    /** The exchange was the last one: lets the client read what was sent, then closes. */
    private void finish() {
        boolean whole = request.ended() || stream.tunnel();
        stream.deactivate();
        request.leave();
        paused = false;
        request.drop();
        events.onIdle(true);
        closeGently(whole && pending == null);
    }

    /** @param now whether nothing unread can make the system reset the connection before the client has read the answer */
    private void closeGently(boolean now) {
        if (closing) {
            return;
        }
        closing = true;
        reading = Reading.DISCARD;
        readOrNot();
        writer.finish(now);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        reading = Reading.DISCARD;
        closing = true;
        request.drop();
        writer.release();
        if (pending != null && !processing) {
            pending.release();
            pending = null;
        }
        if (stream.active()) {
            stream.deactivate();
            RequestSink left = request.leave();
            if (left != null) {
                left.onReset(StreamReset.CONNECTION_TERMINATION);
            }
        }
        events.onClosed();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            context.close();
            return;
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        writable();
    }

    private void writable() {
        RequestSink to = request.sink();
        if (to != null && isWritable()) {
            to.onWritable();
        }
        if (reading == Reading.HEAD && isWritable()) {
            processPending();
        }
    }

    @Override
    public void drain() {
        draining = true;
        if (stream.active()) {
            stream.closeAfter();
        } else if (heads.isEmpty() && pending == null) {
            closeGently(true);
        } else {
            processPending();
        }
    }

    @Override
    public void headTimedOut() {
        malformed(MalformedMessage.late("request_header_timeout"));
    }

    @Override
    public void close() {
        ctx.close();
    }

    /** Ends the connection in the middle of a response. */
    void abort() {
        stream.deactivate();
        request.leave();
        request.drop();
        reading = Reading.DISCARD;
        closing = true;
        writer.flushNow();
        ctx.close();
    }

    /** Ends the connection because an answer is not as long as it says. */
    void misframed() {
        RequestSink to = request.sink();
        abort();
        if (to != null) {
            to.onReset(StreamReset.LOCAL_RESET);
        }
    }

    void pause(boolean pause) {
        paused = pause;
        readOrNot();
    }

    boolean requestEnded() {
        return request.ended();
    }

    boolean isWritable() {
        return writer.isWritable();
    }
}

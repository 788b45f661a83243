package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.HttpGrammar;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.tls.TlsSession;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/** The client side of an HTTP/1 connection and the stream of its one exchange at a time. */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel, which tells
public final class Http1ClientConnection extends ChannelInboundHandlerAdapter
        implements ClientConnection, ClientStream {
    /** Envoy sends an HTTP/1 server none either, unless its cluster says that it bears them. */
    private static final HeaderMap NO_TRAILERS = new HeaderMap(1);

    private final Events events;
    private final CodecLoop loop;
    private final HeadReader heads;
    private final Http1HeadParser parser;
    private final Http1Body body;
    private final Http1Asked asked = new Http1Asked();
    private final BodySink bodySink = new ResponseBody();

    private ChannelHandlerContext ctx;
    private Http1Writer writer;
    private @Nullable ResponseSink sink;
    private boolean closed;
    private boolean cut;
    private boolean draining;
    private boolean requestEnded;
    private boolean responseHead;
    private boolean reusable;
    private int keepAliveSeconds = -1;

    /** A connection that has a channel once it was added to a pipeline. */
    public Http1ClientConnection(Events events, CodecLoop loop, CodecLimits limits) {
        this.events = events;
        this.loop = loop;
        heads = new HeadReader(limits.maxHeadBytes(), "http1.headers_too_large");
        parser = new Http1HeadParser(limits.maxHeaders());
        body = new Http1Body(limits);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        writer = new Http1Writer(context, loop, this::writable);
    }

    @Override
    public boolean isHttp2() {
        return false;
    }

    @Override
    public int capacity() {
        return sink == null && !closed && !draining ? 1 : 0;
    }

    @Override
    public int active() {
        return sink == null ? 0 : 1;
    }

    @Override
    public int keepAliveSeconds() {
        return keepAliveSeconds;
    }

    @Override
    public Channel channel() {
        return ctx.channel();
    }

    @Override
    public ClientStream open(ResponseSink responses) {
        sink = responses;
        requestEnded = false;
        responseHead = false;
        reusable = true;
        return this;
    }

    @Override
    public void drain() {
        draining = true;
        if (sink == null) {
            close();
        }
    }

    @Override
    public void close() {
        closed = true;
        ctx.close();
    }

    @Override
    public ClientConnection connection() {
        return this;
    }

    // --- the request

    @Override
    public void head(RequestHead head, boolean end) {
        if (sink == null) {
            return;
        }
        if (!HttpGrammar.isRequest(head)) {
            fail(StreamReset.PROTOCOL_ERROR);
            return;
        }
        asked.write(head, end, loop.scratch(), writer);
        requestEnded = end;
    }

    @Override
    public void data(ByteBuf data, boolean end) {
        if (sink == null || requestEnded) {
            data.release();
            return;
        }
        requestEnded = end;
        if (!writer.data(data, end)) {
            fail(StreamReset.PROTOCOL_ERROR);
        }
    }

    @Override
    public void trailers(HeaderMap trailers) {
        if (sink != null && !requestEnded) {
            requestEnded = true;
            if (!writer.trailers(NO_TRAILERS)) {
                fail(StreamReset.PROTOCOL_ERROR);
            }
        }
    }

    @Override
    public void reset() {
        sink = null;
        body.none();
        close();
    }

    @Override
    public void pauseReading() {
        if (sink != null) {
            ctx.channel().config().setAutoRead(false);
        }
    }

    @Override
    public void resumeReading() {
        if (!ctx.channel().config().isAutoRead()) {
            ctx.channel().config().setAutoRead(true);
        }
    }

    @Override
    public boolean isWritable() {
        return writer.isWritable();
    }

    // --- the response

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf in)) {
            ReferenceCountUtil.release(message);
            return;
        }
        try {
            while (in.isReadable()) {
                if (sink == null) {
                    // Nobody asked: whatever this is, no request may get it as its response.
                    close();
                    return;
                }
                if (responseHead) {
                    body.decode(in, bodySink);
                } else if (heads.read(in, false)) {
                    begin();
                }
            }
        } catch (MalformedMessage error) {
            fail(StreamReset.PROTOCOL_ERROR);
        } finally {
            in.release();
        }
    }

    private void begin() throws MalformedMessage {
        ResponseSink to = sink;
        ResponseHead head = parser.response(heads.bytes(), heads.start(), heads.end());
        heads.reset();
        int status = head.status();
        if (to == null) {
            return;
        }
        asked.check(status, parser.lines());
        if (status / 100 == 1 && status != 101) {
            to.onInformational(head);
            return;
        }
        responseHead = true;
        reusable &= parser.keepAlive();
        CharSequence promise = parser.lines().keepAlive();
        if (promise != null) {
            keepAliveSeconds = Http1HeadParser.keepAliveSeconds(promise);
        }
        asked.begin(status, parser.lines(), body);
        reusable &= !body.untilClose();
        boolean end = body.done();
        if (end) {
            finish();
        }
        to.onHead(head, end);
        if (end) {
            released();
        }
    }

    private final class ResponseBody implements BodySink {
        @Override
        public void onData(ByteBuf data, boolean end) {
            ResponseSink to = sink;
            if (end) {
                finish();
            }
            if (to == null) {
                data.release();
            } else {
                to.onData(data, end);
            }
            if (end) {
                released();
            }
        }

        @Override
        public void onTrailers(HeaderMap trailers) {
            ResponseSink to = sink;
            finish();
            if (to != null) {
                to.onTrailers(trailers);
            }
            released();
        }
    }

    /** The response is whole. The connection can be used again if the request is, too, and nobody said otherwise. */
    private void finish() {
        sink = null;
        if (!reusable || !requestEnded || draining) {
            draining = true;
        }
        resumeReading();
    }

    private void released() {
        if (draining) {
            close();
        }
        events.onCapacity(this);
    }

    private void fail(StreamReset reason) {
        ResponseSink to = sink;
        sink = null;
        body.none();
        close();
        if (to != null) {
            to.onReset(reason);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        closed = true;
        writer.release();
        ResponseSink to = sink;
        sink = null;
        if (to != null) {
            if (responseHead && body.untilClose()) {
                to.onData(Unpooled.EMPTY_BUFFER, true);
            } else {
                to.onReset(lostBy());
            }
        }
        events.onClosed(this);
    }

    /** Who ends a message in its middle breaks the protocol; who resets the connection, or has not begun, only ends that. */
    private StreamReset lostBy() {
        boolean begun = responseHead || !heads.isEmpty();
        return begun && !cut ? StreamReset.PROTOCOL_ERROR : StreamReset.CONNECTION_TERMINATION;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        TlsSession.keepFailure(context.channel(), cause);
        cut = true;
        close();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        writable();
    }

    private void writable() {
        ResponseSink to = sink;
        if (to != null && isWritable()) {
            to.onWritable();
        }
    }
}

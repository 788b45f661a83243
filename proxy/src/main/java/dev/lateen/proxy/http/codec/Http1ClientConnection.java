package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.http.codec.Http1Writer.Framing;
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
    private static final byte[] NOTHING = {};

    /** Envoy sends an HTTP/1 server none either, unless its cluster says that it bears them. */
    private static final HeaderMap NO_TRAILERS = new HeaderMap(1);

    private static final byte[] UPGRADE = Http1Writer.ascii("connection: Upgrade\r\n");
    private static final byte[] VERSION = Http1Writer.ascii(" HTTP/1.1\r\n");

    private final Events events;
    private final CodecLoop loop;
    private final HeadReader heads;
    private final Http1HeadParser parser;
    private final Http1Body body;
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
    private boolean headRequest;
    private boolean connect;
    private boolean upgrade;
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
        headRequest = head.method().equals("HEAD");
        connect = head.method().equals("CONNECT");
        upgrade = head.headers().contains("upgrade");
        HeadBytes bytes = loop.scratch();
        bytes.text(head.method());
        bytes.space();
        bytes.text(connect ? head.authority() : head.path());
        bytes.raw(VERSION);
        bytes.header("host", head.authority());
        writer.head(bytes, head.headers(), upgrade ? UPGRADE : NOTHING, framing(head, end));
        requestEnded = end;
    }

    private Framing framing(RequestHead head, boolean end) {
        if (connect || upgrade) {
            return Framing.UNTIL_CLOSE;
        }
        long length = Http1Writer.length(head.headers());
        if (!end) {
            return length >= 0 ? Framing.LENGTH : Framing.CHUNKED;
        }
        if (length >= 0) {
            return length == 0 ? Framing.LENGTH : Framing.EMPTY;
        }
        return switch (head.method()) {
            case "GET", "HEAD", "DELETE", "TRACE" -> Framing.BODYLESS;
            // A body could be expected: told that there is none (RFC 9110 section 8.6).
            default -> Framing.EMPTY;
        };
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
        if (status < 200 || status == 204) {
            checkBodyless();
        }
        if (status / 100 == 1 && status != 101) {
            to.onInformational(head);
            return;
        }
        if (status == 101 && !upgrade) {
            throw MalformedMessage.codec();
        }
        responseHead = true;
        reusable &= parser.keepAlive();
        CharSequence promise = parser.lines().keepAlive();
        if (promise != null) {
            keepAliveSeconds = Http1HeadParser.keepAliveSeconds(promise);
        }
        boolean end = frame(status);
        if (end) {
            finish();
        }
        to.onHead(head, end);
        if (end) {
            released();
        }
    }

    /** An answer that never has a body may not say how long it is; a length of nothing is borne, and dropped. */
    private void checkBodyless() throws MalformedMessage {
        if (parser.lines().hasTransferEncoding() || parser.lines().contentLength() > 0) {
            throw MalformedMessage.codec();
        }
        parser.lines().headers().remove("content-length");
    }

    /** @return whether the response ends with its head (RFC 9112 section 6.3) */
    private boolean frame(int status) {
        if (status == 101 || connect && status / 100 == 2) {
            reusable = false;
            parser.lines().headers().remove("content-length");
            body.untilConnectionEnds();
            return false;
        }
        long length = parser.lines().contentLength();
        if (headRequest
                || status == 204
                || status == 304
                || length == 0 && !parser.lines().chunked()) {
            body.none();
            return true;
        }
        if (parser.lines().chunked()) {
            body.chunked();
        } else if (length > 0) {
            body.fixed(length);
        } else {
            reusable = false;
            body.untilConnectionEnds();
        }
        return false;
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

package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.RequestHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/** What follows the head of an HTTP/1 request, and who takes it. One for a connection, used again for each request; lives on its event loop. */
final class Http1RequestBody implements BodySink {
    private final Http1Body body;
    private final boolean trailers;
    private @Nullable RequestSink sink;
    private boolean ended;

    /** @param trailers whether trailers are passed on or dropped */
    Http1RequestBody(CodecLimits limits, boolean trailers) {
        this.body = new Http1Body(limits);
        this.trailers = trailers;
    }

    /** Begins the body that a head tells of. @param lines what its lines say of it @param tunnel whether the request asks for another protocol */
    void begin(RequestHead head, HeaderLines lines, boolean tunnel) {
        ended = false;
        if (tunnel) {
            // What follows belongs to the other protocol, if it is agreed on; until then it is passed on as it comes.
            head.headers().remove("content-length");
            body.untilConnectionEnds();
        } else if (lines.chunked()) {
            body.chunked();
        } else if (lines.contentLength() > 0) {
            body.fixed(lines.contentLength());
        } else {
            body.none();
            ended = true;
        }
    }

    /** Begins a request that can't be understood, of which nothing follows. */
    void beginMalformed() {
        ended = false;
        body.none();
    }

    void decode(ByteBuf in) throws MalformedMessage {
        body.decode(in, this);
    }

    void to(RequestSink taker) {
        sink = taker;
    }

    /** Nobody takes anything from now on. @return who did */
    @Nullable
    RequestSink leave() {
        RequestSink left = sink;
        sink = null;
        return left;
    }

    /** Who takes it; null when nobody does. */
    @Nullable
    RequestSink sink() {
        return sink;
    }

    /** Whether the request is whole. */
    boolean ended() {
        return ended;
    }

    /** Drops what was not decoded yet. */
    void drop() {
        body.none();
    }

    @Override
    public void onData(ByteBuf data, boolean end) {
        ended |= end;
        RequestSink to = sink;
        if (to == null) {
            data.release();
        } else {
            to.onData(data, end);
        }
    }

    @Override
    public void onTrailers(HeaderMap lines) {
        if (!trailers) {
            onData(Unpooled.EMPTY_BUFFER, true);
            return;
        }
        ended = true;
        RequestSink to = sink;
        if (to != null) {
            to.onTrailers(lines);
        }
    }
}

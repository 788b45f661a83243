package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.HttpGrammar;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/** One request on an HTTP/2 connection. */
final class Http2ClientStream implements ClientStream {
    private final Http2ClientConnection connection;
    private @Nullable ResponseSink sink;
    private @Nullable Http2Stream stream;
    private boolean requestEnded;
    private boolean headRequest;
    private boolean headReceived;
    private boolean bodyless;

    /** Whether its head tells of a body of which nothing has come. */
    private boolean bodyDue;

    private boolean paused;
    private int unconsumed;

    Http2ClientStream(Http2ClientConnection connection, ResponseSink sink) {
        this.connection = connection;
        this.sink = sink;
    }

    @Override
    public ClientConnection connection() {
        return connection;
    }

    @Override
    public void head(RequestHead head, boolean end) {
        if (sink == null || stream != null) {
            return;
        }
        if (!HttpGrammar.isRequest(head)) {
            lost(StreamReset.PROTOCOL_ERROR);
            return;
        }
        requestEnded = end;
        headRequest = head.method().equals("HEAD");
        stream = connection.writeHead(this, Http2OutboundHeaders.request(head), end);
        if (stream == null) {
            lost(StreamReset.REMOTE_REFUSED);
        }
    }

    @Override
    public void data(ByteBuf data, boolean end) {
        Http2Stream to = stream;
        if (sink == null || to == null || requestEnded) {
            data.release();
            return;
        }
        requestEnded = end;
        connection.output().data(to, data, end);
    }

    @Override
    public void trailers(HeaderMap trailers) {
        Http2Stream to = stream;
        if (sink != null && to != null && !requestEnded) {
            requestEnded = true;
            if (trailers.size() == 0) {
                connection.output().data(to, Unpooled.EMPTY_BUFFER, true);
            } else {
                connection.output().headers(to.id(), Http2OutboundHeaders.trailers(trailers), true);
            }
        }
    }

    @Override
    public void reset() {
        if (sink != null) {
            sink = null;
            if (stream == null) {
                connection.neverOpened();
            } else {
                connection.released();
                connection.output().reset(stream, Http2Error.CANCEL);
            }
        }
    }

    @Override
    public void pauseReading() {
        paused = true;
    }

    @Override
    public void resumeReading() {
        paused = false;
        Http2Stream from = stream;
        if (unconsumed > 0 && from != null) {
            int bytes = unconsumed;
            unconsumed = 0;
            connection.output().consume(from, bytes);
        }
    }

    @Override
    public boolean isWritable() {
        return stream != null && connection.output().isWritable(stream);
    }

    private int id() {
        return stream == null ? 0 : stream.id();
    }

    // --- the response

    void writable() {
        ResponseSink to = sink;
        if (to != null) {
            to.onWritable();
        }
    }

    /** @return false when it breaks the protocol */
    boolean headers(Http2InboundHeaders headers, boolean end) {
        ResponseSink to = sink;
        if (to == null) {
            return true;
        }
        if (!headers.valid()) {
            return false;
        }
        if (headReceived) {
            if (headers.hasPseudo() || !end || bodyDue) {
                return false;
            }
            finish();
            to.onTrailers(TrailerNames.keepAllowed(headers.map()));
            return true;
        }
        ResponseHead head = headers.response();
        if (head == null || head.status() == 101) {
            return false;
        }
        if (head.status() / 100 == 1) {
            to.onInformational(head);
            return true;
        }
        headReceived = true;
        bodyless = headRequest || HttpGrammar.isBodyless(head.status());
        bodyDue = !bodyless && headers.length() > 0;
        if (end && bodyDue) {
            return false;
        }
        if (end) {
            finish();
        }
        to.onHead(head, end);
        return true;
    }

    /** @return how many bytes the flow-control window may grow by now */
    int received(ByteBuf data, int padding, boolean end) throws Http2Exception {
        int bytes = data.readableBytes() + padding;
        ResponseSink to = sink;
        if (to == null) {
            return bytes;
        }
        bodyDue &= !data.isReadable();
        if (bodyless && data.isReadable() || bodyDue && end) {
            throw Http2Exception.streamError(id(), Http2Error.PROTOCOL_ERROR, "body not as its head says");
        }
        if (end) {
            finish();
        }
        to.onData(data.retain(), end);
        if (paused && !end && sink != null) {
            unconsumed += bytes;
            return 0;
        }
        return bytes;
    }

    private void finish() {
        sink = null;
        connection.released();
        if (!requestEnded && stream != null) {
            // The answer is whole; what is left of the request is of no use to the server.
            connection.output().reset(stream, Http2Error.CANCEL);
        }
    }

    /** The stream is gone, by reset or with its connection. */
    void lost(StreamReset reason) {
        ResponseSink to = sink;
        if (to != null) {
            sink = null;
            if (stream == null) {
                connection.neverOpened();
            } else {
                connection.released();
            }
            to.onReset(reason);
        }
    }
}

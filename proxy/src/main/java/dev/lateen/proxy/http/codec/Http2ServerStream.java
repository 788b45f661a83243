package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.HttpGrammar;
import dev.lateen.proxy.message.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/** The response side of one HTTP/2 stream of a server connection. */
final class Http2ServerStream implements ServerStream {
    /** So many frames of a body that waits are no matter, however small. */
    private static final int WAITING_FRAMES = 1024;

    /** Beyond them, smaller ones cost more memory than the window says. */
    private static final int SMALL_FRAME = 64;

    private final Http2ServerConnection connection;
    private final Http2Stream stream;
    private final boolean headRequest;
    private final long openedNanos;
    private @Nullable RequestSink sink;
    private boolean headSent;
    private boolean bodyless;
    private boolean ended;
    private boolean paused;
    private boolean unsent;
    private int unconsumed;
    private int waitingFrames;

    Http2ServerStream(Http2ServerConnection connection, Http2Stream stream, String method, long openedNanos) {
        this.connection = connection;
        this.stream = stream;
        this.headRequest = method.equals("HEAD");
        this.openedNanos = openedNanos;
    }

    int id() {
        return stream.id();
    }

    long openedNanos() {
        return openedNanos;
    }

    boolean headSent() {
        return headSent;
    }

    /** Whether its response is whole but not sent yet, as it was when this was asked before. */
    boolean unsentAgain() {
        boolean before = unsent;
        unsent = ended;
        return before;
    }

    /** Gives up a response that the client does not read. */
    void abandon() {
        connection.output().reset(stream, Http2Error.CANCEL);
    }

    void sink(RequestSink taker) {
        if (!ended) {
            sink = taker;
        }
    }

    @Nullable
    RequestSink sink() {
        return sink;
    }

    /** @return how many bytes the flow-control window may grow by now */
    int received(ByteBuf data, int padding, boolean end) {
        int bytes = data.readableBytes() + padding;
        RequestSink to = sink;
        if (to != null) {
            to.onData(data.retain(), end);
        }
        if (paused && sink != null) {
            unconsumed += bytes;
            if (++waitingFrames > WAITING_FRAMES && unconsumed < (long) waitingFrames * SMALL_FRAME) {
                lost(StreamReset.LOCAL_RESET);
                connection.output().reset(stream, Http2Error.ENHANCE_YOUR_CALM);
            }
            return 0;
        }
        return bytes;
    }

    /** The stream is gone, by reset or with its connection. */
    void lost(StreamReset reason) {
        RequestSink to = sink;
        sink = null;
        if (!ended && to != null) {
            ended = true;
            to.onReset(reason);
        }
        ended = true;
    }

    @Override
    public void informational(ResponseHead head) {
        if (!ended && !headSent) {
            connection.writeHeaders(stream, Http2OutboundHeaders.response(head), false);
        }
    }

    @Override
    public void head(ResponseHead head, boolean end) {
        if (ended || headSent) {
            return;
        }
        headSent = true;
        bodyless = headRequest || HttpGrammar.isBodyless(head.status());
        if (bodyless && !headRequest && head.status() != 304) {
            head.headers().remove("content-length");
        }
        if (end) {
            end();
        }
        connection.writeHeaders(stream, Http2OutboundHeaders.response(head), end);
    }

    @Override
    public void data(ByteBuf data, boolean end) {
        if (ended || !headSent) {
            data.release();
            return;
        }
        if (bodyless && data.isReadable()) {
            // Whoever made it: such an answer has no body.
            data.release();
            if (end) {
                data(Unpooled.EMPTY_BUFFER, true);
            }
            return;
        }
        if (end) {
            end();
        }
        connection.writeData(stream, data, end);
    }

    @Override
    public void trailers(HeaderMap trailers) {
        if (ended || !headSent) {
            return;
        }
        end();
        if (trailers.size() == 0) {
            connection.writeData(stream, Unpooled.EMPTY_BUFFER, true);
        } else {
            connection.writeHeaders(stream, Http2OutboundHeaders.trailers(trailers), true);
        }
    }

    private void end() {
        ended = true;
        sink = null;
        resumeReading();
    }

    @Override
    public void closeAfter() {}

    @Override
    public void reset(StreamReset reason) {
        if (!ended) {
            ended = true;
            sink = null;
            Http2Error error = switch (reason) {
                case PROTOCOL_ERROR -> Http2Error.PROTOCOL_ERROR;
                case REMOTE_REFUSED -> Http2Error.REFUSED_STREAM;
                case CONNECTION_TERMINATION, REMOTE_RESET, LOCAL_RESET -> Http2Error.INTERNAL_ERROR;
            };
            connection.output().reset(stream, error);
        }
    }

    @Override
    public void pauseReading() {
        paused = true;
    }

    @Override
    public void resumeReading() {
        paused = false;
        waitingFrames = 0;
        if (unconsumed > 0) {
            int bytes = unconsumed;
            unconsumed = 0;
            connection.output().consume(stream, bytes);
        }
    }

    /** What is held stays out of the windows, so pausing costs nothing. */
    @Override
    public int holdLimit() {
        return 0;
    }

    @Override
    public boolean isWritable() {
        return connection.output().isWritable(stream);
    }
}

package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.transport.MemoryLevel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A server side that writes down what its codec tells, on an embedded channel. */
final class RecordingServer implements ServerEvents {
    final List<Request> requests = new ArrayList<>();
    final EmbeddedChannel channel = new EmbeddedChannel();
    final Http1ServerConnection codec;

    @Nullable
    MalformedMessage error;

    @Nullable
    ServerStream stream;

    boolean answerAtOnce;
    boolean closed;
    int partialHeads;

    /** A request as it was heard. */
    static final class Request implements RequestSink {
        final RequestHead head;
        final StringBuilder body = new StringBuilder();
        boolean ended;
        int writable;

        @Nullable
        HeaderMap trailers;

        @Nullable
        StreamReset reset;

        Request(RequestHead head, boolean ended) {
            this.head = head;
            this.ended = ended;
        }

        @Override
        public void onData(ByteBuf data, boolean end) {
            body.append(data.toString(StandardCharsets.ISO_8859_1));
            data.release();
            ended |= end;
        }

        @Override
        public void onTrailers(HeaderMap last) {
            trailers = last;
            ended = true;
        }

        @Override
        public void onReset(StreamReset reason) {
            reset = reason;
        }

        @Override
        public void onWritable() {
            writable++;
        }
    }

    RecordingServer() {
        this(CodecLimits.DEFAULT);
    }

    RecordingServer(CodecLimits limits) {
        codec = new Http1ServerConnection(
                this, new CodecLoop(channel.eventLoop(), () -> MemoryLevel.AMPLE), limits, false, true);
        channel.pipeline().addLast(codec);
    }

    Request only() {
        if (requests.size() != 1) {
            throw new AssertionError("requests: " + requests.size() + ", error: " + error);
        }
        return requests.getFirst();
    }

    ServerStream stream() {
        if (stream == null) {
            throw new AssertionError("no request yet");
        }
        return stream;
    }

    RecordingServer receive(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
        return this;
    }

    RecordingServer receiveByteByByte(String text) {
        for (int i = 0; i < text.length(); i++) {
            receive(text.substring(i, i + 1));
        }
        return this;
    }

    /** Everything that was sent since the last call. */
    String sent() {
        channel.runPendingTasks();
        StringBuilder out = new StringBuilder();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            out.append(part.toString(StandardCharsets.ISO_8859_1));
            part.release();
        }
        return out.toString();
    }

    void answer(int status, String body, String... headers) {
        HeaderMap map = new HeaderMap();
        for (int i = 0; i < headers.length; i += 2) {
            map.add(headers[i], headers[i + 1]);
        }
        stream().head(new ResponseHead(status, map), body.isEmpty());
        if (!body.isEmpty()) {
            stream().data(Unpooled.copiedBuffer(body, StandardCharsets.ISO_8859_1), true);
        }
    }

    @Override
    public RequestSink onRequest(RequestHead head, ServerStream opened, boolean end) {
        Request request = new Request(head, end);
        requests.add(request);
        stream = opened;
        if (answerAtOnce) {
            answer(
                    200,
                    head.path(),
                    "content-length",
                    Integer.toString(head.path().length()));
        }
        return request;
    }

    @Override
    public void onPartialHead() {
        partialHeads++;
    }

    @Override
    public void onMalformed(MalformedMessage broken, ServerStream opened) {
        error = broken;
        stream = opened;
        int status = switch (broken.kind()) {
            case SYNTAX -> 400;
            case TOO_LARGE -> 431;
            case UNSUPPORTED -> 501;
            case LATE -> 408;
        };
        answer(status, "");
    }

    @Override
    public void onViolation(boolean prematureResets) {}

    @Override
    public void onIdle(boolean idle) {}

    @Override
    public void onClosed() {
        closed = true;
    }
}

package dev.lateen.proxy.http.codec;

import static java.util.Objects.requireNonNull;

import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.transport.MemoryLevel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Codecs on embedded channels, and what one of them says carried to another. */
final class CodecPeers {
    private CodecPeers() {}

    /** A server side of either protocol that writes down its requests. */
    static final class Server implements ServerEvents, AutoCloseable {
        final EmbeddedChannel channel = new EmbeddedChannel();
        final List<RecordingServer.Request> requests = new ArrayList<>();
        final boolean http2;
        int malformed;
        MemoryLevel memory = MemoryLevel.AMPLE;
        Consumer<ServerStream> onStream = opened -> {};

        @Nullable
        ServerStream stream;

        final CodecLoop loop;

        Server(boolean http2) {
            this(http2, null);
        }

        /** @param neighbour whose event loop it shares, null for one of its own */
        Server(boolean http2, @Nullable Server neighbour) {
            this.http2 = http2;
            loop = neighbour == null ? new CodecLoop(channel.eventLoop(), () -> memory) : neighbour.loop;
            channel.freezeTime();
            channel.pipeline()
                    .addLast(
                            http2
                                    ? Http2ServerConnection.of(this, loop, CodecLimits.DEFAULT, false)
                                    : new Http1ServerConnection(this, loop, CodecLimits.DEFAULT, false, true));
            if (http2) {
                receive(Frames.preface());
            }
        }

        /** Of the newest request. */
        ServerStream opened() {
            return requireNonNull(stream, "no request yet");
        }

        Server receive(byte[] bytes) {
            channel.writeInbound(Unpooled.copiedBuffer(bytes));
            channel.runPendingTasks();
            return this;
        }

        byte[] sent() {
            return CodecPeers.sent(channel);
        }

        @Override
        public RequestSink onRequest(RequestHead head, ServerStream opened, boolean end) {
            RecordingServer.Request request = new RecordingServer.Request(head, end);
            requests.add(request);
            stream = opened;
            onStream.accept(opened);
            return request;
        }

        @Override
        public void onMalformed(MalformedMessage error, ServerStream opened) {
            malformed++;
            opened.head(new ResponseHead(400, new HeaderMap()), true);
        }

        @Override
        public void onPartialHead() {}

        @Override
        public void onViolation(boolean prematureResets) {}

        @Override
        public void onIdle(boolean idle) {}

        @Override
        public void onClosed() {}

        @Override
        public void close() {
            channel.finishAndReleaseAll();
        }
    }

    /** A client side of either protocol. */
    static final class Client implements ClientConnection.Events, AutoCloseable {
        final EmbeddedChannel channel = new EmbeddedChannel();
        final ClientConnection codec;
        final boolean http2;

        /** The first stream that an HTTP/2 client of Netty's opens. */
        static final int FIRST = 3;

        Client(boolean http2) {
            this.http2 = http2;
            CodecLoop loop = new CodecLoop(channel.eventLoop(), () -> MemoryLevel.AMPLE);
            channel.freezeTime();
            codec = http2
                    ? Http2ClientConnection.of(this, loop, CodecLimits.UPSTREAM)
                    : new Http1ClientConnection(this, loop, CodecLimits.UPSTREAM);
            channel.pipeline().addLast(codec);
            if (http2) {
                receive(new Frames().frame(4, 0, 0).bytes());
                sent();
            }
        }

        Answer ask(RequestHead head, boolean end) {
            Answer answer = new Answer(codec::open);
            answer.stream.head(head, end);
            return answer;
        }

        void receive(byte[] bytes) {
            channel.writeInbound(Unpooled.copiedBuffer(bytes));
            channel.runPendingTasks();
        }

        byte[] sent() {
            return CodecPeers.sent(channel);
        }

        @Override
        public void onCapacity(ClientConnection connection) {}

        @Override
        public void onClosed(ClientConnection connection) {}

        @Override
        public void close() {
            channel.finishAndReleaseAll();
        }
    }

    /** What came of a request; handed on to {@code to} if there is one. */
    static final class Answer implements ResponseSink {
        final StringBuilder body = new StringBuilder();
        final ClientStream stream;

        @Nullable
        ServerStream to;

        @Nullable
        ResponseHead head;

        @Nullable
        HeaderMap trailers;

        @Nullable
        StreamReset reset;

        boolean ended;

        Answer(Function<ResponseSink, ClientStream> open) {
            stream = open.apply(this);
        }

        @Override
        public void onInformational(ResponseHead informed) {}

        @Override
        public void onHead(ResponseHead received, boolean end) {
            head = received;
            ended = end;
            if (to != null) {
                to.head(received, end);
            }
        }

        @Override
        public void onData(ByteBuf data, boolean end) {
            body.append(data.toString(StandardCharsets.ISO_8859_1));
            ended |= end;
            if (to != null) {
                to.data(data, end);
            } else {
                data.release();
            }
        }

        @Override
        public void onTrailers(HeaderMap last) {
            trailers = last;
            ended = true;
            if (to != null) {
                to.trailers(last);
            }
        }

        @Override
        public void onReset(StreamReset reason) {
            reset = reason;
            if (to != null && head != null) {
                to.reset(reason);
            }
        }

        @Override
        public void onWritable() {}
    }

    /** HTTP/2 frames whose header blocks are plain literals. */
    static final class Frames {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        static byte[] preface() {
            Frames frames = new Frames();
            frames.out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            return frames.frame(4, 0, 0).bytes();
        }

        Frames frame(int type, int flags, int stream, int... payload) {
            byte[] bytes = new byte[payload.length];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) payload[i];
            }
            return frame(type, flags, stream, bytes);
        }

        Frames frame(int type, int flags, int stream, byte[] payload) {
            int[] head = {payload.length >> 16, payload.length >> 8, payload.length, type, flags, 0, 0, 0, stream};
            for (int b : head) {
                out.write(b);
            }
            out.writeBytes(payload);
            return this;
        }

        Frames data(int stream, String text, boolean end) {
            return frame(0, end ? 1 : 0, stream, latin(text));
        }

        /** @param lines name, value, name, value */
        Frames headers(int stream, boolean end, String... lines) {
            ByteArrayOutputStream block = new ByteArrayOutputStream();
            for (int i = 0; i < lines.length; i += 2) {
                block.write(0);
                block.write(lines[i].length());
                block.writeBytes(latin(lines[i]));
                block.write(lines[i + 1].length());
                block.writeBytes(latin(lines[i + 1]));
            }
            return frame(1, end ? 5 : 4, stream, block.toByteArray());
        }

        byte[] bytes() {
            return out.toByteArray();
        }
    }

    static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static String latin(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static byte[] sent(EmbeddedChannel channel) {
        channel.runPendingTasks();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            byte[] bytes = new byte[part.readableBytes()];
            part.readBytes(bytes);
            out.writeBytes(bytes);
            part.release();
        }
        return out.toByteArray();
    }
}

package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.HttpGrammar;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** The body of one HTTP/1 message on its way in: by length, chunked (RFC 9112 section 7.1), until the connection ends, or none. */
final class Http1Body {
    private enum State {
        DONE,
        FIXED,
        UNTIL_CLOSE,
        CHUNK_SIZE,
        CHUNK_EXTENSION,
        CHUNK_SIZE_LF,
        CHUNK_DATA,
        CHUNK_DATA_CR,
        CHUNK_DATA_LF,
        TRAILERS
    }

    private static final int MAX_EXTENSION = 4096;
    private static final int MAX_SIZE_DIGITS = 15;

    private final HeadReader trailers;
    private final HeaderLines trailerLines;
    private State state = State.DONE;
    private long remaining;
    private int digits;
    private int extension;

    Http1Body(CodecLimits limits) {
        trailers = new HeadReader(limits.maxHeadBytes(), "http1.trailers_too_large");
        trailerLines = new HeaderLines(limits.maxHeaders());
    }

    boolean done() {
        return state == State.DONE;
    }

    boolean untilClose() {
        return state == State.UNTIL_CLOSE;
    }

    void none() {
        state = State.DONE;
    }

    /** @param length above zero */
    void fixed(long length) {
        state = State.FIXED;
        remaining = length;
    }

    void chunked() {
        state = State.CHUNK_SIZE;
        remaining = 0;
        digits = 0;
    }

    void untilConnectionEnds() {
        state = State.UNTIL_CLOSE;
    }

    /** Takes what there is of the body from {@code in}; stops behind its end. */
    void decode(ByteBuf in, BodySink sink) throws MalformedMessage {
        while (state != State.DONE && in.isReadable()) {
            switch (state) {
                case DONE -> throw new IllegalStateException("body is over");
                case FIXED -> fixedData(in, sink);
                case UNTIL_CLOSE -> sink.onData(in.readRetainedSlice(in.readableBytes()), false);
                case CHUNK_SIZE -> size(in.readByte());
                case CHUNK_EXTENSION -> extension(in.readByte());
                case CHUNK_SIZE_LF -> sizeEnd(in.readByte());
                case CHUNK_DATA -> chunkData(in, sink);
                case CHUNK_DATA_CR -> expect(in.readByte(), '\r', State.CHUNK_DATA_LF);
                case CHUNK_DATA_LF -> {
                    expect(in.readByte(), '\n', State.CHUNK_SIZE);
                    digits = 0;
                    remaining = 0;
                }
                case TRAILERS -> trailers(in, sink);
            }
        }
    }

    private void fixedData(ByteBuf in, BodySink sink) {
        int count = (int) Math.min(remaining, in.readableBytes());
        remaining -= count;
        if (remaining == 0) {
            state = State.DONE;
        }
        sink.onData(in.readRetainedSlice(count), remaining == 0);
    }

    private void chunkData(ByteBuf in, BodySink sink) {
        int count = (int) Math.min(remaining, in.readableBytes());
        remaining -= count;
        if (remaining == 0) {
            state = State.CHUNK_DATA_CR;
        }
        sink.onData(in.readRetainedSlice(count), false);
    }

    private void size(byte b) throws MalformedMessage {
        int digit = Character.digit(b, 16);
        if (digit >= 0 && b > 0) {
            if (++digits > MAX_SIZE_DIGITS) {
                throw MalformedMessage.codec();
            }
            remaining = remaining << 4 | digit;
        } else if (digits > 0 && (b == ';' || b == ' ' || b == '\t')) {
            state = State.CHUNK_EXTENSION;
            extension = 0;
        } else if (digits > 0 && b == '\r') {
            state = State.CHUNK_SIZE_LF;
        } else {
            throw MalformedMessage.codec();
        }
    }

    private void extension(byte b) throws MalformedMessage {
        if (b == '\r') {
            state = State.CHUNK_SIZE_LF;
        } else if (!HttpGrammar.value(b) || ++extension > MAX_EXTENSION) {
            throw MalformedMessage.codec();
        }
    }

    private void sizeEnd(byte b) throws MalformedMessage {
        expect(b, '\n', remaining == 0 ? State.TRAILERS : State.CHUNK_DATA);
    }

    private void expect(byte b, char expected, State next) throws MalformedMessage {
        if (b != expected) {
            throw MalformedMessage.codec();
        }
        state = next;
    }

    private void trailers(ByteBuf in, BodySink sink) throws MalformedMessage {
        if (!trailers.read(in, false)) {
            return;
        }
        trailerLines.parse(trailers.bytes(), trailers.start(), trailers.end());
        trailers.reset();
        state = State.DONE;
        HeaderMap lines = TrailerNames.keepAllowed(trailerLines.headers());
        if (lines.size() == 0) {
            sink.onData(Unpooled.EMPTY_BUFFER, true);
        } else {
            sink.onTrailers(lines);
        }
    }
}

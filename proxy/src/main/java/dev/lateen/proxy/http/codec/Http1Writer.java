package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.http.codec.CodecLoop.Flushable;
import dev.lateen.proxy.message.HeaderMap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The writing side of one HTTP/1 connection: heads and small bodies gather in one buffer, which is written with one flush when the loop has
 * handled what it had read.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel, which tells
final class Http1Writer implements Flushable {
    /** Larger body parts are written as they are, without a copy. */
    private static final int COPIED = 16 * 1024;

    private static final int GATHERED = 32 * 1024;
    private static final byte[] CONTENT_LENGTH_ZERO = ascii("content-length: 0\r\n");
    private static final byte[] CHUNKED = ascii("transfer-encoding: chunked\r\n");
    private static final byte[] CRLF = ascii("\r\n");
    private static final byte[] LAST_CHUNK = ascii("0\r\n");
    private static final byte[] HEX = ascii("0123456789abcdef");

    private final ChannelHandlerContext ctx;
    private final CodecLoop loop;
    private @Nullable ByteBuf out;
    private boolean queued;
    private boolean chunked;

    /** How a message's end is told. */
    enum Framing {
        /** It has no body, or its headers say its length. */
        HEADERS,
        EMPTY,
        CHUNKED
    }

    Http1Writer(ChannelHandlerContext ctx, CodecLoop loop) {
        this.ctx = ctx;
        this.loop = loop;
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Adds headers, framing and the empty line to what {@code head} holds, and the whole to what will be flushed. */
    void head(HeadBytes head, HeaderMap headers, byte[] connection, Framing framing) {
        for (int i = 0, size = headers.size(); i < size; i++) {
            head.header(headers.name(i), headers.value(i));
        }
        head.raw(connection);
        chunked = framing == Framing.CHUNKED;
        switch (framing) {
            case HEADERS -> {}
            case EMPTY -> head.raw(CONTENT_LENGTH_ZERO);
            case CHUNKED -> head.raw(CHUNKED);
        }
        head.crlf();
        head.copyTo(room(head.size()));
    }

    /** @param data ownership passes */
    void data(ByteBuf data, boolean end) {
        int length = data.readableBytes();
        if (chunked && length > 0) {
            size(room(12), length);
        }
        if (length == 0) {
            data.release();
        } else if (length <= COPIED) {
            room(length + 8).writeBytes(data);
            data.release();
        } else {
            pass();
            ctx.write(data, ctx.voidPromise());
        }
        if (chunked) {
            if (length > 0) {
                room(2).writeBytes(CRLF);
            }
            if (end) {
                room(5).writeBytes(LAST_CHUNK).writeBytes(CRLF);
            }
        }
        if (out != null && out.readableBytes() >= GATHERED) {
            pass();
        }
        flushLater();
    }

    /** Ends the message; trailers are left out of one that is not chunked, which has no place for them. */
    void trailers(HeaderMap trailers) {
        if (chunked) {
            HeadBytes lines = loop.scratch();
            lines.raw(LAST_CHUNK);
            for (int i = 0, size = trailers.size(); i < size; i++) {
                lines.header(trailers.name(i), trailers.value(i));
            }
            lines.crlf();
            lines.copyTo(room(lines.size()));
        }
        flushLater();
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
        pass();
        ctx.flush();
    }

    /** Drops what was not written yet. */
    void release() {
        if (out != null) {
            out.release();
            out = null;
        }
    }

    private ByteBuf room(int bytes) {
        ByteBuf buffer = out;
        if (buffer == null) {
            buffer = ctx.alloc().directBuffer(Math.max(bytes, 2048));
            out = buffer;
            flushLater();
        }
        return buffer;
    }

    private void pass() {
        if (out != null) {
            ByteBuf buffer = out;
            out = null;
            ctx.write(buffer, ctx.voidPromise());
        }
    }

    private static void size(ByteBuf buffer, int length) {
        int shift = 28;
        while (length >>> shift == 0) {
            shift -= 4;
        }
        for (; shift >= 0; shift -= 4) {
            buffer.writeByte(HEX[length >>> shift & 15]);
        }
        buffer.writeBytes(CRLF);
    }
}

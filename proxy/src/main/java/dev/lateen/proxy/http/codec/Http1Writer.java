package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.http.codec.CodecLoop.Flushable;
import dev.lateen.proxy.http.codec.Laggards.Laggard;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.HttpGrammar;
import dev.lateen.proxy.transport.MemoryLevel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The writing side of one HTTP/1 connection: heads and small bodies gather in one buffer, which is written with one flush when the loop has
 * handled what it had read.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel, which tells
final class Http1Writer implements Flushable, Laggard {
    /** Larger body parts are written as they are, without a copy. */
    private static final int COPIED = 16 * 1024;

    private static final int GATHERED = 32 * 1024;

    /** How long a client whose request was not read to its end may take to read the answer (Envoy's delayed_close_timeout). */
    private static final long LINGER_MILLIS = 1000;

    private static final byte[] CONTENT_LENGTH_ZERO = ascii("content-length: 0\r\n");
    private static final byte[] CHUNKED = ascii("transfer-encoding: chunked\r\n");
    private static final byte[] CRLF = ascii("\r\n");
    private static final byte[] LAST_CHUNK = ascii("0\r\n");
    private static final byte[] HEX = ascii("0123456789abcdef");

    private final ChannelHandlerContext ctx;
    private final CodecLoop loop;
    private final Runnable writable;
    private boolean waiting;
    private @Nullable ByteBuf out;
    private boolean queued;
    private Framing framing = Framing.BODYLESS;
    private long left;

    /** How a message's end is told. */
    enum Framing {
        /** Nothing can follow its head, whatever that says. */
        BODYLESS,
        /** {@code content-length} among its headers. */
        LENGTH,
        /** It could have a body, and has none. */
        EMPTY,
        CHUNKED,
        /** Whatever comes until the connection ends: a tunnel, an answer to HTTP/1.0. */
        UNTIL_CLOSE
    }

    /** @param writable told that there is room again after {@link #isWritable} was false while the channel itself had some */
    Http1Writer(ChannelHandlerContext ctx, CodecLoop loop, Runnable writable) {
        this.writable = writable;
        this.ctx = ctx;
        this.loop = loop;
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** What {@code content-length} says where that is one number, else -1: a body is then framed in another way. */
    static long length(HeaderMap headers) {
        CharSequence length = headers.get("content-length");
        return length == null ? -1 : HttpGrammar.contentLength(length);
    }

    /**
     * Adds headers, framing and the empty line to what {@code head} holds, and the whole to what will be flushed. How the message is framed is said once
     * and by {@code how} alone, whatever headers were added on the way.
     */
    void head(HeadBytes head, HeaderMap headers, byte[] connection, Framing how) {
        boolean lengthSaid = how != Framing.BODYLESS && how != Framing.LENGTH;
        for (int i = 0, size = headers.size(); i < size; i++) {
            CharSequence name = headers.name(i);
            if (name.length() == 14 && AsciiString.contentEqualsIgnoreCase(name, "content-length")) {
                if (lengthSaid) {
                    continue;
                }
                lengthSaid = true;
            } else if (name.length() == 17 && AsciiString.contentEqualsIgnoreCase(name, "transfer-encoding")) {
                continue;
            }
            head.header(name, headers.value(i));
        }
        head.raw(connection);
        framing = how;
        left = 0;
        switch (how) {
            case BODYLESS, UNTIL_CLOSE -> {}
            case LENGTH -> left = length(headers);
            case EMPTY -> head.raw(CONTENT_LENGTH_ZERO);
            case CHUNKED -> head.raw(CHUNKED);
        }
        head.crlf();
        head.copyTo(room(head.size()));
    }

    /**
     * Writes a part of the body. One that its head does not allow is not written: it would be taken for the next message.
     *
     * @param data ownership passes
     * @return false if the body is longer than its head says, or ends before; the connection can't be used any more
     */
    boolean data(ByteBuf data, boolean end) {
        int length = data.readableBytes();
        if (!fits(length, end)) {
            data.release();
            return false;
        }
        boolean chunked = framing == Framing.CHUNKED;
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
        return true;
    }

    private boolean fits(int length, boolean end) {
        return switch (framing) {
            case CHUNKED, UNTIL_CLOSE -> true;
            case BODYLESS, EMPTY -> length == 0;
            case LENGTH -> {
                left -= length;
                yield end ? left == 0 : left >= 0;
            }
        };
    }

    /**
     * Ends the message; trailers are left out of one that is not chunked, which has no place for them.
     *
     * @return false if the body ends before its head says it does
     */
    boolean trailers(HeaderMap trailers) {
        if (framing == Framing.CHUNKED) {
            HeadBytes lines = loop.scratch();
            lines.raw(LAST_CHUNK);
            for (int i = 0, size = trailers.size(); i < size; i++) {
                lines.header(trailers.name(i), trailers.value(i));
            }
            lines.crlf();
            lines.copyTo(room(lines.size()));
        }
        flushLater();
        return fits(0, true);
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
        if (Http2Unsent.inChannel(ctx.channel()) > 0) {
            loop.laggards().add(this);
        }
    }

    /** Whether there is room for more; where there was none, {@code writable} is told once there is. */
    boolean isWritable() {
        if (!ctx.channel().isWritable()) {
            return false;
        }
        MemoryLevel level = loop.memory();
        if (level == MemoryLevel.AMPLE || unsent() < level.share()) {
            return true;
        }
        if (!waiting) {
            waiting = true;
            pass();
            ctx.write(Unpooled.EMPTY_BUFFER).addListener(sent -> {
                waiting = false;
                writable.run();
            });
            flushLater();
        }
        return false;
    }

    @Override
    public long unsent() {
        return Http2Unsent.inChannel(ctx.channel()) + (out == null ? 0 : out.readableBytes());
    }

    @Override
    public void cut() {
        ctx.close();
    }

    /** Closes the connection once all is written. @param now whether at once then, or when the client had time to read it */
    void finish(boolean now) {
        flushNow();
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> {
            if (now) {
                ctx.close();
            } else {
                ctx.executor().schedule(() -> ctx.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
            }
        });
    }

    /** Drops what was not written yet. */
    void release() {
        loop.laggards().remove(this);
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

package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.http.codec.Laggards.Laggard;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What of an HTTP/2 connection's DATA waits to be sent. Netty finds a channel full only when it is flushed, once a turn; until then all streams together
 * could be given any amount, by thousands of upstream connections that have something to read in that turn. So what a turn brings is counted here.
 */
final class Http2Unsent implements Laggard {
    private static final int TURN = 16;
    private static final int LARGE_TURN = 1024;

    private final CodecLoop loop;
    private final Http2Connection connection;
    private final Consumer<Http2Stream> writable;
    private @Nullable ChannelHandlerContext context;
    private long waiting;

    /** The bytes and the writes of this turn. */
    private long turn;

    private int[] sizes = new int[TURN];
    private @Nullable ChannelFuture[] writes = new ChannelFuture[TURN];
    private int count;
    private boolean blocked;

    /** @param writable tells a stream that it may be written to, if it may */
    Http2Unsent(CodecLoop loop, Http2Connection connection, Consumer<Http2Stream> writable) {
        this.loop = loop;
        this.connection = connection;
        this.writable = writable;
    }

    /** Bytes that the peer's system has not taken. */
    static long inChannel(Channel channel) {
        ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
        return out == null ? 0 : out.totalPendingWriteBytes();
    }

    /** So many bytes were written, and are sent or dropped once {@code written} is done. */
    void add(int bytes, ChannelFuture written) {
        if (bytes > 0) {
            turn += bytes;
            if (count == sizes.length) {
                sizes = Arrays.copyOf(sizes, 2 * count);
                writes = Arrays.copyOf(writes, 2 * count);
            }
            sizes[count] = bytes;
            writes[count++] = written;
        }
    }

    /** Most writes are done when their turn is: only the others are worth a listener. */
    @SuppressWarnings("FutureReturnValueIgnored")
    private void countWaiting() {
        for (int i = 0; i < count; i++) {
            ChannelFuture written = writes[i];
            writes[i] = null;
            if (written != null && !written.isDone()) {
                int bytes = sizes[i];
                waiting += bytes;
                written.addListener(done -> waiting -= bytes);
            }
        }
        count = 0;
        if (sizes.length > LARGE_TURN) {
            sizes = new int[TURN];
            writes = new ChannelFuture[TURN];
        }
    }

    /** Whether more may be written in this turn; where not, all streams are told at its end. */
    boolean hasRoom() {
        if (turn == 0 || turn < loop.memory().share()) {
            return true;
        }
        blocked = true;
        return false;
    }

    /** A turn is over: what could be sent was. */
    void flushed(ChannelHandlerContext codec) {
        context = codec;
        countWaiting();
        turn = 0;
        if (unsent() > 0) {
            loop.laggards().add(this);
        }
        if (blocked) {
            blocked = false;
            tellAll();
        }
    }

    private void tellAll() {
        try {
            connection.forEachActiveStream(stream -> {
                writable.accept(stream);
                return true;
            });
        } catch (Http2Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The connection is closed. */
    void end() {
        loop.laggards().remove(this);
    }

    /** Bytes that wait for their turn's end, in the streams and in the channel; some may be told twice. */
    @Override
    public long unsent() {
        return context == null ? 0 : turn + waiting + inChannel(context.channel());
    }

    @Override
    public void cut() {
        if (context != null) {
            // At once: the codec's own end would wait for its streams.
            context.close();
        }
    }
}

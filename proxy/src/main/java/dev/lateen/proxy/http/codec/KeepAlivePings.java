package dev.lateen.proxy.http.codec;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * PINGs on an HTTP/2 connection: one each interval after the last was answered; where none comes in time the connection is closed. {@code KeepaliveSettings}.
 * Lives on the connection's event loop.
 */
final class KeepAlivePings {
    /** What tells our PINGs from others. */
    static final long PAYLOAD = 0x6c617465656eL;

    private final ChannelHandlerContext ctx;
    private final Runnable ping;
    private final Duration interval;
    private final Duration timeout;
    private @Nullable Future<?> timer;

    /** @param ping sends one with {@link #PAYLOAD} */
    KeepAlivePings(ChannelHandlerContext ctx, Runnable ping, Duration interval, Duration timeout) {
        this.ctx = ctx;
        this.ping = ping;
        this.interval = interval;
        this.timeout = timeout;
    }

    void begin() {
        timer = ctx.executor().schedule(this::send, interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void send() {
        timer = ctx.executor()
                .schedule(
                        () -> {
                            var _ = ctx.close();
                        },
                        timeout.toNanos(),
                        TimeUnit.NANOSECONDS);
        ping.run();
    }

    void answered(long payload) {
        if (payload == PAYLOAD) {
            end();
            begin();
        }
    }

    void end() {
        Future<?> last = timer;
        if (last != null) {
            last.cancel(false);
        }
    }
}

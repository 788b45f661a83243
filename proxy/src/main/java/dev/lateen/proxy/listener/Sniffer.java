package dev.lateen.proxy.listener;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Holds back a connection's first bytes until they tell what it speaks, then lets them go on to the handlers that were added meanwhile and removes
 * itself. Bounded in bytes and time. Envoy's {@code tls_inspector} and {@code http_inspector}, and its HTTP codec AUTO.
 */
final class Sniffer extends ChannelInboundHandlerAdapter {
    /** What can't be told by so many bytes counts as unknown. */
    static final int MAX_BYTES = 64 * 1024;

    /** How clear text is looked at. */
    enum ClearText {
        /** Not at all. */
        IGNORE,
        /** Any HTTP, by its preface or request line. */
        HTTP,
        /** HTTP/2 or anything else. */
        HTTP_2_ONLY
    }

    private final ClearText clearText;
    private final Duration timeout;
    private final boolean continueOnTimeout;
    private final Consumer<FirstBytes> decided;
    private boolean lookForTls;
    private int wanted = 1;
    private int lookedAt;
    private boolean inputEnded;
    private boolean done;
    private @Nullable ByteBuf held;
    private @Nullable ScheduledFuture<?> timer;

    /**
     * @param timeout zero waits for ever
     * @param continueOnTimeout whether the connection goes on as unknown then, or is closed
     * @param decided called once, on the event loop, never after the channel was closed; adds the handlers that the held bytes go to
     */
    Sniffer(
            boolean lookForTls,
            ClearText clearText,
            Duration timeout,
            boolean continueOnTimeout,
            Consumer<FirstBytes> decided) {
        this.lookForTls = lookForTls;
        this.clearText = clearText;
        this.timeout = timeout;
        this.continueOnTimeout = continueOnTimeout;
        this.decided = decided;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        if (!timeout.isZero()) {
            timer = ctx.executor().schedule(() -> timeOut(ctx), timeout.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (done) {
            ctx.fireChannelRead(bytes);
            return;
        }
        held = held == null ? bytes : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), held, bytes);
        FirstBytes facts = held.readableBytes() < wanted ? null : look(held);
        if (facts == null && held.readableBytes() > MAX_BYTES) {
            facts = FirstBytes.UNKNOWN;
        }
        if (facts != null) {
            decide(ctx, facts);
        }
    }

    private @Nullable FirstBytes look(ByteBuf bytes) {
        if (lookForTls) {
            switch (ClientHello.read(bytes)) {
                case ClientHello.Result.NeedsBytes(int total) -> {
                    wanted = total;
                    return null;
                }
                case ClientHello.Result.Read(FirstBytes facts) -> {
                    return facts;
                }
                case ClientHello.Result.NotTls() -> {
                    lookForTls = false;
                    wanted = 1;
                }
            }
        }
        HttpPreface.Kind kind = switch (clearText) {
            case IGNORE -> HttpPreface.Kind.NONE;
            case HTTP -> HttpPreface.detect(bytes, lookedAt);
            case HTTP_2_ONLY -> HttpPreface.http2(bytes);
        };
        lookedAt = bytes.readableBytes();
        return kind == HttpPreface.Kind.UNDECIDED ? null : FirstBytes.clearText(kind);
    }

    private void timeOut(ChannelHandlerContext ctx) {
        if (done) {
            return;
        }
        if (continueOnTimeout) {
            decide(ctx, FirstBytes.UNKNOWN);
            ctx.fireChannelReadComplete();
        } else {
            ctx.close();
        }
    }

    private void decide(ChannelHandlerContext ctx, FirstBytes facts) {
        done = true;
        stopTimer();
        decided.accept(facts);
        ByteBuf bytes = held;
        held = null;
        if (!ctx.channel().isActive()) {
            if (bytes != null) {
                bytes.release();
            }
            return;
        }
        if (bytes != null) {
            ctx.fireChannelRead(bytes);
        }
        if (inputEnded) {
            ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            if (!Boolean.TRUE.equals(ctx.channel().config().getOption(ChannelOption.ALLOW_HALF_CLOSURE))) {
                ctx.close(); // as Netty would have done, had it been so when the end came
            }
        }
        if (!ctx.isRemoved()) {
            ctx.pipeline().remove(this);
        }
    }

    /** A client that has said all and still waits for an answer, as {@code nc} does. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (done || !(event instanceof ChannelInputShutdownEvent)) {
            ctx.fireUserEventTriggered(event);
            return;
        }
        inputEnded = true;
        if (held == null) {
            ctx.close();
        } else {
            decide(ctx, FirstBytes.UNKNOWN);
            ctx.fireChannelReadComplete();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (done) {
            ctx.fireExceptionCaught(cause);
        } else {
            ctx.close(); // the client reset the connection before it said anything
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        done = true;
        stopTimer();
        if (held != null) {
            held.release();
            held = null;
        }
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}

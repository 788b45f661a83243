package dev.lateen.proxy.http;

import dev.lateen.proxy.http.filter.LocalReply;
import dev.lateen.proxy.model.HttpConnectionManager;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The timers of one exchange, armed only where something is configured; with Istio's defaults there is none. */
final class ExchangeTimers {
    private final HttpExchange exchange;
    private @Nullable Future<?> idle;
    private @Nullable Future<?> request;
    private @Nullable Future<?> duration;
    private @Nullable Future<?> response;
    private @Nullable Future<?> perTry;
    private long idleNanos;
    private long lastActivity;

    ExchangeTimers(HttpExchange exchange) {
        this.exchange = exchange;
    }

    /** With the connection manager's settings. */
    void begin(HttpConnectionManager manager) {
        idleTimeout(manager.timeouts().streamIdle());
        long requestNanos = manager.timeouts().request().toNanos();
        if (requestNanos > 0 && !exchange.requestComplete()) {
            request = exchange.worker().schedule(this::requestTooSlow, requestNanos);
        }
    }

    /** Sets or replaces the stream idle timeout; zero is none. */
    void idleTimeout(Duration timeout) {
        endIdle();
        idleNanos = timeout.toNanos();
        if (idleNanos > 0) {
            lastActivity = exchange.worker().nanos();
            StreamIdleTimer shared = exchange.streamIdle();
            if (shared == null || !shared.watch(this, idleNanos, lastActivity)) {
                idle = exchange.worker().schedule(this::idleFired, idleNanos);
            }
        }
    }

    private void endIdle() {
        idle = cancelled(idle);
        StreamIdleTimer shared = exchange.streamIdle();
        if (shared != null) {
            shared.forget(this);
        }
    }

    /** Something moved. */
    void activity() {
        if (idleNanos > 0) {
            lastActivity = exchange.worker().nanos();
        }
        if (request != null && exchange.requestComplete()) {
            request = cancelled(request);
        }
    }

    /** @param now the worker's time @return the nanoseconds until it has been idle for too long; not above zero if it has */
    long idleLeft(long now) {
        return idleNanos - (now - lastActivity);
    }

    private void idleFired() {
        long left = idleLeft(exchange.worker().nanos());
        if (left > 0) {
            idle = exchange.worker().schedule(this::idleFired, left);
        } else {
            idleOver();
        }
    }

    void idleOver() {
        exchange.reply(LocalReply.streamIdle(exchange.requestComplete()));
    }

    private void requestTooSlow() {
        if (!exchange.requestComplete() && !exchange.responding()) {
            exchange.reply(LocalReply.requestTimeout());
        }
    }

    /** The route's longest life of a stream; zero is none. */
    void maxDuration(Duration limit) {
        if (!limit.isZero()) {
            duration = exchange.worker()
                    .schedule(
                            () -> exchange.reply(LocalReply.durationTimeout(exchange.requestComplete())),
                            limit.toNanos());
        }
    }

    /** The route's timeout, from the end of the request. @param limit above zero */
    void responseTimeout(Duration limit, Runnable fired) {
        if (response == null) {
            response = exchange.worker().schedule(fired, limit.toNanos());
        }
    }

    /** The timeout of one try; replaces that of the try before. */
    void perTryTimeout(Duration limit, Runnable fired) {
        perTry = cancelled(perTry);
        if (!limit.isZero()) {
            perTry = exchange.worker().schedule(fired, limit.toNanos());
        }
    }

    /** The response has begun, or the try is over. */
    void tryOver() {
        perTry = cancelled(perTry);
    }

    void cancel() {
        endIdle();
        request = cancelled(request);
        duration = cancelled(duration);
        response = cancelled(response);
        perTry = cancelled(perTry);
    }

    private static @Nullable Future<?> cancelled(@Nullable Future<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
        return null;
    }
}

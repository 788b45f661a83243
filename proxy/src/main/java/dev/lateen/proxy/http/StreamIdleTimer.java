package dev.lateen.proxy.http;

import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The stream idle timeout of a connection that has one exchange at a time: armed once for many exchanges. When it fires it looks how long the exchange of that
 * moment has really been idle; that costs an exchange nothing but a note.
 */
final class StreamIdleTimer {
    private final HttpWorker worker;
    private @Nullable Future<?> timer;
    private long firesAt;
    private @Nullable ExchangeTimers watched;

    StreamIdleTimer(HttpWorker worker) {
        this.worker = worker;
    }

    /** @param idleNanos above zero @param now the worker's time @return false where it watches another already */
    @SuppressWarnings("ReferenceEquality") // an exchange is known by its identity
    boolean watch(ExchangeTimers exchange, long idleNanos, long now) {
        if (watched != null && watched != exchange) {
            return false;
        }
        watched = exchange;
        if (timer == null || firesAt - now > idleNanos) {
            close();
            arm(idleNanos, now);
        }
        return true;
    }

    /** The exchange is over, or has no such timeout any more. */
    @SuppressWarnings("ReferenceEquality")
    void forget(ExchangeTimers exchange) {
        if (watched == exchange) {
            watched = null;
        }
    }

    private void arm(long nanos, long now) {
        firesAt = now + nanos;
        timer = worker.schedule(this::fired, nanos);
    }

    private void fired() {
        timer = null;
        ExchangeTimers exchange = watched;
        if (exchange != null) {
            long now = worker.nanos();
            long left = exchange.idleLeft(now);
            if (left > 0) {
                arm(left, now);
            } else {
                exchange.idleOver();
            }
        }
    }

    void close() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}

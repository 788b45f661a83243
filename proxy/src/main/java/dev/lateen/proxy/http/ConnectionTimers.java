package dev.lateen.proxy.http;

import dev.lateen.proxy.http.codec.ServerConnection;
import dev.lateen.proxy.model.HttpConnectionManager;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The timers of a downstream connection: idle, its longest life, and how long a head may take. The idle timer is not moved with every request;
 * when it fires it looks how long the connection has really been idle.
 */
final class ConnectionTimers {
    private final HttpWorker worker;
    private final ServerConnection connection;
    private final long idleNanos;
    private final long headNanos;
    private final long unsentNanos;
    private final @Nullable StreamIdleTimer streamIdle;
    private boolean idle = true;
    private long idleSince;
    private @Nullable Future<?> idleTimer;
    private @Nullable Future<?> headTimer;
    private @Nullable Future<?> lifeTimer;
    private @Nullable Future<?> unsentTimer;

    ConnectionTimers(HttpWorker worker, ServerConnection connection, HttpConnectionManager manager, boolean http2) {
        this.worker = worker;
        this.connection = connection;
        this.idleNanos = manager.timeouts().idle().toNanos();
        this.headNanos = manager.timeouts().requestHeaders().toNanos();
        this.unsentNanos = http2 ? manager.timeouts().streamIdle().toNanos() : 0;
        this.streamIdle = http2 ? null : new StreamIdleTimer(worker);
        this.idleSince = worker.nanos();
        Duration life = manager.timeouts().maxConnectionDuration();
        if (!life.isZero()) {
            lifeTimer = worker.schedule(connection::drain, life.toNanos());
        }
        if (idleNanos > 0) {
            idleTimer = worker.schedule(this::idleFired, idleNanos);
        }
        if (unsentNanos > 0) {
            unsentTimer = worker.schedule(this::unsentFired, unsentNanos);
        }
    }

    /** An exchange's own timer ends with its response; what of it was never sent would otherwise stay for ever. */
    private void unsentFired() {
        connection.resetUnsent();
        unsentTimer = worker.schedule(this::unsentFired, unsentNanos);
    }

    /** For the exchanges of a connection that has one at a time, else null. */
    @Nullable
    StreamIdleTimer streamIdle() {
        return streamIdle;
    }

    void idle(boolean now) {
        idle = now;
        if (now) {
            idleSince = worker.nanos();
        }
    }

    private void idleFired() {
        long left = idle ? idleNanos - (worker.nanos() - idleSince) : idleNanos;
        if (left > 0) {
            idleTimer = worker.schedule(this::idleFired, left);
        } else {
            connection.drain();
            // Whoever began a head and left it at that is not waited for.
            idleTimer = worker.schedule(this::closeIfIdle, 2_000_000_000L);
        }
    }

    private void closeIfIdle() {
        if (idle) {
            connection.close();
        }
    }

    void headBegun() {
        if (headNanos > 0 && headTimer == null) {
            headTimer = worker.schedule(connection::headTimedOut, headNanos);
        }
    }

    void headRead() {
        headTimer = cancelled(headTimer);
    }

    void close() {
        if (streamIdle != null) {
            streamIdle.close();
        }
        idleTimer = cancelled(idleTimer);
        headTimer = cancelled(headTimer);
        lifeTimer = cancelled(lifeTimer);
        unsentTimer = cancelled(unsentTimer);
    }

    private static @Nullable Future<?> cancelled(@Nullable Future<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
        return null;
    }
}

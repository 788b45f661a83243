package dev.lateen.proxy.http.pool;

import dev.lateen.proxy.http.codec.ClientConnection;
import org.jspecify.annotations.Nullable;

/** One connection of a pool, from the attempt to connect to its end. */
final class PooledConnection implements ClientConnection.Events {
    private final HostPool pool;
    private @Nullable ClientConnection codec;
    private boolean ready;
    private boolean closed;
    private int served;
    private long bornNanos;
    private long idleSinceNanos;

    PooledConnection(HostPool pool) {
        this.pool = pool;
    }

    void connected(ClientConnection connection, long nowNanos) {
        codec = connection;
        bornNanos = nowNanos;
        idleSinceNanos = nowNanos;
    }

    ClientConnection codec() {
        if (codec == null) {
            throw new IllegalStateException("connection: not made yet");
        }
        return codec;
    }

    /** Whether it stands in the pool's list of those with room. */
    boolean ready() {
        return ready;
    }

    void ready(boolean listed) {
        ready = listed;
    }

    boolean closed() {
        return closed;
    }

    int served() {
        return served;
    }

    void countServed() {
        served++;
    }

    boolean idle() {
        return codec != null && codec.active() == 0;
    }

    void idleSince(long nanos) {
        idleSinceNanos = nanos;
    }

    long idleNanos(long nowNanos) {
        return nowNanos - idleSinceNanos;
    }

    long ageNanos(long nowNanos) {
        return nowNanos - bornNanos;
    }

    @Override
    public void onCapacity(ClientConnection connection) {
        // HTTP/2 settings may arrive before the pool has been told that the connection stands.
        if (codec != null && !closed) {
            pool.onCapacity(this);
        }
    }

    @Override
    public void onClosed(ClientConnection connection) {
        closed = true;
        if (codec != null) {
            pool.onClosed(this);
        }
    }
}

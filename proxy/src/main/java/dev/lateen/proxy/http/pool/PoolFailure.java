package dev.lateen.proxy.http.pool;

import dev.lateen.proxy.transport.ConnectFailure;

/** Why no stream can be had. */
public sealed interface PoolFailure {
    /** A circuit breaker is open. */
    record Overflow() implements PoolFailure {}

    /** No connection could be made. */
    record Connect(ConnectFailure cause) implements PoolFailure {}
}

package dev.lateen.proxy.http.pool;

import dev.lateen.proxy.http.codec.ClientStream;
import dev.lateen.proxy.http.codec.ResponseSink;

/** Asks a pool for a stream, and takes its response. Called on the pool's event loop. */
public interface StreamTaker extends ResponseSink {
    /**
     * Here it is, counted by the cluster's circuit breaker as a request under way; the taker releases that count.
     *
     * @param reused whether the connection has carried a request before
     */
    void onStream(ClientStream stream, boolean reused);

    /** There will be none. */
    void onFailure(PoolFailure failure);
}

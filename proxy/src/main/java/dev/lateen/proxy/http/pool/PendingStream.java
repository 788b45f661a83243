package dev.lateen.proxy.http.pool;

/** A place in a pool's queue. */
public interface PendingStream {
    /** Gives it up; its taker hears nothing more. Of no effect once the taker was told. */
    void cancel();
}

package dev.lateen.proxy.message;

import dev.lateen.proxy.model.Cluster;

/** Hears of the proxy's own calls, on their event loops. Safe for use by several threads. */
public interface CallObserver {
    /** Hears nothing. */
    CallObserver NONE = (cluster, status, nanos) -> {};

    /**
     * A server has answered; calls that nobody answered count on the cluster's hosts and breakers alone.
     *
     * @param status of HTTP
     * @param nanos from sending to the end of the answer
     */
    void onAnswer(Cluster cluster, int status, long nanos);
}

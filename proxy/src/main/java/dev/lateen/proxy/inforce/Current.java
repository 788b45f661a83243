package dev.lateen.proxy.inforce;

import dev.lateen.proxy.chain.ListenerTable;
import dev.lateen.proxy.message.Observers;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.upstream.UpstreamClusters;

/**
 * Holds the one configuration in force. A new one is built beside it, away from the event loops, and replaces it by one write; what lives longer than a configuration
 * (hosts with their pools, breakers, counters) is kept by name in {@link UpstreamClusters}, which lets go of what is gone after that write. Safe for use by several threads.
 */
public final class Current {
    private final UpstreamClusters clusters;
    private final Observers observers;
    private volatile InForce inForce = InForce.NOTHING;

    /** Nothing is in force yet. @param observers who watches what listeners do */
    public Current(UpstreamClusters clusters, Observers observers) {
        this.clusters = clusters;
        this.observers = observers;
    }

    /** Who watches what becomes of it. */
    public Observers observers() {
        return observers;
    }

    /** What is in force: one volatile read. To be taken once for everything that has to fit together. */
    public InForce get() {
        return inForce;
    }

    /** Puts a snapshot in force. Blocks for as long as compiling takes; one at a time, in order. */
    public synchronized void put(ProxySnapshot snapshot) {
        InForce before = inForce;
        ListenerTable listeners = before.listeners().next(snapshot.listeners(), observers);
        clusters.update(snapshot, before.clusters(), compiled -> inForce = before.next(snapshot, listeners, compiled));
    }
}

package dev.lateen.proxy.upstream;

import dev.lateen.proxy.model.Cluster;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A cluster at run time: its hosts, its balancer, its circuit breaker. Keeps its state while the cluster's name stays configured. */
@SuppressWarnings("DoNotCallSuggester")
public final class UpstreamCluster {
    private volatile Cluster config;
    private final CircuitBreaker breaker;

    UpstreamCluster(Cluster config) {
        this.config = config;
        this.breaker = new CircuitBreaker(config.circuitBreakers());
    }

    /** Its configuration in the current snapshot. */
    public Cluster config() {
        return config;
    }

    public CircuitBreaker breaker() {
        return breaker;
    }

    /** A host to send to, by the cluster's balancing policy; null when there is none (503 {@code UH}). Lock-free. */
    public @Nullable Host pick(PickContext context) {
        throw new UnsupportedOperationException();
    }

    /** All hosts, whatever their health, for the admin pages. */
    public List<Host> hosts() {
        throw new UnsupportedOperationException();
    }

    /** Counters of the whole cluster. */
    public ClusterStats stats() {
        throw new UnsupportedOperationException();
    }
}

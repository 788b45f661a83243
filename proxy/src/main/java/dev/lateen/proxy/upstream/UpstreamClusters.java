package dev.lateen.proxy.upstream;

import dev.lateen.proxy.model.ProxySnapshot;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The run-time state of all clusters, by name. {@link #get} is lock-free from any event loop; updates may come on any thread, one at a time.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class UpstreamClusters implements AutoCloseable {
    private volatile Map<String, UpstreamCluster> clusters = Map.of();

    /**
     * @param resolver for DNS clusters
     * @param timers for DNS refresh, ejection sweeps and idle hosts
     * @param random where round robin begins and how refreshes are spread
     */
    public UpstreamClusters(NameResolver resolver, Timers timers, RandomGenerator random) {}

    /** Follows a new snapshot: state of clusters and hosts that stay is kept, the rest is dropped. */
    public void update(ProxySnapshot snapshot) {
        throw new UnsupportedOperationException();
    }

    /** The cluster of this name, or null. */
    public @Nullable UpstreamCluster get(String name) {
        return clusters.get(name);
    }

    /** All of them, in the order of their names. */
    public Collection<UpstreamCluster> all() {
        return List.of();
    }

    /** Calls back for each host that is gone from the configuration, on the updating thread, so that pools close its idle connections. */
    public void onHostRemoved(Consumer<Host> listener) {}

    /** Stops all timers. */
    @Override
    public void close() {}
}

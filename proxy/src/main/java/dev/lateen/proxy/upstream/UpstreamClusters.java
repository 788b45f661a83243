package dev.lateen.proxy.upstream;

import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Cluster.Discovery;
import dev.lateen.proxy.model.LoadAssignment;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.transport.NameResolver;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The run-time state of all clusters, by name. {@link #get} is lock-free from any event loop; updates may come on any thread, one at a time.
 */
public final class UpstreamClusters implements AutoCloseable {
    private final UpstreamCluster.Surroundings around;
    private final RandomGenerator random;
    private final List<Consumer<Host>> removalListeners = new CopyOnWriteArrayList<>();
    private volatile Map<String, UpstreamCluster> clusters = Map.of();
    private boolean closed;

    /**
     * @param resolver for DNS clusters
     * @param timers for DNS refresh, ejection sweeps and idle hosts
     * @param random where round robin begins; used under this object's lock only
     */
    public UpstreamClusters(NameResolver resolver, Timers timers, RandomGenerator random) {
        this.around = new UpstreamCluster.Surroundings(resolver, timers, this::hostRemoved);
        this.random = random;
    }

    /** Follows a new snapshot: state of clusters and hosts that stay is kept, the rest is dropped. Does nothing once closed. */
    public synchronized void update(ProxySnapshot snapshot) {
        if (closed) {
            return;
        }
        Map<String, UpstreamCluster> before = clusters;
        Map<String, UpstreamCluster> next =
                HashMap.newHashMap(snapshot.clusters().size());
        for (Cluster cluster : snapshot.clusters().values()) {
            LoadAssignment assignment = assignment(cluster, snapshot);
            UpstreamCluster running = before.get(cluster.name());
            if (running == null) {
                running = new UpstreamCluster(cluster, assignment, around, random.nextLong());
            } else {
                running.update(cluster, assignment);
            }
            next.put(cluster.name(), running);
        }
        clusters = next;
        before.forEach((name, cluster) -> {
            if (!next.containsKey(name)) {
                cluster.close();
            }
        });
    }

    private static @Nullable LoadAssignment assignment(Cluster cluster, ProxySnapshot snapshot) {
        return cluster.discovery() instanceof Discovery.Eds eds
                ? snapshot.assignments().get(eds.serviceName())
                : null;
    }

    /** The cluster of this name, or null. */
    public @Nullable UpstreamCluster get(String name) {
        return clusters.get(name);
    }

    /** All of them, in the order of their names. */
    public Collection<UpstreamCluster> all() {
        return new TreeMap<>(clusters).values();
    }

    /** Calls back for each host that is gone from the configuration, on the updating thread, so that pools close its idle connections. */
    public void onHostRemoved(Consumer<Host> listener) {
        removalListeners.add(listener);
    }

    private void hostRemoved(Host host) {
        removalListeners.forEach(listener -> listener.accept(host));
    }

    /** Drops all clusters and stops their timers. */
    @Override
    public synchronized void close() {
        closed = true;
        Map<String, UpstreamCluster> before = clusters;
        clusters = Map.of();
        before.values().forEach(UpstreamCluster::close);
    }
}

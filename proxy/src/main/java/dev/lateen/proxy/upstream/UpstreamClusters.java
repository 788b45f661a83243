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
 * The state of all clusters, by name, from one configuration to the next. What a configuration looks up is the map that {@link #update} hands out; everything
 * else here is for whoever watches. Safe for use by several threads.
 */
public final class UpstreamClusters implements AutoCloseable {
    private final ClusterState.Surroundings around;
    private final RandomGenerator random;
    private final List<Consumer<Host>> removalListeners = new CopyOnWriteArrayList<>();
    private Map<String, ClusterState> states = Map.of();
    private boolean closed;

    /**
     * @param resolver for DNS clusters
     * @param timers for DNS refresh, ejection sweeps and idle hosts
     * @param random where round robin begins; used under this object's lock only
     */
    public UpstreamClusters(NameResolver resolver, Timers timers, RandomGenerator random) {
        this.around = new ClusterState.Surroundings(resolver, timers, this::hostRemoved);
        this.random = random;
    }

    /**
     * Makes the clusters of a new snapshot out of those before; state of names and hosts that stay is kept. What is gone lets go of its connections only after
     * {@code swap} has put the new ones in force. Does nothing once closed.
     *
     * @param before what {@code swap} was given last
     * @param swap given the clusters by name, the same map as before when none has changed
     */
    public synchronized void update(
            ProxySnapshot snapshot, Map<String, UpstreamCluster> before, Consumer<Map<String, UpstreamCluster>> swap) {
        if (closed) {
            return;
        }
        int size = snapshot.clusters().size();
        Map<String, ClusterState> next = HashMap.newHashMap(size);
        Map<String, UpstreamCluster> inForce = HashMap.newHashMap(size);
        for (Cluster cluster : snapshot.clusters().values()) {
            LoadAssignment assignment = assignment(cluster, snapshot);
            ClusterState running = states.get(cluster.name());
            if (running == null) {
                running = new ClusterState(cluster, assignment, around, random.nextLong());
                inForce.put(cluster.name(), running.newest());
            } else {
                inForce.put(cluster.name(), running.update(cluster, assignment));
            }
            next.put(cluster.name(), running);
        }
        Map<String, ClusterState> last = states;
        states = next;
        swap.accept(inForce.equals(before) ? before : inForce);
        last.forEach((name, state) -> {
            if (next.containsKey(name)) {
                state.settle();
            } else {
                state.close();
            }
        });
    }

    private static @Nullable LoadAssignment assignment(Cluster cluster, ProxySnapshot snapshot) {
        return cluster.discovery() instanceof Discovery.Eds eds
                ? snapshot.assignments().get(eds.serviceName())
                : null;
    }

    /** The newest of each name, in the order of their names. */
    public synchronized Collection<UpstreamCluster> all() {
        Map<String, UpstreamCluster> all = new TreeMap<>();
        states.forEach((name, state) -> all.put(name, state.newest()));
        return all.values();
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
        Map<String, ClusterState> last = states;
        states = Map.of();
        last.values().forEach(ClusterState::close);
    }
}

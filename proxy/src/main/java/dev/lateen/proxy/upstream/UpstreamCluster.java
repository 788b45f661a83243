package dev.lateen.proxy.upstream;

import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Cluster.Discovery;
import dev.lateen.proxy.model.LoadAssignment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A cluster as one configuration describes it: whoever holds it picks among the hosts of that configuration, also when a newer one is in force meanwhile. Hosts,
 * circuit breaker and counters are those of the cluster's name and live on from one configuration to the next. Safe for use by several threads.
 */
public final class UpstreamCluster {
    private final ClusterState state;
    private final Cluster config;
    private final @Nullable LoadAssignment assignment;
    private final boolean destinationPicked;
    private volatile @Nullable HostSet hostSet;
    private volatile @Nullable UpstreamCluster warm;

    /** @param assignment its endpoints where they come by EDS */
    UpstreamCluster(ClusterState state, Cluster config, @Nullable LoadAssignment assignment) {
        this.state = state;
        this.config = config;
        this.assignment = assignment;
        this.destinationPicked =
                config.discovery() instanceof Discovery.OriginalDst || config.discovery() instanceof Discovery.ByName;
    }

    /** The configuration it stands for. */
    public Cluster config() {
        return config;
    }

    /** The newest configuration of the cluster's name, for what outlives one, such as a connection pool. */
    public Cluster newestConfig() {
        return state.newest().config;
    }

    /** Shared by all configurations of the name. */
    public CircuitBreaker breaker() {
        return state.breaker();
    }

    /** Where to send to, by the cluster's balancing policy; null when there is no host (503 {@code UH}). Lock-free and without allocation once in use. */
    public @Nullable PickedHost pick(PickContext context) {
        Host host = host(context);
        return host == null ? null : host.destination(config);
    }

    /** The host alone. */
    @Nullable
    Host host(PickContext context) {
        if (destinationPicked) {
            return state.counted(state.originalDst().pick(context));
        }
        HostSet set = hostSet;
        if (set == null) {
            set = state.build(this);
        }
        Host host = null;
        for (int attempt = 0; attempt < context.maxAttempts(); attempt++) {
            host = set.pick(context, attempt, state.panicPicks());
            if (host == null || !context.wasTried(host)) {
                break;
            }
        }
        return state.counted(host);
    }

    /** All hosts of the cluster's name, whatever their health. */
    public List<Host> hosts() {
        return state.hosts();
    }

    /** The same for the admin pages: where nobody has called the cluster yet, hosts are made for the moment and not kept. */
    public List<Host> shownHosts() {
        return state.shownHosts();
    }

    /** Counters of the cluster's name, hosts that are gone included. */
    public ClusterStats stats() {
        return state.stats();
    }

    /**
     * What serves in its place while its names are asked for the first time: as in Envoy the configuration before it, so that no request is sent to hosts that it does
     * not name or by what they don't speak.
     */
    public UpstreamCluster serving() {
        UpstreamCluster before = warm;
        return before == null ? this : before;
    }

    /** @param before serves until this is called with null */
    void warm(@Nullable UpstreamCluster before) {
        warm = before;
    }

    @Nullable
    LoadAssignment assignment() {
        return assignment;
    }

    boolean destinationPicked() {
        return destinationPicked;
    }

    @Nullable
    HostSet hostSet() {
        return hostSet;
    }

    void hostSet(HostSet built) {
        hostSet = built;
    }
}

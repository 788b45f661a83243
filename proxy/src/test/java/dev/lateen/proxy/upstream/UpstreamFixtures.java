package dev.lateen.proxy.upstream;

import static java.util.Objects.requireNonNull;

import dev.lateen.proxy.inforce.Current;
import dev.lateen.proxy.message.Observers;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Cluster.CircuitBreakers;
import dev.lateen.proxy.model.Cluster.Discovery;
import dev.lateen.proxy.model.Cluster.LbPolicy;
import dev.lateen.proxy.model.Cluster.LbSettings;
import dev.lateen.proxy.model.Cluster.OutlierDetection;
import dev.lateen.proxy.model.Cluster.UpstreamProtocol;
import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.Endpoint.Health;
import dev.lateen.proxy.model.LoadAssignment;
import dev.lateen.proxy.model.LoadAssignment.Locality;
import dev.lateen.proxy.model.LoadAssignment.LocalityEndpoints;
import dev.lateen.proxy.model.ProxySnapshot;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Clusters in few words. */
public final class UpstreamFixtures {
    static final LbSettings PLAIN = new LbSettings(2, 1024, 65537, 50, false);
    static final LbSettings LOCALITY_WEIGHTED = new LbSettings(2, 1024, 65537, 50, true);
    static final CircuitBreakers NO_LIMITS =
            new CircuitBreakers(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, -1, 0);

    final FakeTimers timers = new FakeTimers();
    final FakeResolver resolver = new FakeResolver();
    final UpstreamClusters clusters = new UpstreamClusters(resolver, timers, new SplittableRandom(11));
    private final Current current = new Current(clusters, Observers.NONE);
    final PickContext context = new PickContext(new SplittableRandom(7));

    public static Cluster cluster(LbPolicy policy, LbSettings settings, Discovery discovery) {
        return cluster(policy, settings, discovery, NO_LIMITS, null);
    }

    public static Cluster cluster(
            LbPolicy policy,
            LbSettings settings,
            Discovery discovery,
            CircuitBreakers breakers,
            @Nullable OutlierDetection outliers) {
        return new Cluster(
                "c",
                "c",
                discovery,
                new Cluster.LoadBalancing(policy, settings),
                breakers,
                outliers,
                Cluster.TransportSockets.CLEAR,
                UpstreamProtocol.HTTP1,
                Cluster.ConnectionOptions.of(Duration.ofSeconds(1)),
                Cluster.Origin.NONE);
    }

    public static Discovery fixed(LocalityEndpoints... localities) {
        return new Discovery.Static(new LoadAssignment("c", List.of(localities)));
    }

    public static LocalityEndpoints locality(String zone, int weight, int priority, Endpoint... endpoints) {
        return new LocalityEndpoints(new Locality("r", zone, ""), weight, priority, Arrays.asList(endpoints));
    }

    public static Endpoint endpoint(String host, int weight, Health health) {
        return new Endpoint(host, 80, "", weight, health, Map.of(), "");
    }

    /** {@code count} healthy endpoints 10.PRIORITY.0.1 and up. */
    public static LocalityEndpoints level(int priority, int count, int unhealthy) {
        Endpoint[] endpoints = new Endpoint[count + unhealthy];
        for (int i = 0; i < endpoints.length; i++) {
            Health health = i < count ? Health.HEALTHY : Health.UNHEALTHY;
            endpoints[i] = endpoint("10." + priority + ".0." + (i + 1), 1, health);
        }
        return locality("z", 1, priority, endpoints);
    }

    UpstreamCluster run(Cluster cluster) {
        update(snapshot(cluster, null));
        return get("c");
    }

    void update(ProxySnapshot snapshot) {
        current.put(snapshot);
    }

    /** The cluster in force, which there must be. */
    UpstreamCluster get(String name) {
        return requireNonNull(current.get().cluster(name), name);
    }

    boolean has(String name) {
        return current.get().cluster(name) != null;
    }

    static ProxySnapshot snapshot(Cluster cluster, @Nullable LoadAssignment assignment) {
        return new ProxySnapshot(
                1,
                Map.of(),
                Map.of(),
                Map.of(cluster.name(), cluster),
                assignment == null ? Map.of() : Map.of(assignment.clusterName(), assignment),
                Map.of());
    }

    /** The host that a cluster, which has one, gives. */
    Host host(UpstreamCluster cluster) {
        return requireNonNull(cluster.host(context), "a host");
    }

    /** How often each address is picked. */
    Map<String, Integer> count(UpstreamCluster cluster, int times) {
        Map<String, Integer> hits = new HashMap<>();
        for (int i = 0; i < times; i++) {
            Host host = cluster.host(context);
            hits.merge(host == null ? "none" : host.address().getAddress().getHostAddress(), 1, Integer::sum);
        }
        return hits;
    }
}

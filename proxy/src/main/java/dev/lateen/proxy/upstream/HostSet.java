package dev.lateen.proxy.upstream;

import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Endpoint.Health;
import dev.lateen.proxy.route.HashPolicies;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The hosts of a cluster with everything that was computed for picking one: loads of the priorities, balancers of their healthy, degraded
 * or (in panic) all hosts. Immutable; replaced when hosts come, go, or change their health.
 */
final class HostSet {
    private final Host[] hosts;
    private final PriorityLoads loads;
    private final Balancer[] healthy;
    private final Balancer[] degraded;
    private final int available;
    private final Elsewhere elsewhere;

    HostSet(Cluster cluster, Collection<Host> all, RandomGenerator random, Timers clock) {
        hosts = all.toArray(Host[]::new);
        if (cluster.loadBalancing().settings().slowStart() != null) {
            welcome(hosts, clock.nanoTime());
        }
        List<List<Host>> levels = byPriority(hosts);
        PriorityLoads.Level[] counts = new PriorityLoads.Level[levels.size()];
        int usable = 0;
        for (int i = 0; i < counts.length; i++) {
            List<Host> level = levels.get(i);
            int well = (int) level.stream().filter(HostSet::isHealthy).count();
            int half = (int) level.stream().filter(HostSet::isDegraded).count();
            counts[i] = new PriorityLoads.Level(level.size(), well, half);
            usable += well + half;
        }
        available = usable;
        elsewhere = new Elsewhere(cluster, clock, levels, counts);
        loads = PriorityLoads.of(counts, cluster.loadBalancing().settings().panicThreshold());
        healthy = new Balancer[counts.length];
        degraded = new Balancer[counts.length];
        BalancerFactory factory = new BalancerFactory(cluster, random, clock);
        for (int i = 0; i < counts.length; i++) {
            List<Host> level = levels.get(i);
            healthy[i] = loads.panic(i)
                    ? factory.over(level, host -> true)
                    : loads.healthy(i) > 0 ? factory.over(level, HostSet::isHealthy) : Balancer.EMPTY;
            degraded[i] = loads.degraded(i) > 0 ? factory.over(level, HostSet::isDegraded) : Balancer.EMPTY;
        }
    }

    /** As in Envoy, a slow start begins when a host is first seen well, and only then. */
    private static void welcome(Host[] hosts, long now) {
        for (Host host : hosts) {
            if (host.warming() == null && isHealthy(host)) {
                host.warming(new SlowStartTurns(now));
            }
        }
    }

    private static List<List<Host>> byPriority(Host[] hosts) {
        List<List<Host>> levels = new ArrayList<>();
        for (Host host : hosts) {
            while (levels.size() <= host.priority()) {
                levels.add(new ArrayList<>());
            }
            levels.get(host.priority()).add(host);
        }
        return levels;
    }

    static boolean isHealthy(Host host) {
        return host.isAvailable() && host.endpoint().health() == Health.HEALTHY;
    }

    static boolean isDegraded(Host host) {
        return host.isAvailable() && host.endpoint().health() == Health.DEGRADED;
    }

    @Nullable
    Host pick(PickContext context, int attempt, AtomicLong panicPicks) {
        if (healthy.length == 0) {
            return null;
        }
        if (context.leftAny()) {
            return elsewhere.pick(context, attempt);
        }
        int choice = healthy.length == 1 && loads.degraded(0) == 0 ? 0 : loads.choose(draw(context));
        int level = choice < 0 ? -1 - choice : choice;
        if (loads.panic(level)) {
            panicPicks.incrementAndGet();
            return healthy[level].pick(context, attempt);
        }
        return (choice < 0 ? degraded[level] : healthy[level]).pick(context, attempt);
    }

    /** With a hash the same request always draws the same level. */
    private static int draw(PickContext context) {
        long hash = context.hash();
        return hash == HashPolicies.NO_HASH ? context.random().nextInt(100) : (int) Long.remainderUnsigned(hash, 100);
    }

    Host[] hosts() {
        return hosts;
    }

    /** How many may be picked outside a panic. */
    int available() {
        return available;
    }
}

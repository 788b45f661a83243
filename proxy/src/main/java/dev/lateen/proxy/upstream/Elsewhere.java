package dev.lateen.proxy.upstream;

import dev.lateen.proxy.model.Cluster;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Picks for retries that leave the priorities they have tried ({@code envoy.retry_priorities.previous_priorities}): as if no host of those was healthy; when
 * nothing else is healthy, all are looked at again. Balancers are made when first asked for, since few requests come here. Safe for use by several threads.
 */
final class Elsewhere {
    private final Cluster cluster;
    private final Timers clock;
    private final List<List<Host>> levels;
    private final PriorityLoads.Level[] counts;
    private final @Nullable Balancer[] healthy;
    private final @Nullable Balancer[] degraded;

    Elsewhere(Cluster cluster, Timers clock, List<List<Host>> levels, PriorityLoads.Level[] counts) {
        this.cluster = cluster;
        this.clock = clock;
        this.levels = levels;
        this.counts = counts;
        this.healthy = new @Nullable Balancer[counts.length];
        this.degraded = new @Nullable Balancer[counts.length];
    }

    @Nullable
    Host pick(PickContext context, int attempt) {
        PriorityLoads.Level[] remaining = remaining(context);
        if (remaining == null) {
            context.leaveNone();
            remaining = counts;
        }
        int choice = PriorityLoads.of(remaining, 0).choose(context.random().nextInt(100));
        return balancer(choice < 0 ? -1 - choice : choice, choice >= 0, context).pick(context, attempt);
    }

    /** Null when nobody is healthy but where it was tried. */
    private PriorityLoads.Level @Nullable [] remaining(PickContext context) {
        PriorityLoads.Level[] remaining = new PriorityLoads.Level[counts.length];
        boolean any = false;
        for (int i = 0; i < counts.length; i++) {
            remaining[i] = context.left(i) ? new PriorityLoads.Level(counts[i].total(), 0, 0) : counts[i];
            any |= remaining[i].healthy() + remaining[i].degraded() > 0;
        }
        return any ? remaining : null;
    }

    private synchronized Balancer balancer(int level, boolean well, PickContext context) {
        @Nullable Balancer[] made = well ? healthy : degraded;
        Balancer found = made[level];
        if (found == null) {
            SplittableRandom random = new SplittableRandom(context.random().nextLong());
            found = new BalancerFactory(cluster, random, clock)
                    .over(levels.get(level), well ? HostSet::isHealthy : HostSet::isDegraded);
            made[level] = found;
        }
        return found;
    }
}

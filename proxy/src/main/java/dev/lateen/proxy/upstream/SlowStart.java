package dev.lateen.proxy.upstream;

import dev.lateen.proxy.model.Cluster;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Gives new hosts their share bit by bit (Envoy docs, "Slow start mode"): a host's weight is multiplied by how much of its window has
 * passed, to the power of one over the aggression, and by the minimum at least. Envoy schedules by these weights; here another balancer
 * takes turns among all as ever, and a new host lets so many of its turns pass, which gives the same shares without a lock or a schedule
 * that is made anew as time goes by. Once the last window has passed, nothing is computed any more.
 */
final class SlowStart implements Balancer {
    /** Whoever is asked for more often than this, among many that are quite new, is the oldest. */
    private static final int MAX_TRIES = 64;

    private final Balancer turns;
    private final Cluster.SlowStart config;
    private final Timers clock;
    private final Host strongest;
    private final long endNanos;
    private volatile boolean over;

    private SlowStart(Balancer turns, Cluster.SlowStart config, Timers clock, Host strongest, long endNanos) {
        this.turns = turns;
        this.config = config;
        this.clock = clock;
        this.strongest = strongest;
        this.endNanos = endNanos;
    }

    /** @param turns picks among {@code hosts}; @return the same where none of them is new or there is but one */
    static Balancer around(Balancer turns, Host[] hosts, Cluster.@Nullable SlowStart config, Timers clock) {
        if (config == null || hosts.length < 2) {
            return turns;
        }
        long now = clock.nanoTime();
        long window = config.window().toNanos();
        Host strongest = hosts[0];
        long longest = 0;
        long end = now;
        for (Host host : hosts) {
            long left = Math.max(0, window - age(host, now, window));
            end = Math.max(end, now + left);
            if (window - left > longest) {
                longest = window - left;
                strongest = host;
            }
        }
        return end == now ? turns : new SlowStart(turns, config, clock, strongest, end);
    }

    /** Nanoseconds; {@code window} for those that are not scaled: as in Envoy, all that are not well. */
    private static long age(Host host, long now, long window) {
        SlowStartTurns warming = host.warming();
        return warming == null || !HostSet.isHealthy(host) ? window : Math.min(window, now - warming.sinceNanos());
    }

    @Override
    public @Nullable Host pick(PickContext context, int attempt) {
        if (over) {
            return turns.pick(context, attempt);
        }
        long now = clock.nanoTime();
        if (now - endNanos >= 0) {
            over = true;
            return turns.pick(context, attempt);
        }
        // What counts are the shares among each other: if all are new, nobody has to wait.
        double most = share(strongest, now);
        for (int tries = 0; tries < MAX_TRIES; tries++) {
            Host host = turns.pick(context, attempt);
            if (host == null || takesTurn(host, now, most)) {
                return host;
            }
        }
        return strongest;
    }

    private boolean takesTurn(Host host, long now, double most) {
        double share = share(host, now);
        SlowStartTurns warming = host.warming();
        return warming == null || share >= most || warming.takesTurn(share / most);
    }

    private double share(Host host, long now) {
        SlowStartTurns warming = host.warming();
        return warming == null || !HostSet.isHealthy(host)
                ? 1
                : share(config, TimeUnit.NANOSECONDS.toMillis(now - warming.sinceNanos()));
    }

    /** The factor of a host's weight. @param millis how long it has been well */
    static double share(Cluster.SlowStart config, long millis) {
        long window = config.window().toMillis();
        if (millis >= window) {
            return 1;
        }
        double passed = (double) Math.max(1, millis) / window;
        return Math.max(
                config.aggression() == 1 ? passed : Math.pow(passed, 1 / config.aggression()), config.minimum());
    }
}

package dev.lateen.proxy.upstream;

/**
 * How the load is spread over priorities, in percent: Envoy docs, "Priority levels" and "Panic threshold". A level is taken for full while
 * 1.4 times its available share is 100 % or more; what it can't take flows to the next, degraded hosts after all healthy ones.
 */
final class PriorityLoads {
    private static final int OVERPROVISIONING = 140;
    private static final int FULL = 100;

    private final int[] healthy;
    private final int[] degraded;
    private final boolean[] panic;

    /** Counts of a level's hosts. */
    record Level(int total, int healthy, int degraded) {}

    private PriorityLoads(int levels) {
        healthy = new int[levels];
        degraded = new int[levels];
        panic = new boolean[levels];
    }

    /** @param panicThreshold percent of available hosts below which a level ignores health; 0 is never */
    static PriorityLoads of(Level[] levels, double panicThreshold) {
        int[] healthyShare = new int[levels.length];
        int[] degradedShare = new int[levels.length];
        int available = 0;
        for (int i = 0; i < levels.length; i++) {
            Level level = levels[i];
            if (level.total > 0) {
                healthyShare[i] = Math.min(FULL, OVERPROVISIONING * level.healthy / level.total);
                degradedShare[i] = Math.min(FULL, OVERPROVISIONING * level.degraded / level.total);
            }
            available += healthyShare[i] + degradedShare[i];
        }
        available = Math.min(FULL, available);
        PriorityLoads loads = new PriorityLoads(levels.length);
        loads.distribute(healthyShare, degradedShare, available);
        loads.judgePanic(levels, available, Math.min(FULL, panicThreshold));
        return loads;
    }

    private void distribute(int[] healthyShare, int[] degradedShare, int available) {
        if (available == 0) {
            if (healthy.length > 0) {
                healthy[0] = FULL;
            }
            return;
        }
        int left = spread(healthyShare, healthy, available, FULL);
        left = spread(degradedShare, degraded, available, left);
        // What rounding lost goes to the first level that takes anything.
        for (int i = 0; i < healthy.length && left > 0; i++) {
            if (healthy[i] > 0) {
                healthy[i] += left;
                left = 0;
            } else if (degraded[i] > 0) {
                degraded[i] += left;
                left = 0;
            }
        }
    }

    private static int spread(int[] shares, int[] loads, int available, int total) {
        int left = total;
        for (int i = 0; i < shares.length; i++) {
            loads[i] = Math.min(left, shares[i] * FULL / available);
            left -= loads[i];
        }
        return left;
    }

    private void judgePanic(Level[] levels, int available, double threshold) {
        if (threshold <= 0 || available == FULL) {
            return;
        }
        boolean everywhere = levels.length > 0;
        int hosts = 0;
        for (int i = 0; i < levels.length; i++) {
            Level level = levels[i];
            double percent = level.total == 0 ? 0 : 100.0 * (level.healthy + level.degraded) / level.total;
            panic[i] = percent < threshold;
            everywhere &= panic[i];
            hosts += level.total;
        }
        if (everywhere && hosts > 0) {
            spreadByCount(levels, hosts);
        }
    }

    /** Every level is in panic: load follows the number of hosts, whatever their health. */
    private void spreadByCount(Level[] levels, int hosts) {
        int left = FULL;
        int first = -1;
        for (int i = 0; i < levels.length; i++) {
            healthy[i] = FULL * levels[i].total / hosts;
            degraded[i] = 0;
            left -= healthy[i];
            first = first < 0 && levels[i].total > 0 ? i : first;
        }
        healthy[first] += left;
    }

    int healthy(int level) {
        return healthy[level];
    }

    int degraded(int level) {
        return degraded[level];
    }

    boolean panic(int level) {
        return panic[level];
    }

    /** Which level, and in the sign whether its degraded hosts: {@code level} or {@code -1 - level}. @param draw 0 to 99 */
    int choose(int draw) {
        int left = draw;
        for (int i = 0; i < healthy.length; i++) {
            left -= healthy[i];
            if (left < 0) {
                return i;
            }
        }
        for (int i = 0; i < degraded.length; i++) {
            left -= degraded[i];
            if (left < 0) {
                return -1 - i;
            }
        }
        return 0;
    }
}

package dev.lateen.proxy.upstream;

/**
 * {@code LEAST_REQUEST}: of some hosts taken by chance (two unless told otherwise) the one with the fewest requests under way. Hosts of
 * unequal weight are taken by chance in proportion to their weight; Envoy schedules them by weight over active requests instead, which
 * needs a scheduler of its own on every loop and comes to the same on average.
 */
final class LeastRequest implements Balancer {
    private final Host[] hosts;
    /** Empty when all weights are equal. */
    private final int[] schedule;

    private final int choices;

    LeastRequest(Host[] hosts, int choices) {
        this.hosts = hosts;
        this.choices = Math.max(1, choices);
        int[] byWeight = WeightedSchedule.of(RoundRobin.weights(hosts));
        this.schedule = byWeight.length == hosts.length ? new int[0] : byWeight;
    }

    @Override
    public Host pick(PickContext context, int attempt) {
        Host best = draw(context);
        if (hosts.length == 1) {
            return best;
        }
        long fewest = best.activeRequests();
        for (int i = 1; i < choices; i++) {
            Host other = draw(context);
            long active = other.activeRequests();
            if (active < fewest) {
                best = other;
                fewest = active;
            }
        }
        return best;
    }

    private Host draw(PickContext context) {
        return schedule.length == 0
                ? hosts[context.random().nextInt(hosts.length)]
                : hosts[schedule[context.random().nextInt(schedule.length)]];
    }
}

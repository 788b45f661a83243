package dev.lateen.proxy.upstream;

import java.util.concurrent.atomic.AtomicInteger;

/** {@code ROUND_ROBIN}: one after the other, by weight; begins anywhere, so that many proxies do not begin with the same host. */
final class RoundRobin implements Balancer {
    private final Host[] hosts;
    private final int[] schedule;
    private final AtomicInteger next;

    RoundRobin(Host[] hosts, int start) {
        this.hosts = hosts;
        this.schedule = WeightedSchedule.of(weights(hosts));
        this.next = new AtomicInteger(start);
    }

    static long[] weights(Host[] hosts) {
        long[] weights = new long[hosts.length];
        for (int i = 0; i < hosts.length; i++) {
            weights[i] = Math.max(1, hosts[i].endpoint().weight());
        }
        return weights;
    }

    @Override
    public Host pick(PickContext context, int attempt) {
        return hosts[schedule[Integer.remainderUnsigned(next.getAndIncrement(), schedule.length)]];
    }
}

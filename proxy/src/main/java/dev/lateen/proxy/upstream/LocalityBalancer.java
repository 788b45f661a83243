package dev.lateen.proxy.upstream;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Chooses a locality by weighted round robin, then a host in it. */
final class LocalityBalancer implements Balancer {
    private final Balancer[] localities;
    private final int[] schedule;
    private final AtomicInteger next;

    LocalityBalancer(Balancer[] localities, int[] schedule, int start) {
        this.localities = localities;
        this.schedule = schedule;
        this.next = new AtomicInteger(start);
    }

    @Override
    public @Nullable Host pick(PickContext context, int attempt) {
        int at = Integer.remainderUnsigned(next.getAndIncrement(), schedule.length);
        return localities[schedule[at]].pick(context, attempt);
    }
}

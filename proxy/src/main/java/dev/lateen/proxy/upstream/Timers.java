package dev.lateen.proxy.upstream;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Timers for the slow work of clusters: DNS refresh, ejection sweeps, idle hosts. Handed in from outside, so tests own the time. */
public interface Timers {
    /** Runs a task once, after a delay above zero. @return cancels it */
    Runnable after(Duration delay, Runnable task);

    /** The monotonic clock, in nanoseconds, that the delays follow. */
    long nanoTime();

    /** On an executor that outlives the clusters, such as one event loop. */
    static Timers on(ScheduledExecutorService executor) {
        return new Timers() {
            @Override
            public Runnable after(Duration delay, Runnable task) {
                Future<?> scheduled = executor.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
                return () -> scheduled.cancel(false);
            }

            @Override
            public long nanoTime() {
                return System.nanoTime();
            }
        };
    }
}

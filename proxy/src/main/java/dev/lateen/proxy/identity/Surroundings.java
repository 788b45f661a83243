package dev.lateen.proxy.identity;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;

/** Time, chance and where slow work goes. */
public interface Surroundings {
    /** Runs a task once after a delay. @return cancels it */
    Runnable after(Duration delay, Runnable task);

    /** Runs what blocks or computes for long elsewhere, and gives a value. */
    <T> Future<T> blocking(Callable<T> work);

    InstantSource clock();

    RandomGenerator random();

    /** On Vert.x' timers and workers. */
    static Surroundings of(Vertx vertx, InstantSource clock, RandomGenerator random) {
        return new Surroundings() {
            @Override
            public Runnable after(Duration delay, Runnable task) {
                long timer = vertx.setTimer(Math.max(1, delay.toMillis()), _ -> task.run());
                return () -> vertx.cancelTimer(timer);
            }

            @Override
            public <T> Future<T> blocking(Callable<T> work) {
                return vertx.executeBlocking(work, false).map(done -> Objects.requireNonNull(done));
            }

            @Override
            public InstantSource clock() {
                return clock;
            }

            @Override
            public RandomGenerator random() {
                return random;
            }
        };
    }
}

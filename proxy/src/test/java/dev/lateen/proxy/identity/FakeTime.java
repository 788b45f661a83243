package dev.lateen.proxy.identity;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;

/** Time that stands still until it is told to go on, with one timer; work is done at once, or when it is {@linkplain #holdWork asked for}. */
final class FakeTime implements Surroundings {
    private final RandomGenerator random = new Random(7);
    private final Queue<Runnable> held = new ArrayDeque<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private Runnable task = () -> {};
    private Instant due = Instant.MAX;
    private boolean holding;

    void advance(Duration duration) {
        Instant end = now.plus(duration);
        while (!due.isAfter(end)) {
            now = due;
            due = Instant.MAX;
            task.run();
        }
        now = end;
    }

    /** From now on work waits for {@link #work}. */
    void holdWork() {
        holding = true;
    }

    /** Does what waits, oldest first. @return how much that was */
    int work() {
        int done = 0;
        for (Runnable next = held.poll(); next != null; next = held.poll()) {
            next.run();
            done++;
        }
        return done;
    }

    @Override
    public Runnable after(Duration delay, Runnable next) {
        task = next;
        due = now.plus(delay);
        return () -> due = Instant.MAX;
    }

    @Override
    public <T> Future<T> blocking(Callable<T> work) {
        Promise<T> done = Promise.promise();
        Runnable run = () -> {
            try {
                done.complete(work.call());
            } catch (Exception e) {
                done.fail(e);
            }
        };
        if (holding) {
            held.add(run);
        } else {
            run.run();
        }
        return done.future();
    }

    @Override
    public InstantSource clock() {
        return () -> now;
    }

    @Override
    public RandomGenerator random() {
        return random;
    }
}

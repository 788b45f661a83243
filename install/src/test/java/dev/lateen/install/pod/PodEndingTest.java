package dev.lateen.install.pod;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a pod's proxy ends. */
@Timeout(30)
class PodEndingTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofMillis(50);

    private final CountDownLatch stop = new CountDownLatch(1);
    private final AtomicInteger left = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger(2);

    private PodEnding life(Duration drain, boolean whenIdle, Duration least) {
        return new PodEnding(new PodEnd(drain, whenIdle, least), stop);
    }

    /** Ends with the life that it runs. */
    private Thread running(PodEnding life) {
        return Thread.ofVirtual().start(() -> {
            try {
                life.await(left::incrementAndGet, connections::get);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Test
    void afterASignalItServesForTheDrainTimeWhileItsClientsLeave() throws InterruptedException {
        stop.countDown();
        long before = System.nanoTime();
        running(life(SHORT, false, LONG)).join();
        assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(50));
        assertThat(left).hasValue(1);
    }

    @Test
    void whoWasAskedToQuitEndsAtOnceWithoutDraining() throws InterruptedException {
        PodEnding life = life(LONG, true, LONG);
        Thread running = running(life);
        life.quit();
        running.join();
        assertThat(left).hasValue(0);
    }

    @Test
    void quitEndsADrainThatIsUnderWay() throws InterruptedException {
        PodEnding life = life(LONG, false, LONG);
        stop.countDown();
        Thread running = running(life);
        life.quit();
        running.join();
        assertThat(stop.getCount()).isZero();
    }

    @Test
    void whoHasDrainedBeforeTheSignalEndsWithIt() throws InterruptedException {
        PodEnding life = life(LONG, false, LONG);
        life.drained();
        Thread running = running(life);
        stop.countDown();
        running.join();
        assertThat(left).hasValue(0);
    }

    @Test
    void itWaitsForTheLastConnectionIfItIsToldToButTheLeastTimeAnyway() throws InterruptedException {
        PodEnding life = life(Duration.ZERO, true, SHORT);
        stop.countDown();
        Thread running = running(life);
        assertThat(running.join(Duration.ofMillis(150))).isFalse();
        connections.set(0);
        running.join();
        assertThat(left).hasValue(1);
    }
}

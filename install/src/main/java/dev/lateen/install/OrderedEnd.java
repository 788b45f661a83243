package dev.lateen.install;

import dev.lateen.install.failure.CommandFailure;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Something that runs until a signal, and then has time to end in order: the process ends with 0, not with the signal's number. */
final class OrderedEnd {
    private static final Duration USUAL_PATIENCE = Duration.ofSeconds(30);

    private final Duration patience;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicInteger exitCode = new AtomicInteger(CommandFailure.FAILED);

    OrderedEnd() {
        this(USUAL_PATIENCE);
    }

    /** @param patience how long an end may take before the process ends anyway */
    OrderedEnd(Duration patience) {
        this.patience = patience;
    }

    /** What runs; it returns soon after the latch has counted down. */
    @FunctionalInterface
    interface Service {
        void run(CountDownLatch stop) throws InterruptedException;
    }

    /** Runs it to its end and answers 0; what it throws goes on to the caller, but for a start that a signal cut short. */
    int run(Service service) throws InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(this::onSignal, "signal"));
        try {
            service.run(stop);
            exitCode.set(0);
            return 0;
        } catch (IllegalStateException e) {
            // A signal in the midst of a start: what would register hooks of its own can't any more.
            if (stop.getCount() > 0) {
                throw e;
            }
            exitCode.set(0);
            return 0;
        } finally {
            ended.countDown();
        }
    }

    private void onSignal() {
        if (ended.getCount() == 0) {
            return;
        }
        stop.countDown();
        try {
            if (ended.await(patience.toSeconds(), TimeUnit.SECONDS)) {
                // The JVM would answer 130 or 143, however well everything went.
                Runtime.getRuntime().halt(exitCode.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package dev.lateen.proxy.xds;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Exponential back-off with full jitter: any time up to a ceiling that doubles with each failure. Used by one thread at a time. */
public final class Backoff {
    private final Duration base;
    private final Duration most;
    private final RandomGenerator random;
    private int failures;

    /** @param base the first ceiling; @param most the last */
    public Backoff(Duration base, Duration most, RandomGenerator random) {
        this.base = base;
        this.most = most;
        this.random = random;
    }

    /** How long to wait before the next try, at least a millisecond. */
    public Duration next() {
        long ceiling = Math.min(most.toMillis(), base.toMillis() << Math.min(failures, 20));
        failures++;
        return Duration.ofMillis(1 + random.nextLong(Math.max(1, ceiling)));
    }

    /** After a success. */
    public void reset() {
        failures = 0;
    }
}

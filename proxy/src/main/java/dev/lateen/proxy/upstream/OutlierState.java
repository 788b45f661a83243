package dev.lateen.proxy.upstream;

import java.util.concurrent.atomic.AtomicInteger;

/** What outlier detection remembers of one host. The counters are written by every event loop, the rest under the detector's lock. */
final class OutlierState {
    final AtomicInteger consecutive5xx = new AtomicInteger();
    final AtomicInteger consecutiveGatewayFailures = new AtomicInteger();
    final AtomicInteger consecutiveLocalFailures = new AtomicInteger();
    private volatile boolean ejected;
    long ejectedAtNanos;
    /** How many base ejection times the next ejection lasts; counts down by one an interval while the host behaves. */
    int multiplier;

    volatile int ejections;

    boolean ejected() {
        return ejected;
    }

    void ejected(boolean now) {
        ejected = now;
    }

    void resetCounters() {
        consecutive5xx.set(0);
        consecutiveGatewayFailures.set(0);
        consecutiveLocalFailures.set(0);
    }
}

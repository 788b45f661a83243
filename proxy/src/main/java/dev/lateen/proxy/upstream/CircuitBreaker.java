package dev.lateen.proxy.upstream;

import dev.lateen.proxy.model.Cluster.CircuitBreakers;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * How much of a cluster is in use, against {@code CircuitBreakers.Thresholds}. A count is kept across snapshots, so a lowered limit holds
 * for what comes next. Every successful {@code tryAcquire} is matched by one release. Lock-free, from any event loop; like Envoy's, a limit
 * can't be passed.
 */
public final class CircuitBreaker {
    private volatile CircuitBreakers limits;
    private final AtomicLong connections = new AtomicLong();
    private final AtomicLong pending = new AtomicLong();
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong retries = new AtomicLong();
    private final LongAdder pendingTotal = new LongAdder();
    private final AtomicLong pendingOverflows = new AtomicLong();
    private final AtomicLong requestOverflows = new AtomicLong();
    private final AtomicLong connectionOverflows = new AtomicLong();
    private final AtomicLong retryOverflows = new AtomicLong();

    CircuitBreaker(CircuitBreakers limits) {
        this.limits = limits;
    }

    void limits(CircuitBreakers newLimits) {
        limits = newLimits;
    }

    /** A connection may be opened: {@code max_connections}. */
    public boolean tryAcquireConnection() {
        return acquire(connections, limits.maxConnections(), connectionOverflows);
    }

    public void releaseConnection() {
        connections.decrementAndGet();
    }

    /** A request may wait for a connection: {@code max_pending_requests}. */
    public boolean tryAcquirePending() {
        boolean acquired = acquire(pending, limits.maxPendingRequests(), pendingOverflows);
        if (acquired) {
            pendingTotal.increment();
        }
        return acquired;
    }

    public void releasePending() {
        pending.decrementAndGet();
    }

    /** A request may be sent: {@code max_requests}. */
    public boolean tryAcquireRequest() {
        return acquire(requests, limits.maxRequests(), requestOverflows);
    }

    public void releaseRequest() {
        requests.decrementAndGet();
    }

    /** A retry may be made: {@code retry_budget} of the requests under way if there is one, else {@code max_retries}. */
    public boolean tryAcquireRetry() {
        return acquire(retries, maxRetries(), retryOverflows);
    }

    public void releaseRetry() {
        retries.decrementAndGet();
    }

    private long maxRetries() {
        CircuitBreakers now = limits;
        if (now.retryBudgetPercent() < 0) {
            return now.maxRetries();
        }
        long underWay = requests.get() + pending.get();
        return Math.max(now.minRetryConcurrency(), (long) (now.retryBudgetPercent() / 100 * underWay));
    }

    private static boolean acquire(AtomicLong count, long limit, AtomicLong overflows) {
        if (count.incrementAndGet() <= limit) {
            return true;
        }
        count.decrementAndGet();
        overflows.incrementAndGet();
        return false;
    }

    /** Connections counted now. */
    public long connections() {
        return connections.get();
    }

    /** Requests waiting now. */
    public long pending() {
        return pending.get();
    }

    /** Requests under way now. */
    public long requests() {
        return requests.get();
    }

    /** Retries under way now. */
    public long retries() {
        return retries.get();
    }

    /** {@code upstream_rq_pending_total}: requests that waited for a connection so far. */
    public long pendingTotal() {
        return pendingTotal.sum();
    }

    /** {@code upstream_cx_overflow}. */
    public long connectionOverflows() {
        return connectionOverflows.get();
    }

    /** {@code upstream_rq_pending_overflow}, requests refused while active ones are at their limit included, as Envoy counts them. */
    public long requestOverflows() {
        return pendingOverflows.get() + requestOverflows.get();
    }

    /** {@code upstream_rq_retry_overflow}. */
    public long retryOverflows() {
        return retryOverflows.get();
    }

    /** The limits in force. */
    public CircuitBreakers limits() {
        return limits;
    }
}

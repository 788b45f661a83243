package dev.lateen.proxy.http;

import dev.lateen.proxy.http.codec.StreamReset;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.model.RetryPolicy;
import dev.lateen.proxy.route.RouteEntry;
import dev.lateen.proxy.transport.ConnectFailure;
import dev.lateen.proxy.upstream.CircuitBreaker;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Tries an exchange again: asks {@link RetryState}, minds the circuit breaker and the body, waits, and begins the next try. */
final class Retries {
    private final Forwarding forwarding;
    private final @Nullable RetryState state;
    private final boolean safe;
    private boolean raceRetried;
    /** Where the retry under way was counted; null when none is. */
    private @Nullable CircuitBreaker counted;

    private @Nullable Future<?> backoff;

    private Retries(Forwarding forwarding, @Nullable RetryState state, boolean safe) {
        this.forwarding = forwarding;
        this.state = state;
        this.safe = safe;
    }

    static Retries of(Forwarding forwarding, RouteEntry entry, RequestHead head, boolean tunnel) {
        RetryPolicy own = forwarding.action().retryPolicy();
        RetryPolicy policy = own == null ? entry.virtualHost().retryPolicy() : own;
        boolean any = policy != null && !policy.retryOn().isEmpty() && policy.numRetries() > 0 && !tunnel;
        if (any && policy.previousHostsPredicate()) {
            forwarding.picking().avoidTried(policy.hostSelectionMaxAttempts());
        }
        if (any && policy.leavePriorityAfter() > 0) {
            forwarding.picking().leavePriorityAfter(policy.leavePriorityAfter());
        }
        boolean safe = switch (head.method()) {
            case "GET", "HEAD", "OPTIONS", "TRACE" -> !tunnel;
            default -> false;
        };
        return new Retries(forwarding, any ? new RetryState(policy) : null, safe);
    }

    /** Whether the request's body may have to be sent again. */
    boolean mayNeedBody() {
        return state != null;
    }

    void armPerTryTimeout(ExchangeTimers timers) {
        if (!perTryTimeout().isZero()) {
            timers.perTryTimeout(perTryTimeout(), forwarding::perTryTimedOut);
        }
    }

    /** Zero for none. */
    Duration perTryTimeout() {
        RetryPolicy policy = state == null ? forwarding.action().retryPolicy() : state.policy();
        return policy == null ? Duration.ZERO : policy.perTryTimeout();
    }

    /** @return whether the response is dropped for another try */
    boolean onHead(ResponseHead head) {
        return state != null && state.wants(head) && again();
    }

    boolean onReset(UpstreamAttempt from, StreamReset reason) {
        if (state != null && state.wants(reason, from.stream() != null) && again()) {
            return true;
        }
        return closingRace(from, reason);
    }

    /** A name that can't be resolved is no failure of a host, so it is not tried again, as in Envoy. */
    boolean onConnectFailure(ConnectFailure failure) {
        return state != null && !failure.unresolved() && state.wantsAfterConnectFailure() && again();
    }

    boolean onTimeout() {
        return state != null && state.wants(StreamReset.LOCAL_RESET, true) && again();
    }

    /**
     * A server closes a connection that it thinks idle while a request is on its way to it: nobody has done anything wrong. A safe request without
     * a body is sent once more, at once and on whatever connection there is, as HTTP clients do (RFC 9110 section 9.2.2).
     */
    private boolean closingRace(UpstreamAttempt from, StreamReset reason) {
        boolean race = reason == StreamReset.CONNECTION_TERMINATION && from.reused();
        if (!race || !safe || raceRetried || !forwarding.canReplay()) {
            return false;
        }
        raceRetried = true;
        forwarding.exchange().worker().loop().execute(forwarding::attempt);
        return true;
    }

    private boolean again() {
        RetryState policy = state;
        CircuitBreaker breaker = forwarding.cluster().breaker();
        if (policy == null || !forwarding.canReplay()) {
            return false;
        }
        if (!policy.hasLeft()) {
            forwarding.flag(ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED);
            return false;
        }
        release();
        if (!breaker.tryAcquireRetry()) {
            forwarding.flag(ResponseFlag.UPSTREAM_OVERFLOW);
            return false;
        }
        counted = breaker;
        policy.take();
        HttpWorker worker = forwarding.exchange().worker();
        backoff = worker.schedule(forwarding::attempt, policy.backoffNanos(worker.random()));
        return true;
    }

    private void release() {
        CircuitBreaker breaker = counted;
        if (breaker != null) {
            counted = null;
            breaker.releaseRetry();
        }
    }

    void end() {
        if (backoff != null) {
            backoff.cancel(false);
        }
        release();
    }
}

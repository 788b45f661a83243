package dev.lateen.proxy.http;

import dev.lateen.proxy.http.codec.StreamReset;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.model.RetryPolicy;
import dev.lateen.proxy.route.RetryRule;
import dev.lateen.proxy.transport.ConnectFailure;
import dev.lateen.proxy.upstream.CircuitBreaker;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Tries an exchange again: asks the route's {@link RetryRule}, minds the circuit breaker and the body, waits, and begins the next try. */
final class Retries {
    private final Forwarding forwarding;
    private final @Nullable RetryRule rule;
    private final boolean tunnel;
    private int made;
    private boolean raceRetried;
    /** Where the retry under way was counted; null when none is. */
    private @Nullable CircuitBreaker counted;

    private @Nullable Future<?> backoff;

    Retries(Forwarding forwarding, ForwardPlan plan) {
        this.forwarding = forwarding;
        this.rule = plan.retry();
        this.tunnel = plan.tunnel();
        RetryPolicy policy = rule == null ? null : rule.policy();
        if (policy != null && policy.previousHostsPredicate()) {
            forwarding.picking().avoidTried(policy.hostSelectionMaxAttempts());
        }
        if (policy != null && policy.leavePriorityAfter() > 0) {
            forwarding.picking().leavePriorityAfter(policy.leavePriorityAfter());
        }
    }

    /** @return whether the response is dropped for another try */
    boolean onHead(ResponseHead head) {
        return rule != null && rule.wants(head, null) && again(rule);
    }

    /** @param reused whether the connection has carried requests before */
    boolean onReset(StreamReset reason, boolean reused) {
        boolean refused = reason == StreamReset.REMOTE_REFUSED;
        return rule != null && rule.wantsAfterReset(refused, true, null) && again(rule) || closingRace(reason, reused);
    }

    /** A name that can't be resolved is no failure of a host, so it is not tried again, as in Envoy. */
    boolean onConnectFailure(ConnectFailure failure) {
        return rule != null && !failure.unresolved() && rule.wantsAfterConnectFailure(null) && again(rule);
    }

    boolean onTimeout() {
        return rule != null && rule.wantsAfterReset(false, true, null) && again(rule);
    }

    /**
     * A server closes a connection that it thinks idle while a request is on its way to it: nobody has done anything wrong. A safe request without
     * a body is sent once more, at once and on whatever connection there is, as HTTP clients do (RFC 9110 section 9.2.2).
     */
    private boolean closingRace(StreamReset reason, boolean reused) {
        boolean race = reason == StreamReset.CONNECTION_TERMINATION && reused;
        if (!race || tunnel || raceRetried || !isSafe() || !forwarding.canReplay()) {
            return false;
        }
        raceRetried = true;
        forwarding.exchange().worker().loop().execute(forwarding::attempt);
        return true;
    }

    private boolean isSafe() {
        return switch (forwarding.exchange().facts().request().method()) {
            case "GET", "HEAD", "OPTIONS", "TRACE" -> true;
            default -> false;
        };
    }

    private boolean again(RetryRule policy) {
        if (!forwarding.canReplay()) {
            return false;
        }
        if (made >= policy.policy().numRetries()) {
            forwarding.flag(ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED);
            return false;
        }
        release();
        CircuitBreaker breaker = forwarding.cluster().breaker();
        if (!breaker.tryAcquireRetry()) {
            forwarding.flag(ResponseFlag.UPSTREAM_OVERFLOW);
            return false;
        }
        counted = breaker;
        made++;
        HttpWorker worker = forwarding.exchange().worker();
        backoff = worker.schedule(forwarding::attempt, policy.backoffNanos(made, worker.random()));
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

package dev.lateen.proxy.model;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * {@code envoy.config.route.v3.RetryPolicy}.
 *
 * @param retryOn Envoy's words, such as {@code connect-failure}, {@code 5xx}, {@code reset-before-request}
 * @param numRetries tries after the first
 * @param perTryTimeout zero means the route's timeout only
 * @param retriableStatusCodes for {@code retriable-status-codes}
 * @param previousHostsPredicate whether hosts that were tried are avoided
 * @param hostSelectionMaxAttempts how often another host is asked for
 * @param baseInterval of the exponential back-off with full jitter; Envoy's default 25 ms
 * @param maxInterval ten times the base when not given
 * @param retriableHeaders for {@code retriable-headers}
 * @param leavePriorityAfter after how many tries the priorities of the hosts tried are left for others ({@code previous_priorities}); 0 for never
 */
public record RetryPolicy(
        Set<String> retryOn,
        int numRetries,
        Duration perTryTimeout,
        Set<Integer> retriableStatusCodes,
        boolean previousHostsPredicate,
        int hostSelectionMaxAttempts,
        Duration baseInterval,
        Duration maxInterval,
        List<HeaderMatcher> retriableHeaders,
        int leavePriorityAfter) {
    /** For priorities as their loads say. */
    public RetryPolicy(
            Set<String> retryOn,
            int numRetries,
            Duration perTryTimeout,
            Set<Integer> retriableStatusCodes,
            boolean previousHostsPredicate,
            int hostSelectionMaxAttempts,
            Duration baseInterval,
            Duration maxInterval,
            List<HeaderMatcher> retriableHeaders) {
        this(
                retryOn,
                numRetries,
                perTryTimeout,
                retriableStatusCodes,
                previousHostsPredicate,
                hostSelectionMaxAttempts,
                baseInterval,
                maxInterval,
                retriableHeaders,
                0);
    }

    public RetryPolicy {
        retryOn = Set.copyOf(retryOn);
        retriableStatusCodes = Set.copyOf(retriableStatusCodes);
        retriableHeaders = List.copyOf(retriableHeaders);
    }
}

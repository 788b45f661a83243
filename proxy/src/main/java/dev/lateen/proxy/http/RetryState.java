package dev.lateen.proxy.http;

import dev.lateen.proxy.http.codec.StreamReset;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.model.HeaderMatcher;
import dev.lateen.proxy.model.RetryPolicy;
import dev.lateen.proxy.route.HeaderConditions;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether one exchange is tried again, by Envoy's words ({@code x-envoy-retry-on} and {@code x-envoy-retry-grpc-on}). Knows no
 * circuit breaker and no body: whoever asks sees to those.
 */
final class RetryState {
    private final RetryPolicy policy;
    private int left;
    private int made;

    RetryState(RetryPolicy policy) {
        this.policy = policy;
        this.left = policy.numRetries();
    }

    RetryPolicy policy() {
        return policy;
    }

    /** Whether any try is left. */
    boolean hasLeft() {
        return left > 0;
    }

    /** Takes one of the tries that are left. */
    void take() {
        left--;
        made++;
    }

    /** Whether the policy wants this response to be tried again. */
    boolean wants(ResponseHead head) {
        Set<String> on = policy.retryOn();
        int status = head.status();
        HeaderMap headers = head.headers();
        if (headers.contains("x-envoy-ratelimited")) {
            return on.contains("envoy-ratelimited");
        }
        if (status >= 500 && on.contains("5xx")) {
            return true;
        }
        if (status >= 502 && status <= 504 && on.contains("gateway-error")) {
            return true;
        }
        if (status == 409 && on.contains("retriable-4xx")) {
            return true;
        }
        if (on.contains("retriable-status-codes")
                && policy.retriableStatusCodes().contains(status)) {
            return true;
        }
        if (on.contains("retriable-headers") && hasRetriableHeader(head)) {
            return true;
        }
        return wantsGrpc(on, headers.get("grpc-status"));
    }

    private static boolean wantsGrpc(Set<String> on, @Nullable CharSequence status) {
        if (status == null) {
            return false;
        }
        String word = switch (status.toString()) {
            case "1" -> "cancelled";
            case "4" -> "deadline-exceeded";
            case "8" -> "resource-exhausted";
            case "13" -> "internal";
            case "14" -> "unavailable";
            default -> "";
        };
        return !word.isEmpty() && on.contains(word);
    }

    private boolean hasRetriableHeader(ResponseHead head) {
        for (HeaderMatcher matcher : policy.retriableHeaders()) {
            if (HeaderConditions.matches(matcher, head)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the policy wants a try again after a reset before the response. @param sent whether any of the request was sent */
    boolean wants(StreamReset reset, boolean sent) {
        Set<String> on = policy.retryOn();
        return on.contains("5xx")
                || on.contains("gateway-error")
                || on.contains("reset")
                || !sent && on.contains("reset-before-request")
                || reset == StreamReset.REMOTE_REFUSED && on.contains("refused-stream");
    }

    /** Whether the policy wants a try again when no connection could be made. */
    boolean wantsAfterConnectFailure() {
        Set<String> on = policy.retryOn();
        return on.contains("connect-failure")
                || on.contains("5xx")
                || on.contains("gateway-error")
                || on.contains("reset")
                || on.contains("reset-before-request");
    }

    /** How long to wait before the try that was just taken: exponential, with full jitter. In nanoseconds. */
    long backoffNanos(RandomGenerator random) {
        long base = Math.max(1_000_000, policy.baseInterval().toNanos());
        long max = Math.max(base, policy.maxInterval().toNanos());
        int shift = Math.min(made - 1, 20);
        long ceiling = Math.min(max, base << shift);
        return random.nextLong(ceiling);
    }
}

package dev.lateen.proxy.route;

import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.model.HeaderMatcher;
import dev.lateen.proxy.model.Provenance;
import dev.lateen.proxy.model.RetryPolicy;
import dev.lateen.proxy.model.Route;
import dev.lateen.proxy.model.RouteAction;
import dev.lateen.proxy.model.VirtualHost;
import dev.lateen.proxy.reason.Question;
import dev.lateen.proxy.reason.Trace;
import java.util.BitSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Whether a route wants another try, by Envoy's words ({@code x-envoy-retry-on} and {@code x-envoy-retry-grpc-on}). Knows no
 * circuit breaker, no body and no number of tries: whoever asks sees to those. Immutable.
 */
public final class RetryRule {
    private static final int MOST_DOUBLINGS = 20;
    private static final long LEAST_NANOS = 1_000_000;

    private final RetryPolicy policy;
    private final Provenance origin;

    /** The codes of {@code retriable-status-codes}, as they are asked for with each response. */
    private final BitSet statusCodes = new BitSet();

    private RetryRule(RetryPolicy policy, Provenance origin) {
        this.policy = policy;
        this.origin = origin;
        for (int code : policy.retriableStatusCodes()) {
            // Any number can be written there; an answer has one of these.
            if (code >= 100 && code <= 999) {
                statusCodes.set(code);
            }
        }
    }

    /** The route's own, else its virtual host's; null where nothing is ever tried again. */
    static @Nullable RetryRule of(VirtualHost host, Route route) {
        RetryPolicy own = route.action() instanceof RouteAction.Forward forward ? forward.retryPolicy() : null;
        RetryPolicy policy = own == null ? host.retryPolicy() : own;
        return policy != null && !policy.retryOn().isEmpty() && policy.numRetries() > 0
                ? new RetryRule(policy, route.provenance())
                : null;
    }

    /** What it decides by. */
    public RetryPolicy policy() {
        return policy;
    }

    /** Whether this response is to be tried again. @param trace null when nobody asks */
    public boolean wants(ResponseHead head, @Nullable Trace trace) {
        String by = word(head);
        boolean wants = !by.isEmpty();
        return trace == null ? wants : told(trace, wants, by, "status " + head.status());
    }

    /** The word that this response is meant by, or empty. */
    private String word(ResponseHead head) {
        int status = head.status();
        HeaderMap headers = head.headers();
        if (headers.contains("x-envoy-ratelimited")) {
            return on("envoy-ratelimited");
        }
        String by = status >= 500 ? on("5xx") : "";
        by = by.isEmpty() && status >= 502 && status <= 504 ? on("gateway-error") : by;
        by = by.isEmpty() && status == 409 ? on("retriable-4xx") : by;
        if (by.isEmpty()) {
            by = on("retriable-status-codes");
            by = by.isEmpty() || statusCodes.get(status) ? by : "";
        }
        if (by.isEmpty()) {
            by = on("retriable-headers");
            by = by.isEmpty() || hasRetriableHeader(head) ? by : "";
        }
        CharSequence grpc = by.isEmpty() ? headers.get("grpc-status") : null;
        return grpc == null ? by : grpcWord(grpc);
    }

    private String on(String word) {
        return policy.retryOn().contains(word) ? word : "";
    }

    private String grpcWord(CharSequence status) {
        return switch (status.toString()) {
            case "1" -> on("cancelled");
            case "4" -> on("deadline-exceeded");
            case "8" -> on("resource-exhausted");
            case "13" -> on("internal");
            case "14" -> on("unavailable");
            default -> "";
        };
    }

    private boolean hasRetriableHeader(ResponseHead head) {
        for (HeaderMatcher matcher : policy.retriableHeaders()) {
            if (HeaderConditions.matches(matcher, head)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether another try is to be made after a reset before the response, or when a try's time is over.
     *
     * @param refused whether the upstream said that it did not look at the request
     * @param sent whether any of the request was sent
     * @param trace null when nobody asks
     */
    public boolean wantsAfterReset(boolean refused, boolean sent, @Nullable Trace trace) {
        String by = first("5xx", "gateway-error", "reset");
        by = by.isEmpty() && !sent ? on("reset-before-request") : by;
        by = by.isEmpty() && refused ? on("refused-stream") : by;
        boolean wants = !by.isEmpty();
        return trace == null ? wants : told(trace, wants, by, "reset before the response");
    }

    /** Whether another try is to be made when no connection could be made. @param trace null when nobody asks */
    public boolean wantsAfterConnectFailure(@Nullable Trace trace) {
        String by = first("connect-failure", "5xx", "gateway-error");
        by = by.isEmpty() ? first("reset", "reset-before-request", "") : by;
        boolean wants = !by.isEmpty();
        return trace == null ? wants : told(trace, wants, by, "no connection");
    }

    private String first(String one, String two, String three) {
        String by = on(one);
        by = by.isEmpty() ? on(two) : by;
        return by.isEmpty() ? on(three) : by;
    }

    private boolean told(Trace trace, boolean wants, String by, String outcome) {
        if (wants) {
            trace.yes(Question.RETRY, by, origin, outcome + " (retry_on: " + by + ")");
            return true;
        }
        return trace.no(Question.RETRY, "", origin, outcome + " (expected: " + policy.retryOn() + ")");
    }

    /** How long to wait before a try: exponential, with full jitter. In nanoseconds. @param made how many were made again so far, this one included; at least 1 */
    public long backoffNanos(int made, RandomGenerator random) {
        long base = Math.max(LEAST_NANOS, policy.baseInterval().toNanos());
        long max = Math.max(base, policy.maxInterval().toNanos());
        int shift = Math.min(made - 1, MOST_DOUBLINGS);
        long ceiling = Math.min(max, base << shift);
        return random.nextLong(ceiling);
    }
}

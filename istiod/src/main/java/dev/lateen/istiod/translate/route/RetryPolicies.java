package dev.lateen.istiod.translate.route;

import dev.lateen.api.networking.HttpRoute;
import dev.lateen.istiod.translate.resource.Protos;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** When and how often a request is tried again. */
public final class RetryPolicies {
    private static final String RETRY_ON =
            "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes";
    private static final RetryPolicy.RetryHostPredicate NOT_THE_SAME = RetryPolicy.RetryHostPredicate.newBuilder()
            .setName("envoy.retry_host_predicates.previous_hosts")
            .setTypedConfig(Protos.any(PreviousHostsPredicate.getDefaultInstance()))
            .build();

    private RetryPolicies() {}

    /** An inbound request that never reached the application may go again. */
    public static RetryPolicy inbound() {
        return RetryPolicy.newBuilder()
                .setRetryOn("reset-before-request")
                .setNumRetries(Protos.u32(2))
                .build();
    }

    /**
     * A route's retries; null for none.
     *
     * @param own what the route says
     * @param mesh what the mesh says where the route is silent
     * @param hashed whether a request must come to the same host every time
     */
    static @Nullable RetryPolicy of(HttpRoute.@Nullable Retry own, HttpRoute.@Nullable Retry mesh, boolean hashed) {
        HttpRoute.Retry retry = own == null ? mesh : own;
        if (retry != null && retry.attempts() <= 0) {
            return null;
        }
        RetryPolicy.Builder out = RetryPolicy.newBuilder()
                .setRetryOn(RETRY_ON)
                .setNumRetries(Protos.u32(retry == null ? 2 : retry.attempts()));
        boolean elsewhere = !hashed && (retry == null || !Boolean.FALSE.equals(retry.retryIgnorePreviousHosts()));
        if (elsewhere) {
            out.addRetryHostPredicate(NOT_THE_SAME).setHostSelectionRetryMaxAttempts(5);
        }
        if (retry == null) {
            return out.build();
        }
        if (!retry.retryOn().isEmpty()) {
            conditions(out, retry.retryOn());
        }
        if (retry.perTryTimeout() != null) {
            out.setPerTryTimeout(Protos.duration(retry.perTryTimeout()));
        }
        if (Boolean.TRUE.equals(retry.retryRemoteLocalities())) {
            out.setRetryPriority(RetryPolicy.RetryPriority.newBuilder()
                    .setName("envoy.retry_priorities.previous_priorities")
                    .setTypedConfig(Protos.any(PreviousPrioritiesConfig.newBuilder()
                            .setUpdateFrequency(2)
                            .build())));
        }
        if (retry.backoff() != null) {
            out.setRetryBackOff(
                    RetryPolicy.RetryBackOff.newBuilder().setBaseInterval(Protos.duration(retry.backoff())));
        }
        return out.build();
    }

    // Numbers among the conditions are status codes.
    private static void conditions(RetryPolicy.Builder out, String retryOn) {
        List<String> words = new ArrayList<>();
        boolean codes = false;
        for (String part : retryOn.split(",", -1)) {
            String word = part.trim();
            boolean number = word.length() == 3 && word.chars().allMatch(c -> c >= '0' && c <= '9');
            if (number) {
                out.addRetriableStatusCodes(Integer.parseInt(word));
                codes = true;
            } else if (!word.isEmpty()) {
                words.add(word);
            }
        }
        if (codes && !words.contains("retriable-status-codes")) {
            words.add("retriable-status-codes");
        }
        out.setRetryOn(String.join(",", words));
    }
}

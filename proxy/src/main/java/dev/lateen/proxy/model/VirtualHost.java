package dev.lateen.proxy.model;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.route.v3.VirtualHost}.
 *
 * @param domains exact, {@code *.suffix}, {@code prefix.*} or {@code *}, in Envoy's order of preference
 * @param routes first match wins
 * @param requireTls which clear-text requests are redirected to https
 * @param includeRequestAttemptCount whether {@code x-envoy-attempt-count} goes upstream
 * @param includeAttemptCountInResponse the same for the response
 * @param retryPolicy for routes without one of their own
 * @param perFilter {@code typed_per_filter_config} by filter name
 */
public record VirtualHost(
        String name,
        List<String> domains,
        List<Route> routes,
        RequireTls requireTls,
        HeaderMutations requestHeaders,
        HeaderMutations responseHeaders,
        boolean includeRequestAttemptCount,
        boolean includeAttemptCountInResponse,
        @Nullable RetryPolicy retryPolicy,
        Map<String, HttpFilterConfig> perFilter) {
    public VirtualHost {
        domains = List.copyOf(domains);
        routes = List.copyOf(routes);
        perFilter = Map.copyOf(perFilter);
    }

    /** {@code VirtualHost.TlsRequirementType}. */
    public enum RequireTls {
        NONE,
        EXTERNAL_ONLY,
        ALL
    }
}

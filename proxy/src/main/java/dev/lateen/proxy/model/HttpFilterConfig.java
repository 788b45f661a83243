package dev.lateen.proxy.model;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One HTTP filter's configuration, on a connection manager or overridden for a virtual host, route or weighted cluster. */
public sealed interface HttpFilterConfig {
    /** {@code envoy.filters.http.router}, always the last. */
    record Router(boolean suppressEnvoyHeaders, boolean startChildSpan) implements HttpFilterConfig {}

    /** {@code envoy.filters.http.rbac}. */
    record Rbac(RbacPolicies policies) implements HttpFilterConfig {}

    /** {@code envoy.filters.http.fault}; either part may be absent. Fractions are in millionths. */
    record Fault(
            @Nullable Duration fixedDelay,
            int delayFraction,
            int abortHttpStatus,
            int abortGrpcStatus,
            int abortFraction,
            List<HeaderMatcher> headers,
            String upstreamCluster)
            implements HttpFilterConfig {
        /** The value of {@code abortGrpcStatus} when the abort is by HTTP status, and of {@code abortHttpStatus} when by gRPC status. */
        public static final int NONE = -1;

        public Fault {
            headers = List.copyOf(headers);
        }
    }

    /** {@code envoy.filters.http.cors}: switches it on; the policy stands per route. */
    record Cors(@Nullable CorsPolicy policy) implements HttpFilterConfig {}

    /** {@code envoy.filters.http.grpc_stats}. */
    record GrpcStats() implements HttpFilterConfig {}

    /** {@code istio.alpn}: the upstream ALPN follows the downstream protocol. */
    record IstioAlpn() implements HttpFilterConfig {}

    /** {@code istio.stats}: Istio's standard metrics. */
    record IstioStats(boolean disableHostHeaderFallback, List<MetricChange> changes) implements HttpFilterConfig {
        public IstioStats {
            changes = List.copyOf(changes);
        }
    }

    /**
     * {@code envoy.filters.http.peer_metadata}: which sides exchange {@code x-envoy-peer-metadata} headers.
     *
     * @param skipExternalClusters whether nothing is sent to clusters outside the mesh
     */
    record PeerMetadataExchange(
            boolean downstreamDiscovery,
            boolean upstreamDiscovery,
            boolean downstreamPropagation,
            boolean upstreamPropagation,
            boolean skipExternalClusters)
            implements HttpFilterConfig {}

    /** {@code envoy.filters.http.jwt_authn}. @param requirement that a route names in place of the rules; null for those */
    record JwtAuthn(JwtAuthentication config, @Nullable String requirement) implements HttpFilterConfig {}

    /** What a route has of it ({@code PerRouteConfig}): the name of a requirement. */
    record JwtRoute(String requirement) implements HttpFilterConfig {}

    /** A filter that has nothing to do in this proxy and may be passed over ({@code envoy.filters.http.grpc_web} on non-browser traffic is not one). */
    record Ignored(String filterName) implements HttpFilterConfig {}

    /** A per-route override that switches the filter of this name off. */
    record Disabled() implements HttpFilterConfig {}

    /** A filter that decides on security and can't be built here: every request is answered 403 (fail closed), naming it. */
    record Denied(String filterName, String reason) implements HttpFilterConfig {}

    /** {@code envoy.extensions.filters.http.cors.v3.CorsPolicy}. */
    record CorsPolicy(
            List<StringMatcher> allowOrigins,
            String allowMethods,
            String allowHeaders,
            String exposeHeaders,
            String maxAge,
            boolean allowCredentials,
            int filterEnabledFraction,
            boolean forwardNotMatchingPreflights) {
        public CorsPolicy {
            allowOrigins = List.copyOf(allowOrigins);
        }
    }
}

package dev.lateen.proxy.model;

import com.google.re2j.Pattern;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What becomes of a matched request. */
public sealed interface RouteAction {
    /**
     * It goes to a cluster: {@code envoy.config.route.v3.RouteAction}.
     *
     * @param retryPolicy null when neither the route nor its virtual host has one
     * @param clusterNotFoundStatus 503, 404 or 500
     * @param upgrades upgrade types allowed here beyond the connection manager's, lower-case
     */
    record Forward(
            ClusterSpecifier cluster,
            Rewrite rewrite,
            Timeouts timeouts,
            @Nullable RetryPolicy retryPolicy,
            List<Mirror> mirrors,
            List<HashPolicy> hashPolicies,
            int clusterNotFoundStatus,
            List<String> upgrades)
            implements RouteAction {
        public Forward {
            mirrors = List.copyOf(mirrors);
            hashPolicies = List.copyOf(hashPolicies);
            upgrades = List.copyOf(upgrades);
        }
    }

    /** What is asked for upstream. @param appendXForwardedHost whether {@code x-forwarded-host} tells a rewritten host */
    record Rewrite(PathRewrite path, HostRewrite host, boolean appendXForwardedHost) {
        /** The same as was asked for here. */
        public static final Rewrite NONE = new Rewrite(new PathRewrite.None(), new HostRewrite.None(), false);
    }

    /**
     * How long a response may take.
     *
     * @param route for the whole response; zero means none (Envoy's own default of 15 s is filled in by the decoder)
     * @param idle null when not given; zero means none
     * @param maxStream null when not given
     * @param maxGrpc up to where {@code grpc-timeout} replaces the timeout of gRPC requests, zero for any; null when it does not
     */
    record Timeouts(
            Duration route,
            @Nullable Duration idle,
            @Nullable Duration maxStream,
            @Nullable Duration maxGrpc) {
        /** None but for the whole response. @param route zero means none */
        public static Timeouts of(Duration route) {
            return new Timeouts(route, null, null, null);
        }
    }

    /**
     * {@code envoy.config.route.v3.RedirectAction}; null and absent parts keep the request's own.
     *
     * @param portRedirect 0 keeps the port
     * @param status 301, 302, 303, 307 or 308
     */
    record Redirect(
            @Nullable String hostRedirect,
            int portRedirect,
            @Nullable String schemeRedirect,
            boolean httpsRedirect,
            PathRewrite pathRewrite,
            @Nullable String pathRedirect,
            boolean stripQuery,
            int status)
            implements RouteAction {}

    /** {@code envoy.config.route.v3.DirectResponseAction}. @param body its bytes as they will be sent */
    record DirectResponse(int status, Body body) implements RouteAction {}

    /** {@code envoy.config.route.v3.NonForwardingAction}: only for inbound gRPC servers; answered like a missing route. */
    record NonForwarding() implements RouteAction {}

    /** Which cluster. */
    sealed interface ClusterSpecifier {
        record Single(String cluster) implements ClusterSpecifier {}

        /** Named by a request header. */
        record Header(String lowerCaseName) implements ClusterSpecifier {}

        /** One of several by chance. @param totalWeight the sum of the weights, above zero */
        record Weighted(List<WeightedCluster> clusters, long totalWeight) implements ClusterSpecifier {
            public Weighted {
                clusters = List.copyOf(clusters);
            }
        }
    }

    /** {@code envoy.config.route.v3.WeightedCluster.ClusterWeight}. @param hostRewrite null keeps the route's */
    record WeightedCluster(
            String cluster,
            long weight,
            HeaderMutations requestHeaders,
            HeaderMutations responseHeaders,
            @Nullable String hostRewrite,
            java.util.Map<String, HttpFilterConfig> perFilter) {
        public WeightedCluster {
            perFilter = java.util.Map.copyOf(perFilter);
        }
    }

    /** How the path changes on its way. */
    sealed interface PathRewrite {
        record None() implements PathRewrite {}

        /** The matched prefix (or the whole exact path) is replaced. */
        record Prefix(String replacement) implements PathRewrite {}

        /** Every match of an RE2 expression is replaced; {@code \1} refers to a group. */
        record Regex(Pattern pattern, String substitution) implements PathRewrite {}

        /** The whole path is replaced, the query kept. */
        record Full(String path) implements PathRewrite {}
    }

    /** How the authority changes on its way. */
    sealed interface HostRewrite {
        record None() implements HostRewrite {}

        record Literal(String host) implements HostRewrite {}

        /** The upstream host's own name, where it has one. */
        record Auto() implements HostRewrite {}

        record FromHeader(String lowerCaseName) implements HostRewrite {}
    }

    /** {@code RequestMirrorPolicy}. @param fraction in millionths */
    record Mirror(String cluster, int fraction, boolean disableShadowHostSuffix) {}

    /** {@code RouteAction.HashPolicy}. */
    sealed interface HashPolicy {
        boolean terminal();

        record Header(String lowerCaseName, boolean terminal) implements HashPolicy {}

        /** @param ttl null: never generated; zero: session cookie; @param attributes as {@code set-cookie} has them, such as {@code SameSite=Strict} or {@code Secure} */
        record Cookie(String name, String path, @Nullable Duration ttl, boolean terminal, List<String> attributes)
                implements HashPolicy {
            public Cookie {
                attributes = List.copyOf(attributes);
            }

            /** Without attributes. */
            public Cookie(String name, String path, @Nullable Duration ttl, boolean terminal) {
                this(name, path, ttl, terminal, List.of());
            }
        }

        record SourceIp(boolean terminal) implements HashPolicy {}

        record QueryParameter(String name, boolean terminal) implements HashPolicy {}
    }

    /** Bytes with value semantics by identity of content; the array is never changed. */
    final class Body {
        private final byte[] bytes;

        public Body(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        public int length() {
            return bytes.length;
        }

        /** A copy. */
        public byte[] bytes() {
            return bytes.clone();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Body that && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }
    }
}

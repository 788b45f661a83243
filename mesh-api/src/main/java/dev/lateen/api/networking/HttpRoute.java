package dev.lateen.api.networking;

import dev.lateen.api.schema.Alias;
import dev.lateen.api.schema.AtLeast;
import dev.lateen.api.schema.AtMostOne;
import dev.lateen.api.schema.Default;
import dev.lateen.api.schema.Format;
import dev.lateen.api.schema.Group;
import dev.lateen.api.schema.KnownButUnused;
import dev.lateen.api.schema.Length;
import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.Port;
import dev.lateen.api.schema.Range;
import dev.lateen.api.schema.Required;
import dev.lateen.api.schema.TextRules;
import dev.lateen.api.schema.Uint32;
import dev.lateen.api.schema.Wrapped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One rule of a VirtualService for HTTP.
 *
 * @param name shown in logs; empty if none
 * @param match any of these must match; empty matches every request
 * @param action what is done with the request
 * @param rewrite changes to path and authority before forwarding
 * @param timeout of the whole request, retries included; absent means none
 * @param retries when and how often to try again; absent means the mesh's default
 * @param fault faults to inject on the client's side
 * @param mirroring who gets copies
 * @param corsPolicy cross-origin rules
 * @param headers changes to headers
 */
// Old files still ask for WebSocket; upgrades are always on.
@KnownButUnused("websocketUpgrade")
@Obeys(VirtualServiceRules.HttpRouteAction.class)
public record HttpRoute(
        String name,
        List<Match> match,
        @Group Action action,
        @Nullable Rewrite rewrite,
        @AtLeast("1ms") @Nullable Duration timeout,
        @Nullable Retry retries,
        @Nullable FaultInjection fault,
        @Group Mirroring mirroring,
        @Nullable CorsPolicy corsPolicy,
        @Nullable HeaderOperations headers) {

    /**
     * What is done with a request: one of these.
     *
     * @param route it goes to weighted destinations
     * @param redirect it is answered with a redirect
     * @param directResponse it is answered with a fixed response
     * @param delegate another VirtualService holds the rest of the routes
     */
    public record Action(
            List<WeightedDestination> route,
            @Nullable Redirect redirect,
            @Nullable DirectResponse directResponse,
            @Nullable Delegate delegate) {}

    /**
     * Who gets copies of a request.
     *
     * @param mirror a destination
     * @param mirrorPercent the share of copies in whole percent; old form of {@code mirrorPercentage}
     * @param mirrorPercentage the share of copies; absent means all
     * @param mirrors several destinations
     */
    public record Mirroring(
            @Nullable Destination mirror,

            @Wrapped @Alias("mirror_percent") @Uint32 @Range(min = 0, max = 100, why = "a share is 0 to 100") @Nullable
            Integer mirrorPercent,

            @Nullable Percent mirrorPercentage,
            List<Mirror> mirrors) {}

    /** The same with other conditions and destinations. */
    public HttpRoute withTargets(
            List<Match> otherMatch,
            List<WeightedDestination> otherRoute,
            @Nullable Destination otherMirror,
            List<Mirror> otherMirrors) {
        return new HttpRoute(
                name,
                otherMatch,
                new Action(otherRoute, action.redirect, action.directResponse, action.delegate),
                rewrite,
                timeout,
                retries,
                fault,
                new Mirroring(otherMirror, mirroring.mirrorPercent, mirroring.mirrorPercentage, otherMirrors),
                corsPolicy,
                headers);
    }

    /**
     * This delegating route and a route of its delegate as one: where the delegate says nothing this one has the word, and what is done with a request is the
     * delegate's alone.
     *
     * @param joinedName of the route
     * @param narrowed what matches both
     */
    public HttpRoute delegatedTo(HttpRoute leaf, String joinedName, List<Match> narrowed) {
        return new HttpRoute(
                joinedName,
                List.copyOf(narrowed),
                new Action(leaf.action.route, leaf.action.redirect, leaf.action.directResponse, null),
                or(leaf.rewrite, rewrite),
                or(leaf.timeout, timeout),
                or(leaf.retries, retries),
                or(leaf.fault, fault),
                new Mirroring(
                        or(leaf.mirroring.mirror, mirroring.mirror),
                        or(leaf.mirroring.mirrorPercent, mirroring.mirrorPercent),
                        or(leaf.mirroring.mirrorPercentage, mirroring.mirrorPercentage),
                        leaf.mirroring.mirrors.isEmpty() ? mirroring.mirrors : leaf.mirroring.mirrors),
                or(leaf.corsPolicy, corsPolicy),
                or(leaf.headers, headers));
    }

    private static <T> @Nullable T or(@Nullable T first, @Nullable T second) {
        return first == null ? second : first;
    }

    /**
     * What a request must be like; all that is said must hold.
     *
     * @param name of the match, for logs
     * @param request what the request itself is like
     * @param scope where the rule holds
     * @param statPrefix a prefix for statistics of this route
     */
    @Obeys(VirtualServiceRules.MatchValues.class)
    public record Match(
            String name, @Group Request request, @Group Scope scope, String statPrefix) {

        /**
         * What the request itself is like.
         *
         * @param uri the path, with query string
         * @param scheme the scheme
         * @param method the method
         * @param authority the host of the request
         * @param headers headers that must match; keys in lower case
         * @param withoutHeaders headers that must not match
         * @param queryParams query parameters that must match
         * @param ignoreUriCase whether the path's case is ignored, for exact and prefix
         */
        public record Request(
                @Nullable StringMatch uri,
                @Nullable StringMatch scheme,
                @Nullable StringMatch method,
                @Nullable StringMatch authority,
                Map<@Obeys(TextRules.MatchHeaderName.class) String, StringMatch> headers,
                Map<@Obeys(TextRules.MatchHeaderName.class) String, StringMatch> withoutHeaders,
                Map<@Length(min = 1) String, StringMatch> queryParams,
                boolean ignoreUriCase) {}

        /**
         * Where the rule holds.
         *
         * @param port the port that the request came to
         * @param gateways only these gateways have this rule; empty means those of the VirtualService
         * @param sourceLabels only workloads with these labels have this rule
         * @param sourceNamespace only workloads of this namespace have this rule
         */
        public record Scope(
                @Nullable @Port Integer port,
                List<@Obeys(HostSyntax.GatewayName.class) String> gateways,
                Map<String, String> sourceLabels,
                String sourceNamespace) {}
    }

    /**
     * A destination and its share.
     *
     * @param weight the share relative to the sum of all; a lone destination gets everything
     */
    public record WeightedDestination(
            @Required Destination destination,

            @Range(min = 0, max = Integer.MAX_VALUE, why = "a share is not negative")
            int weight,

            @Nullable HeaderOperations headers) {}

    /**
     * A redirect.
     *
     * @param uri the new path; empty keeps the old one
     * @param authority the new host; empty keeps the old one
     * @param port the new port
     * @param derivePort where to take the port from
     * @param scheme the new scheme; empty keeps the old one
     * @param redirectCode 301, 302, 303, 307 or 308
     * @param prefixRewrite put in place of the matched prefix; empty keeps it (since Istio 1.31)
     */
    @AtMostOne({"port", "derivePort"})
    @Obeys(VirtualServiceRules.RedirectSaysSomething.class)
    public record Redirect(
            String uri,
            String authority,
            @Nullable @Port Integer port,
            @Nullable DerivePort derivePort,
            String scheme,

            @Default("301")
            @Uint32
            @Range(min = 0, max = 308, why = "no redirect has a higher code")
            @Obeys(VirtualServiceRules.RedirectCode.class)
            int redirectCode,

            String prefixRewrite) {}

    /** Where a redirect takes its port from. */
    public enum DerivePort {
        /** 80 or 443, by scheme. */
        FROM_PROTOCOL_DEFAULT,
        /** The port of the request. */
        FROM_REQUEST_PORT
    }

    /**
     * A fixed response.
     *
     * @param status the status code
     * @param body the body; absent means none
     */
    @Obeys(VirtualServiceRules.BodySize.class)
    public record DirectResponse(
            @Required @Uint32 @Range(min = 200, max = 599, why = "Envoy answers with 200 to 599 only")
            int status,

            @Nullable Body body) {}

    /** The body of a fixed response. */
    public sealed interface Body {
        /** As text. */
        record Text(String string) implements Body {}

        /** As bytes in Base64. */
        record Binary(
                @Format("byte") @Obeys(TextRules.Base64Text.class)
                String bytes) implements Body {}

        /** No body. */
        record None() implements Body {}
    }

    /**
     * Another VirtualService.
     *
     * @param name its name
     * @param namespace its namespace; empty means the root's own
     */
    public record Delegate(String name, String namespace) {}

    /**
     * Changes to path and authority.
     *
     * @param uri replaces the path, or the matched prefix; empty keeps it
     * @param authority replaces the host; empty keeps it
     * @param uriRegexRewrite replaces parts of the path
     */
    @Obeys(VirtualServiceRules.RewriteSaysSomething.class)
    public record Rewrite(
            String uri, String authority, @Nullable RegexRewrite uriRegexRewrite) {}

    /**
     * Replaces what matches.
     *
     * @param match an RE2 expression
     * @param rewrite the replacement, with {@code \1} for groups
     */
    public record RegexRewrite(@Obeys(TextRules.Re2.class) String match, String rewrite) {}

    /**
     * When and how often to try again.
     *
     * @param attempts how often to try again; 0 means never
     * @param perTryTimeout of one try; absent means the request's
     * @param retryOn Envoy's names of conditions, and status codes, with commas; empty means the default
     * @param retryRemoteLocalities whether other localities are tried
     * @param retryIgnorePreviousHosts whether hosts already tried are avoided; absent means true
     * @param backoff the least wait between tries; absent means 25 ms
     */
    @Obeys(VirtualServiceRules.RetryConditions.class)
    public record Retry(
            @Range(min = 0, max = Integer.MAX_VALUE, why = "a number of tries is not negative")
            int attempts,

            @AtLeast("1ms") @Nullable Duration perTryTimeout,
            String retryOn,
            @Wrapped @Nullable Boolean retryRemoteLocalities,
            @Wrapped @Nullable Boolean retryIgnorePreviousHosts,
            @AtLeast("1ms") @Nullable Duration backoff) {}

    /** Faults to inject. */
    public record FaultInjection(
            @Nullable Delay delay, @Nullable Abort abort) {}

    /**
     * A delay before forwarding.
     *
     * @param percent the share in whole percent; old form of {@code percentage}
     * @param fixedDelay how long
     * @param exponentialDelay never implemented by Istio
     * @param percentage the share of requests; absent means none
     */
    @AtMostOne({"fixedDelay", "exponentialDelay"})
    @Obeys(VirtualServiceRules.DelaySaysHowLong.class)
    public record Delay(
            @Range(min = 0, max = 100, why = "a share is 0 to 100")
            int percent,

            @AtLeast("1ms") @Nullable Duration fixedDelay,
            @AtLeast("1ms") @Nullable Duration exponentialDelay,
            @Nullable Percent percentage) {}

    /**
     * A failure instead of forwarding.
     *
     * @param httpStatus answer with this status
     * @param grpcStatus answer with this gRPC status, by name
     * @param http2Error never implemented by Istio
     * @param percentage the share of requests; absent means none
     */
    @AtMostOne({"httpStatus", "grpcStatus", "http2Error"})
    @Obeys(VirtualServiceRules.AbortSaysHow.class)
    public record Abort(
            @Range(min = 200, max = 599, why = "Envoy answers with 200 to 599 only") @Nullable
            Integer httpStatus,

            @Obeys(VirtualServiceRules.GrpcStatusName.class) @Nullable
            String grpcStatus,

            @Nullable String http2Error,
            @Nullable Percent percentage) {}

    /**
     * A destination that gets copies.
     *
     * @param percentage the share of copies; absent means all
     */
    public record Mirror(
            @Required Destination destination, @Nullable Percent percentage) {}
}

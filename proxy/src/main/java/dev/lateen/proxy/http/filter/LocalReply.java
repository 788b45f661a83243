package dev.lateen.proxy.http.filter;

import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.model.HttpFilterConfig;
import dev.lateen.proxy.policy.RbacDecision;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A response that this proxy invents; the only maker of invented statuses. A gRPC request gets it as {@code grpc-status} on a 200 (Envoy's
 * local reply rule), a HEAD request without its body.
 *
 * @param status 100 to 599
 * @param details Envoy's response code details, such as {@code route_not_found}
 * @param flag the response flag to set, or null
 * @param body plain text, may be empty
 * @param headers further headers as name, value, name, value
 * @param grpcStatus for gRPC requests; {@link #GRPC_FROM_HTTP} derives it from the HTTP status
 */
public record LocalReply(
        int status, String details, @Nullable ResponseFlag flag, String body, List<String> headers, int grpcStatus) {
    /** Derive the gRPC status from the HTTP status. */
    public static final int GRPC_FROM_HTTP = -1;

    private static final int GRPC_DEADLINE_EXCEEDED = 4;

    private static final String RESET = "upstream connect error or disconnect/reset before headers. reset reason: ";

    public LocalReply {
        headers = List.copyOf(headers);
    }

    /** No route of the table matches: 404 NR. */
    public static LocalReply routeNotFound() {
        return of(404, "route_not_found", ResponseFlag.NO_ROUTE_FOUND, "");
    }

    /** The route names a cluster that does not exist: 503 NC (or the route's own status). */
    public static LocalReply clusterNotFound(int status) {
        return of(status, "cluster_not_found", ResponseFlag.NO_CLUSTER_FOUND, "");
    }

    /** The cluster has no host to send to: 503 UH. */
    public static LocalReply noHealthyUpstream() {
        return of(503, "no_healthy_upstream", ResponseFlag.NO_HEALTHY_UPSTREAM, "no healthy upstream");
    }

    /** A circuit breaker is open: 503 UO. */
    public static LocalReply overflow() {
        return new LocalReply(
                503,
                "upstream_reset_before_response_started{overflow}",
                ResponseFlag.UPSTREAM_OVERFLOW,
                RESET + "overflow",
                List.of("x-envoy-overloaded", "true"),
                GRPC_FROM_HTTP);
    }

    /** The route's or the try's timeout passed: 504 UT. @param details {@code response_timeout} or {@code upstream_per_try_timeout} */
    public static LocalReply upstreamTimeout(String details) {
        return of(504, details, ResponseFlag.UPSTREAM_REQUEST_TIMEOUT, "upstream request timeout");
    }

    /** Authorization says no: 403. @param policy the policy that decided, {@code none} when an ALLOW list matched nothing */
    public static LocalReply rbacDenied(String policy) {
        return of(403, new RbacDecision(false, policy).details(), null, "RBAC: access denied");
    }

    /** The fault filter answers instead of the upstream: the configured status, FI; a gRPC status on a 200, for whoever asks (Envoy's rule). */
    public static LocalReply faultAbort(HttpFilterConfig.Fault fault) {
        boolean byGrpc = fault.abortGrpcStatus() != HttpFilterConfig.Fault.NONE;
        return new LocalReply(
                byGrpc ? 200 : fault.abortHttpStatus(),
                "fault_filter_abort",
                ResponseFlag.FAULT_INJECTED,
                "fault filter abort",
                List.of(),
                byGrpc ? fault.abortGrpcStatus() : GRPC_FROM_HTTP);
    }

    /** A security filter can't be built here: 403 for everything, naming it. */
    public static LocalReply filterUnavailable(String filterName, String reason) {
        return of(
                403,
                "filter_unavailable{" + filterName.replace(' ', '_') + "}",
                null,
                "access denied: filter " + filterName + " can't run here: " + reason);
    }

    /** The answer to a CORS preflight: 200. @param headers name, value, name, value; none refuse the origin */
    public static LocalReply corsPreflight(List<String> headers) {
        return new LocalReply(200, "cors_response", null, "", headers, GRPC_FROM_HTTP);
    }

    /** The client's message breaks the protocol: 400 DPE. @param details such as {@code http1.codec_error} */
    public static LocalReply badRequest(String details) {
        return of(400, details, ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR, "Bad Request");
    }

    /** The request's headers are too large or too many: 431. @param details such as {@code http1.headers_too_large} */
    public static LocalReply headersTooLarge(String details) {
        return of(431, details, ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR, "Request Header Fields Too Large");
    }

    /** The stream was idle for too long: 504, or 408 while the request is not complete; SI. */
    public static LocalReply streamIdle(boolean requestComplete) {
        return of(
                requestComplete ? 504 : 408, "stream_idle_timeout", ResponseFlag.STREAM_IDLE_TIMEOUT, "stream timeout");
    }

    /** The request as a whole took too long to come: 408. */
    public static LocalReply requestTimeout() {
        return of(408, "request_overall_timeout", null, "request timeout");
    }

    /** The stream lasted too long: 504, or 408 while the request is not complete; DEADLINE_EXCEEDED for gRPC. */
    public static LocalReply durationTimeout(boolean requestComplete) {
        return new LocalReply(
                requestComplete ? 504 : 408,
                "max_duration_timeout",
                null,
                "downstream duration timeout",
                List.of(),
                GRPC_DEADLINE_EXCEEDED);
    }

    /** An upgrade that is not let through: 403. */
    public static LocalReply upgradeFailed() {
        return of(403, "upgrade_failed", null, "");
    }

    /** The cluster's name can't be resolved: 503 DF. */
    public static LocalReply dnsFailure() {
        return of(503, "dns_resolution_failure", ResponseFlag.DNS_RESOLUTION_FAILED, "DNS resolution failure");
    }

    /** Too many requests: 429 RL. */
    public static LocalReply rateLimited() {
        return of(429, "local_rate_limited", ResponseFlag.RATE_LIMITED, "local_rate_limited");
    }

    /** Memory is short, and this exchange would have us hold more of it: 503 OM. */
    public static LocalReply overloaded() {
        return of(503, "overload", ResponseFlag.OVERLOAD_MANAGER, "envoy overloaded");
    }

    /** A plain reply. */
    public static LocalReply of(int status, String details, @Nullable ResponseFlag flag, String body) {
        return new LocalReply(status, details, flag, body, List.of(), GRPC_FROM_HTTP);
    }
}

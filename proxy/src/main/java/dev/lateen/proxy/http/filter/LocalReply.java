package dev.lateen.proxy.http.filter;

import dev.lateen.proxy.head.HeadRefusal;
import dev.lateen.proxy.jwt.JwtStatus;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.model.HttpFilterConfig;
import dev.lateen.proxy.policy.RbacDecision;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A response that this proxy invents, each with its status, Envoy's flag and details; the only table of invented statuses. A gRPC request gets it as {@code grpc-status} on a 200 (Envoy's
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

    private static final String BEFORE_HEADERS = "upstream connect error or disconnect/reset before headers. ";

    private static final String RESET_DETAILS = "upstream_reset_before_response_started{";

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
                RESET_DETAILS + "overflow}",
                ResponseFlag.UPSTREAM_OVERFLOW,
                BEFORE_HEADERS + "reset reason: overflow",
                List.of("x-envoy-overloaded", "true"),
                GRPC_FROM_HTTP);
    }

    /** The route's timeout passed: 504 UT. */
    public static LocalReply responseTimeout() {
        return upstreamTimeout("response_timeout");
    }

    /** The try's own timeout passed, and there is no other: 504 UT. */
    public static LocalReply perTryTimeout() {
        return upstreamTimeout("upstream_per_try_timeout");
    }

    private static LocalReply upstreamTimeout(String details) {
        return of(504, details, ResponseFlag.UPSTREAM_REQUEST_TIMEOUT, "upstream request timeout");
    }

    /** The upstream answered what is no HTTP: 502 UPE. @param attempts how often it was tried, at least once */
    public static LocalReply upstreamProtocolError(int attempts) {
        return beforeResponse(502, "protocol error", "", ResponseFlag.UPSTREAM_PROTOCOL_ERROR, attempts);
    }

    /**
     * The upstream stream ended before there was a response: 503.
     *
     * @param reason Envoy's reset reason in words, such as {@code connection termination}
     * @param attempts how often it was tried, at least once
     */
    public static LocalReply upstreamReset(String reason, ResponseFlag flag, int attempts) {
        return beforeResponse(503, reason, "", flag, attempts);
    }

    /**
     * No connection to the upstream stands: 503 UF.
     *
     * @param reason Envoy's reset reason in words, such as {@code remote connection failure}
     * @param transport what TLS or the system said; stands in the details and so in the access log alone; may be empty
     * @param attempts how often it was tried, at least once
     */
    public static LocalReply connectionFailure(String reason, String transport, int attempts) {
        return beforeResponse(503, reason, transport, ResponseFlag.UPSTREAM_CONNECTION_FAILURE, attempts);
    }

    private static LocalReply beforeResponse(
            int status, String reason, String transport, ResponseFlag flag, int attempts) {
        String details = transport.isEmpty() ? reason : reason + "|" + transport;
        return of(
                status,
                RESET_DETAILS + details.replace(' ', '_') + "}",
                flag,
                BEFORE_HEADERS + (attempts > 1 ? "retried and the latest reset reason: " : "reset reason: ") + reason);
    }

    /** Authorization says no: 403. @param policy the policy that decided, {@code none} when an ALLOW list matched nothing */
    public static LocalReply rbacDenied(String policy) {
        return of(403, new RbacDecision(false, policy).details(), null, "RBAC: access denied");
    }

    /** How much of a path is told back in {@code www-authenticate}. */
    private static final int REALM = 256;

    /** A request has not the token that is required: 401, or 403 for one that is for somebody else. @param silent whether nothing is said of why */
    public static LocalReply jwtRefused(JwtStatus why, RequestHead request, boolean silent) {
        int status = why == JwtStatus.AUDIENCE_NOT_ALLOWED ? 403 : 401;
        if (silent) {
            return new LocalReply(status, jwtDetails(why.text()), null, "", List.of(), GRPC_FROM_HTTP);
        }
        String path = request.path();
        String asked = request.scheme() + "://" + request.authority()
                + (path.length() > REALM ? path.substring(0, REALM) : path);
        // A quote would end the realm.
        String challenge = "Bearer realm=\"" + asked.replace("\"", "%22").replace("\\", "%5C") + '"'
                + (why == JwtStatus.MISSED ? "" : ", error=\"invalid_token\"");
        return new LocalReply(
                status,
                jwtDetails(why.text()),
                null,
                why.text(),
                List.of("www-authenticate", challenge),
                GRPC_FROM_HTTP);
    }

    /** A route asks for a requirement on tokens that its filter does not have: 403. @param silent whether nothing is said of why */
    public static LocalReply jwtRequirementUnknown(String name, Collection<String> known, boolean silent) {
        String why = "Wrong requirement_name: " + name + ". It should be one of [" + String.join(",", known) + "]";
        return of(403, jwtDetails(why), null, silent ? "" : "Failed JWT authentication: " + why);
    }

    private static String jwtDetails(String why) {
        return "jwt_authn_access_denied{" + why.replace(' ', '_') + "}";
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

    /** A filter broke: 500, so that nothing passes a check that was not made. */
    public static LocalReply filterFailed(Throwable fault) {
        return of(500, "filter_failed{" + fault.getClass().getSimpleName() + "}", null, "Internal Server Error");
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

    /** A redirect of a route: its own status. */
    public static LocalReply redirect(int status, String location) {
        return located(status, "direct_response", location);
    }

    /** The virtual host wants TLS: 301. @param location the same URL with {@code https} */
    public static LocalReply redirectToTls(String location) {
        return located(301, "direct_response", location);
    }

    /** A direct response of a route, for a gRPC client: its own status. @param headers name, value, name, value */
    public static LocalReply direct(int status, String body, List<String> headers) {
        return new LocalReply(status, "direct_response", null, body, headers, GRPC_FROM_HTTP);
    }

    private static LocalReply located(int status, String details, String location) {
        return new LocalReply(status, details, null, "", List.of("location", location), GRPC_FROM_HTTP);
    }

    /** The head is refused as it stands. */
    public static LocalReply headRefused(HeadRefusal refusal) {
        return switch (refusal) {
            case HeadRefusal.Plain plain ->
                switch (plain) {
                    case LOW_VERSION -> lowVersion();
                    case MISSING_HOST -> missingHost();
                    case HTTPS_ON_PLAINTEXT -> httpsOnPlaintext();
                    case UNDERSCORE -> badRequest("http1.unexpected_underscore");
                    case ABSOLUTE_PATH -> absolutePathRejected();
                    case PATH -> pathRejected();
                };
            case HeadRefusal.AskAgain(String path) -> normalizedPath(path);
        };
    }

    /** HTTP/1.0 where it is not let in: 426 DPE. */
    public static LocalReply lowVersion() {
        return of(426, "low_version", ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR, "Upgrade Required");
    }

    /** No {@code host} header: 400. */
    public static LocalReply missingHost() {
        return of(400, "missing_host_header", null, "");
    }

    /** An {@code https} URL on a connection without TLS: 403 DPE. */
    public static LocalReply httpsOnPlaintext() {
        return of(403, "http1.https_url_on_plaintext_connection", ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR, "Forbidden");
    }

    /** A path that does not begin with a slash: 404. */
    public static LocalReply absolutePathRejected() {
        return of(404, "absolute_path_rejected", null, "");
    }

    /** A path that can't be normalized, or may not be: 400. */
    public static LocalReply pathRejected() {
        return of(400, "path_normalization_failed", null, "");
    }

    /** The client is to ask again by the path that this one stands for: 307. */
    public static LocalReply normalizedPath(String path) {
        return located(307, "path_normalization_failed", path);
    }

    /** The client's message breaks the protocol: 400 DPE. @param details such as {@code http1.codec_error} */
    public static LocalReply badRequest(String details) {
        return of(400, details, ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR, "Bad Request");
    }

    /** The request's headers are too large or too many: 431. @param details such as {@code http1.headers_too_large} */
    public static LocalReply headersTooLarge(String details) {
        return of(431, details, ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR, "Request Header Fields Too Large");
    }

    /** The request's framing is not implemented: 501 DPE. @param details such as {@code http1.invalid_transfer_encoding} */
    public static LocalReply notImplemented(String details) {
        return of(501, details, ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR, "Not Implemented");
    }

    /** The rest of the request's head did not come in time: 408. @param details such as {@code request_header_timeout} */
    public static LocalReply requestHeaderTimeout(String details) {
        return of(408, details, null, "request header timeout");
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

    /** The body is longer than a filter that has to see it allows: 413. */
    public static LocalReply requestTooLarge() {
        return of(413, "request_payload_too_large", null, "Payload Too Large");
    }

    /** An upgrade that is not let through: 403. */
    public static LocalReply upgradeFailed() {
        return of(403, "upgrade_failed", null, "");
    }

    /** The cluster's name can't be resolved: 503 DF. */
    public static LocalReply dnsFailure() {
        return of(503, "dns_resolution_failure", ResponseFlag.DNS_RESOLUTION_FAILED, "DNS resolution failure");
    }

    /** Memory is short, and this exchange would have us hold more of it: 503 OM. */
    public static LocalReply overloaded() {
        return of(503, "overload", ResponseFlag.OVERLOAD_MANAGER, "envoy overloaded");
    }

    private static LocalReply of(int status, String details, @Nullable ResponseFlag flag, String body) {
        return new LocalReply(status, details, flag, body, List.of(), GRPC_FROM_HTTP);
    }
}

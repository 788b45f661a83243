package dev.lateen.proxy.http.filter;

import dev.lateen.proxy.message.ResponseFlag;
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

    /** The connection could not be made: 503 UF. */
    public static LocalReply connectFailure(String reason) {
        return reset(ResponseFlag.UPSTREAM_CONNECTION_FAILURE, reason);
    }

    /** The upstream closed or reset before a response began: 503 UC. */
    public static LocalReply upstreamReset(String reason) {
        return reset(ResponseFlag.UPSTREAM_CONNECTION_TERMINATION, reason);
    }

    /** The upstream broke its protocol: 502 UPE. */
    public static LocalReply upstreamProtocolError() {
        return of(
                502,
                "upstream_reset_before_response_started{protocol_error}",
                ResponseFlag.UPSTREAM_PROTOCOL_ERROR,
                RESET + "protocol error");
    }

    /** The route's or the try's timeout passed: 504 UT. @param details {@code response_timeout} or {@code upstream_per_try_timeout} */
    public static LocalReply upstreamTimeout(String details) {
        return of(504, details, ResponseFlag.UPSTREAM_REQUEST_TIMEOUT, "upstream request timeout");
    }

    /** Authorization says no: 403. @param policy the policy that decided, {@code none} when an ALLOW list matched nothing */
    public static LocalReply rbacDenied(String policy) {
        return of(403, "rbac_access_denied_matched_policy[" + policy + "]", null, "RBAC: access denied");
    }

    /** A plain reply. */
    public static LocalReply of(int status, String details, @Nullable ResponseFlag flag, String body) {
        return new LocalReply(status, details, flag, body, List.of(), GRPC_FROM_HTTP);
    }

    private static LocalReply reset(ResponseFlag flag, String reason) {
        return of(
                503, "upstream_reset_before_response_started{" + reason.replace(' ', '_') + "}", flag, RESET + reason);
    }
}

package dev.lateen.proxy.xds;

import dev.lateen.proxy.expression.Expression;
import dev.lateen.proxy.model.AccessLogFilter;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The attributes that exchanges and sessions have values for; whoever asks for another one is told, since its value is unknown for ever. */
final class KnownAttributes {
    private static final Set<String> PEER =
            Set.of("workload", "namespace", "cluster", "service", "revision", "app", "version");
    private static final Map<String, Set<String>> KNOWN = Map.of(
            "request",
            Set.of(
                    "path",
                    "url_path",
                    "query",
                    "host",
                    "scheme",
                    "method",
                    "headers",
                    "referer",
                    "useragent",
                    "id",
                    "protocol",
                    "size",
                    "time",
                    "duration"),
            "response",
            Set.of("code", "code_details", "flags", "grpc_status", "headers", "trailers", "size", "backend_latency"),
            "upstream",
            Set.of(
                    "address",
                    "port",
                    "local_address",
                    "transport_failure_reason",
                    "request_attempt_count",
                    "tls_version",
                    "subject_peer_certificate",
                    "dns_san_peer_certificate",
                    "uri_san_peer_certificate",
                    "uri_san_local_certificate",
                    "sha256_peer_certificate_digest"),
            "xds",
            Set.of("cluster_name", "route_name", "virtual_host_name", "listener_direction"),
            "downstream_peer",
            PEER,
            "upstream_peer",
            PEER,
            "source",
            Set.of("address", "port"),
            "destination",
            Set.of("address", "port"),
            "connection",
            Set.of(
                    "mtls",
                    "requested_server_name",
                    "tls_version",
                    "uri_san_local_certificate",
                    "uri_san_peer_certificate",
                    "subject_peer_certificate",
                    "id",
                    "dns_san_peer_certificate",
                    "sha256_peer_certificate_digest"));

    private KnownAttributes() {}

    /** Names what a filter asks for in vain. */
    static void check(AccessLogFilter filter, ProtoNode at, DecodeScope scope) {
        switch (filter) {
            case AccessLogFilter.Condition condition -> check(condition.expression(), at, scope);
            case AccessLogFilter.And and -> check(and.all(), at, scope);
            case AccessLogFilter.Or or -> check(or.any(), at, scope);
            case AccessLogFilter.StatusCode _,
                    AccessLogFilter.DurationMillis _,
                    AccessLogFilter.NotHealthCheck _,
                    AccessLogFilter.Traceable _,
                    AccessLogFilter.Sampled _,
                    AccessLogFilter.Header _,
                    AccessLogFilter.ResponseFlags _,
                    AccessLogFilter.GrpcStatuses _,
                    AccessLogFilter.Metadata _,
                    AccessLogFilter.LogTypes _ -> {}
        }
    }

    private static void check(List<AccessLogFilter> filters, ProtoNode at, DecodeScope scope) {
        filters.forEach(filter -> check(filter, at, scope));
    }

    /** Names what an expression asks for in vain. */
    static void check(Expression expression, ProtoNode at, DecodeScope scope) {
        for (String attribute : expression.attributes()) {
            int dot = attribute.indexOf('.');
            String root = dot < 0 ? attribute : attribute.substring(0, dot);
            if (!KNOWN.getOrDefault(root, Set.of()).contains(attribute.substring(dot + 1))) {
                scope.leftOut(at, "attribute " + attribute, "it has no value in this proxy");
            }
        }
    }
}

package dev.lateen.proxy.expression;

import java.util.Map;
import java.util.Set;

/** Envoy's names of the attributes that exchanges and sessions have values for. */
public final class AttributeNames {
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

    private AttributeNames() {}

    /** All, by the part before the dot. */
    public static Map<String, Set<String>> all() {
        return KNOWN;
    }

    /** Whether there may be a value for {@code root.field}. */
    public static boolean has(String attribute) {
        int dot = attribute.indexOf('.');
        String root = dot < 0 ? attribute : attribute.substring(0, dot);
        return KNOWN.getOrDefault(root, Set.of()).contains(attribute.substring(dot + 1));
    }
}

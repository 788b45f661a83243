package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.HttpConnectionManager.ClientProtocol;
import dev.lateen.proxy.model.HttpConnectionManager.Codec;
import dev.lateen.proxy.model.HttpConnectionManager.EscapedSlashes;
import dev.lateen.proxy.model.HttpConnectionManager.ForwardClientCert;
import dev.lateen.proxy.model.HttpConnectionManager.RouteSource;
import dev.lateen.proxy.model.HttpConnectionManager.ServerHeader;
import dev.lateen.proxy.model.HttpConnectionManager.Underscores;
import dev.lateen.proxy.xds.proto.ConfigException;
import dev.lateen.proxy.xds.proto.ProtoNode;
import java.time.Duration;

/** {@code HttpConnectionManager}, with Envoy's defaults filled in. */
final class HttpConnectionManagerDecoder {
    private static final Duration STREAM_IDLE = Duration.ofMinutes(5);
    private static final Duration IDLE = Duration.ofHours(1);
    private static final Duration DRAIN = Duration.ofSeconds(5);
    private static final int MAX_HEADERS_KIB = 60;
    private static final int MAX_HEADERS_COUNT = 100;

    /** Envoy's default since 1.36. */
    private static final long MAX_STREAMS = 1024;

    private HttpConnectionManagerDecoder() {}

    static HttpConnectionManager decode(ProtoNode node, DecodeScope scope) {
        // Who the client is and where his request goes would be decided there.
        RouteDecoder.refuse(
                node,
                "scoped_routes",
                "original_ip_detection_extensions",
                "early_header_mutation_extensions",
                "forward_client_cert_matcher");
        // Looks, counters and tunings that nobody outside sees; absolute URLs are always taken.
        node.ignoring(
                "http3_protocol_options",
                "delayed_close_timeout",
                "access_log_options",
                "always_set_request_id_in_response",
                "stream_error_on_invalid_http_message",
                "add_user_agent",
                "path_normalization_options");
        ProtoNode common = node.messageOrEmpty("common_http_protocol_options");
        ProtoNode tracing = node.message("tracing");
        String serverName = node.text("server_name");
        return new HttpConnectionManager(
                node.required("stat_prefix"),
                routes(node, scope),
                HttpFilterDecoder.chain(node, scope),
                new HttpConnectionManager.Reporting(
                        AccessLogDecoder.decode(node.messages("access_log"), scope),
                        tracing == null ? null : TracingDecoder.decode(tracing, requestIds(node, scope), scope),
                        node.wrappedFlag("generate_request_id", true),
                        node.flag("preserve_external_request_id")),
                new HttpConnectionManager.Server(serverName.isEmpty() ? "envoy" : serverName, serverHeader(node)),
                forwarded(node),
                new HttpConnectionManager.Normalization(
                        node.wrappedFlag("normalize_path", false),
                        node.flag("merge_slashes"),
                        escapedSlashes(node),
                        node.flag("strip_matching_host_port"),
                        node.flag("strip_any_host_port")),
                client(node, common),
                new HttpConnectionManager.Timeouts(
                        node.duration("stream_idle_timeout", STREAM_IDLE),
                        node.duration("request_timeout", Duration.ZERO),
                        node.duration("request_headers_timeout", Duration.ZERO),
                        common.duration("idle_timeout", IDLE),
                        common.duration("max_connection_duration", Duration.ZERO),
                        node.duration("drain_timeout", DRAIN)),
                new HttpConnectionManager.Limits(
                        maxHeadersKib(node),
                        (int) Math.min(Integer.MAX_VALUE, common.wrapped("max_headers_count", MAX_HEADERS_COUNT)),
                        maxStreams(node)));
    }

    private static HttpConnectionManager.Forwarded forwarded(ProtoNode node) {
        return new HttpConnectionManager.Forwarded(
                node.wrappedFlag("use_remote_address", false),
                (int) Math.min(Integer.MAX_VALUE, node.number("xff_num_trusted_hops")),
                node.flag("skip_xff_append"),
                node.flag("append_x_forwarded_port"),
                clientCert(node),
                AddressDecoder.cidrs(
                        node.messageOrEmpty("internal_address_config").messages("cidr_ranges")));
    }

    /** The UUID extension, which is Envoy's default too; another one only makes other ids. */
    private static TracingDecoder.RequestIds requestIds(ProtoNode node, DecodeScope scope) {
        ProtoNode extension = node.message("request_id_extension");
        if (extension == null) {
            return TracingDecoder.RequestIds.DEFAULT;
        }
        return scope.orElse(() -> TracingDecoder.requestIds(extension), thrown -> {
            scope.leftOut(extension, "request id extension", ConfigException.reason(thrown));
            return TracingDecoder.RequestIds.DEFAULT;
        });
    }

    private static Codec codec(ProtoNode node) {
        return switch (node.choice("codec_type")) {
            case "AUTO" -> Codec.AUTO;
            case "HTTP1" -> Codec.HTTP1;
            case "HTTP2" -> Codec.HTTP2;
            default -> throw node.unsupported("codec_type", node.choice("codec_type"), "AUTO, HTTP1, HTTP2");
        };
    }

    private static RouteSource routes(ProtoNode node, DecodeScope scope) {
        ProtoNode inline = node.message("route_config");
        if (inline != null) {
            return new RouteSource.Inline(RouteDecoder.table(inline, scope));
        }
        ProtoNode rds = node.message("rds");
        if (rds == null) {
            throw node.error("route_specifier", "missing (accepted: route_config, rds)");
        }
        ConfigSourceDecoder.requireAds(rds, "config_source", scope);
        String name = rds.required("route_config_name");
        scope.routeTables.add(name);
        return new RouteSource.Rds(name);
    }

    private static ServerHeader serverHeader(ProtoNode node) {
        return switch (node.choice("server_header_transformation")) {
            case "OVERWRITE" -> ServerHeader.OVERWRITE;
            case "APPEND_IF_ABSENT" -> ServerHeader.APPEND_IF_ABSENT;
            case "PASS_THROUGH" -> ServerHeader.PASS_THROUGH;
            default ->
                throw node.unsupported(
                        "server_header_transformation",
                        node.choice("server_header_transformation"),
                        "OVERWRITE, APPEND_IF_ABSENT, PASS_THROUGH");
        };
    }

    private static ForwardClientCert clientCert(ProtoNode node) {
        ProtoNode set = node.messageOrEmpty("set_current_client_cert_details");
        return new ForwardClientCert(
                ForwardClientCert.Mode.valueOf(node.choice("forward_client_cert_details")),
                set.wrappedFlag("subject", false),
                set.flag("cert"),
                set.flag("chain"),
                set.flag("dns"),
                set.flag("uri"));
    }

    private static EscapedSlashes escapedSlashes(ProtoNode node) {
        String action = node.choice("path_with_escaped_slashes_action");
        return switch (action) {
            case "IMPLEMENTATION_SPECIFIC_DEFAULT", "KEEP_UNCHANGED" -> EscapedSlashes.KEEP_UNCHANGED;
            case "REJECT_REQUEST" -> EscapedSlashes.REJECT_REQUEST;
            case "UNESCAPE_AND_REDIRECT" -> EscapedSlashes.UNESCAPE_AND_REDIRECT;
            case "UNESCAPE_AND_FORWARD" -> EscapedSlashes.UNESCAPE_AND_FORWARD;
            default ->
                throw node.unsupported(
                        "path_with_escaped_slashes_action", action, "PathWithEscapedSlashesAction's names");
        };
    }

    private static ClientProtocol client(ProtoNode node, ProtoNode common) {
        ProtoNode http1 = node.messageOrEmpty("http_protocol_options");
        http1.ignoring("allow_absolute_url", "use_balsa_parser", "default_host_for_http_10");
        return new ClientProtocol(
                codec(node),
                http1.flag("accept_http_10"),
                http1.flag("enable_trailers"),
                node.flag("proxy_100_continue"),
                underscores(common),
                (int) Math.min(Integer.MAX_VALUE, common.wrapped("max_requests_per_connection", 0)),
                RouteActionDecoder.upgrades(node.messages("upgrade_configs")));
    }

    private static Underscores underscores(ProtoNode common) {
        String action = common.choice("headers_with_underscores_action");
        return switch (action) {
            case "ALLOW" -> Underscores.ALLOW;
            case "REJECT_REQUEST" -> Underscores.REJECT_REQUEST;
            case "DROP_HEADER" -> Underscores.DROP_HEADER;
            default ->
                throw common.unsupported(
                        "headers_with_underscores_action", action, "ALLOW, REJECT_REQUEST, DROP_HEADER");
        };
    }

    private static int maxHeadersKib(ProtoNode node) {
        long kib = node.wrapped("max_request_headers_kb", MAX_HEADERS_KIB);
        if (kib < 1 || kib > 8192) {
            throw node.unsupported("max_request_headers_kb", String.valueOf(kib), "1 to 8192");
        }
        return (int) kib;
    }

    private static long maxStreams(ProtoNode node) {
        ProtoNode http2 = node.messageOrEmpty("http2_protocol_options");
        http2.ignoring(
                "initial_stream_window_size",
                "initial_connection_window_size",
                "allow_connect",
                "connection_keepalive");
        return http2.wrapped("max_concurrent_streams", MAX_STREAMS);
    }
}

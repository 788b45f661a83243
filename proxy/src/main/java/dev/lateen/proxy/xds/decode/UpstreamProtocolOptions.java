package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.model.Cluster.Http2KeepAlive;
import dev.lateen.proxy.model.Cluster.UpstreamProtocol;
import dev.lateen.proxy.model.UpstreamTls;
import dev.lateen.proxy.xds.proto.ProtoNode;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a cluster speaks and for how long: {@code envoy.extensions.upstreams.http.v3.HttpProtocolOptions} or the older fields. */
record UpstreamProtocolOptions(
        UpstreamProtocol protocol,
        Duration idleTimeout,
        int maxRequests,
        @Nullable Duration maxConnectionDuration,
        boolean autoSni,
        boolean autoSanValidation,
        Http2 http2) {
    private static final String HTTP = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
    private static final String TCP = "envoy.extensions.upstreams.tcp.v3.TcpProtocolOptions";
    private static final Duration SHORTEST_KEEP_ALIVE = Duration.ofMillis(1);
    private static final Duration IDLE = Duration.ofHours(1);

    /** @param maxConcurrentStreams 0 for no limit of ours */
    record Http2(int maxConcurrentStreams, @Nullable Http2KeepAlive keepAlive) {}

    static UpstreamProtocolOptions of(ProtoNode cluster) {
        ProtoNode typed = null;
        for (Map.Entry<String, ProtoNode> entry :
                cluster.map("typed_extension_protocol_options").entrySet()) {
            String type = entry.getValue().anyType();
            if (type.equals(HTTP)) {
                typed = entry.getValue().unpack();
            } else if (!type.equals(TCP)) {
                throw cluster.unsupported(
                        "typed_extension_protocol_options[\"" + entry.getKey() + "\"]", type, HTTP + ", " + TCP);
            }
        }
        return typed == null ? older(cluster) : typed(typed, cluster);
    }

    /** SNI and SAN taken from the request, where the protocol options say so. */
    @Nullable
    UpstreamTls applyTo(@Nullable UpstreamTls tls) {
        if (tls == null || !autoSni && !autoSanValidation) {
            return tls;
        }
        return new UpstreamTls(
                tls.settings(), tls.sni(), tls.autoSni() || autoSni, tls.autoSanValidation() || autoSanValidation);
    }

    private static UpstreamProtocolOptions older(ProtoNode cluster) {
        UpstreamProtocol protocol = cluster.choice("protocol_selection").equals("USE_DOWNSTREAM_PROTOCOL")
                ? UpstreamProtocol.USE_DOWNSTREAM
                : cluster.has("http2_protocol_options") ? UpstreamProtocol.HTTP2 : UpstreamProtocol.HTTP1;
        return of(
                protocol,
                tunings(cluster),
                cluster.messageOrEmpty("common_http_protocol_options"),
                cluster.messageOrEmpty("upstream_http_protocol_options"),
                cluster);
    }

    private static UpstreamProtocolOptions typed(ProtoNode options, ProtoNode cluster) {
        UpstreamProtocol protocol;
        Http2 http2;
        ProtoNode explicit = options.message("explicit_http_config");
        if (explicit != null) {
            http2 = tunings(explicit);
            RouteDecoder.refuse(explicit, "http3_protocol_options");
            protocol = explicit.has("http2_protocol_options") ? UpstreamProtocol.HTTP2 : UpstreamProtocol.HTTP1;
        } else if (options.has("use_downstream_protocol_config")) {
            http2 = tunings(options.messageOrEmpty("use_downstream_protocol_config"));
            protocol = UpstreamProtocol.USE_DOWNSTREAM;
        } else if (options.has("auto_config")) {
            http2 = tunings(options.messageOrEmpty("auto_config"));
            protocol = UpstreamProtocol.AUTO;
        } else {
            throw options.error(
                    "upstream_protocol_options",
                    "missing (accepted: explicit_http_config, use_downstream_protocol_config, auto_config)");
        }
        return of(
                protocol,
                http2,
                options.messageOrEmpty("common_http_protocol_options"),
                options.messageOrEmpty("upstream_http_protocol_options"),
                cluster);
    }

    /** Windows, frame limits and the like keep our own defaults. */
    private static Http2 tunings(ProtoNode node) {
        node.messageOrEmpty("http_protocol_options")
                .ignoring("allow_absolute_url", "header_key_format", "enable_trailers", "accept_http_10");
        ProtoNode http2 = node.messageOrEmpty("http2_protocol_options")
                .ignoring(
                        "hpack_table_size",
                        "initial_stream_window_size",
                        "initial_connection_window_size",
                        "allow_connect");
        return new Http2(
                (int) Math.min(Integer.MAX_VALUE, http2.wrapped("max_concurrent_streams", 0)),
                keepAlive(http2.message("connection_keepalive")));
    }

    /** Without an interval Envoy sends PINGs only on connections that were idle, which is not done here. */
    private static @Nullable Http2KeepAlive keepAlive(@Nullable ProtoNode node) {
        if (node == null) {
            return null;
        }
        node.ignoring("interval_jitter", "connection_idle_interval");
        Duration interval = node.duration("interval", Duration.ZERO);
        Duration timeout = node.duration("timeout", Duration.ZERO);
        if (timeout.compareTo(SHORTEST_KEEP_ALIVE) < 0) {
            throw node.unsupported("timeout", timeout.toString(), "at least 1 ms");
        }
        if (!interval.isZero() && interval.compareTo(SHORTEST_KEEP_ALIVE) < 0) {
            throw node.unsupported("interval", interval.toString(), "at least 1 ms");
        }
        return interval.isZero() ? null : new Http2KeepAlive(interval, timeout);
    }

    private static UpstreamProtocolOptions of(
            UpstreamProtocol protocol, Http2 http2, ProtoNode common, ProtoNode upstream, ProtoNode cluster) {
        upstream.ignoring("override_auto_sni_header");
        common.ignoring("max_headers_count", "max_response_headers_kb", "headers_with_underscores_action");
        long max = Math.max(
                cluster.wrapped("max_requests_per_connection", 0), common.wrapped("max_requests_per_connection", 0));
        return new UpstreamProtocolOptions(
                protocol,
                common.duration("idle_timeout", IDLE),
                (int) Math.min(Integer.MAX_VALUE, max),
                common.durationOrNull("max_connection_duration"),
                upstream.flag("auto_sni"),
                upstream.flag("auto_san_validation"),
                http2);
    }
}

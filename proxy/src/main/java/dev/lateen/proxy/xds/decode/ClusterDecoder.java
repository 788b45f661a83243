package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Cluster.CircuitBreakers;
import dev.lateen.proxy.model.Cluster.ConnectionOptions;
import dev.lateen.proxy.model.Cluster.Discovery;
import dev.lateen.proxy.model.Cluster.OutlierDetection;
import dev.lateen.proxy.model.Cluster.ProxyProtocol;
import dev.lateen.proxy.model.Cluster.TcpKeepalive;
import dev.lateen.proxy.model.Cluster.TransportSocketMatch;
import dev.lateen.proxy.model.LoadAssignment;
import dev.lateen.proxy.model.UpstreamTls;
import dev.lateen.proxy.xds.proto.ProtoNode;
import dev.lateen.proxy.xds.proto.Structs;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.cluster.v3.Cluster}, with Envoy's defaults filled in. */
final class ClusterDecoder {
    /** What Linux takes, in seconds or probes. */
    private static final int MAX_KEEPALIVE = 32767;

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration DNS_REFRESH = Duration.ofSeconds(5);
    private static final String DNS_CLUSTER = "envoy.extensions.clusters.dns.v3.DnsCluster";

    private static final String BY_NAME = "envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig";

    private ClusterDecoder() {}

    static Cluster decode(ProtoNode node, DecodeScope scope) {
        RouteDecoder.refuse(node, "lb_subset_config", "upstream_config");
        // Tunings and counters; active health checks are told as not supported by whoever decoded this.
        node.ignoring(
                "per_connection_buffer_limit_bytes",
                "cleanup_interval",
                "wait_for_warm_on_init",
                "close_connections_on_host_health_failure",
                "ignore_health_on_host_removal",
                "dns_lookup_family",
                "dns_jitter",
                "dns_failure_refresh_rate",
                "typed_dns_resolver_config",
                "track_timeout_budgets",
                "track_cluster_stats",
                "preconnect_policy");
        String name = node.required("name");
        checkFilters(node);
        UpstreamProtocolOptions options = UpstreamProtocolOptions.of(node);
        ProtoNode metadata = node.message("metadata");
        TransportSocketDecoder socket = TransportSocketDecoder.of(node.message("transport_socket"), scope);
        UpstreamTls tls = options.applyTo(socket.tls());
        ProxyProtocol proxied = proxyProtocol(node, socket, scope);
        String statName = node.text("alt_stat_name");
        LbPolicyDecoder lb = LbPolicyDecoder.of(node);
        return new Cluster(
                name,
                statName.isEmpty() ? name : statName,
                discovery(node, name, scope),
                new Cluster.LoadBalancing(lb.policy(), lb.settings()),
                breakers(node.messageOrEmpty("circuit_breakers")),
                outlier(node.message("outlier_detection")),
                new Cluster.TransportSockets(tls, matches(node, options, proxied, scope)),
                options.protocol(),
                connections(node, options, proxied),
                new Cluster.Origin(IstioMetadata.services(metadata), IstioMetadata.provenance(metadata)));
    }

    private static ConnectionOptions connections(
            ProtoNode node, UpstreamProtocolOptions options, @Nullable ProxyProtocol proxied) {
        return new ConnectionOptions(
                connectTimeout(node),
                options.idleTimeout(),
                options.maxRequests(),
                options.maxConnectionDuration(),
                bindAddress(node),
                options.http2().maxConcurrentStreams(),
                options.http2().keepAlive(),
                keepalive(node.messageOrEmpty("upstream_connection_options")),
                proxied);
    }

    /** Where sockets are chosen by endpoint, the cluster's own is often left out. */
    private static @Nullable ProxyProtocol proxyProtocol(
            ProtoNode node, TransportSocketDecoder own, DecodeScope scope) {
        List<ProtoNode> matches = node.messages("transport_socket_matches");
        return matches.isEmpty() || node.has("transport_socket")
                ? own.proxyProtocol()
                : TransportSocketDecoder.of(matches.getFirst().message("transport_socket"), scope)
                        .proxyProtocol();
    }

    private static @Nullable TcpKeepalive keepalive(ProtoNode options) {
        options.ignoring("set_local_interface_name_on_upstream_connections", "happy_eyeballs_config");
        ProtoNode keepalive = options.message("tcp_keepalive");
        return keepalive == null
                ? null
                : new TcpKeepalive(
                        Math.clamp(keepalive.wrapped("keepalive_probes", 0), 0, MAX_KEEPALIVE),
                        Math.clamp(keepalive.wrapped("keepalive_time", 0), 0, MAX_KEEPALIVE),
                        Math.clamp(keepalive.wrapped("keepalive_interval", 0), 0, MAX_KEEPALIVE));
    }

    private static Duration connectTimeout(ProtoNode node) {
        Duration timeout = node.duration("connect_timeout", CONNECT_TIMEOUT);
        if (timeout.isZero()) {
            throw node.unsupported("connect_timeout", "0s", "more than 0s");
        }
        return timeout;
    }

    /** Upstream network filters: Istio's metadata exchange is done by the connector itself where it is. */
    private static void checkFilters(ProtoNode node) {
        for (ProtoNode filter : node.messages("filters")) {
            filter.ignoring("typed_config", "config_discovery");
            if (!filter.text("name").equals("istio.metadata_exchange")) {
                throw filter.unsupported("name", filter.text("name"), "istio.metadata_exchange");
            }
        }
    }

    private static Discovery discovery(ProtoNode node, String name, DecodeScope scope) {
        ProtoNode custom = node.message("cluster_type");
        if (custom != null) {
            return custom(node, custom, name);
        }
        Duration refresh = node.duration("dns_refresh_rate", DNS_REFRESH);
        boolean respectTtl = node.flag("respect_dns_ttl");
        return switch (node.choice("type")) {
            case "STATIC" -> new Discovery.Static(assignment(node, name, false));
            case "EDS" -> eds(node, name, scope);
            case "STRICT_DNS" -> new Discovery.StrictDns(assignment(node, name, true), refresh, respectTtl);
            case "LOGICAL_DNS" -> new Discovery.LogicalDns(assignment(node, name, true), refresh, respectTtl);
            case "ORIGINAL_DST" -> originalDst(node.messageOrEmpty("original_dst_lb_config"));
            default ->
                throw node.unsupported(
                        "type", node.choice("type"), "STATIC, EDS, STRICT_DNS, LOGICAL_DNS, ORIGINAL_DST");
        };
    }

    private static Discovery custom(ProtoNode node, ProtoNode custom, String name) {
        custom.ignoring("name");
        ProtoNode any = custom.requiredMessage("typed_config");
        if (any.anyType().equals(BY_NAME)) {
            any.unpack().ignoring("dns_cache_config", "allow_insecure_cluster_options", "allow_coalesced_connections");
            return new Discovery.ByName();
        }
        if (!any.anyType().equals(DNS_CLUSTER)) {
            throw custom.unsupported("typed_config", any.anyType(), DNS_CLUSTER + ", " + BY_NAME);
        }
        ProtoNode dns = any.unpack();
        dns.ignoring("dns_lookup_family", "dns_jitter", "dns_failure_refresh_rate", "typed_dns_resolver_config");
        Duration refresh = dns.duration("dns_refresh_rate", DNS_REFRESH);
        boolean respectTtl = dns.flag("respect_dns_ttl");
        // "All addresses in one endpoint" is what LOGICAL_DNS was.
        return dns.flag("all_addresses_in_single_endpoint")
                ? new Discovery.LogicalDns(assignment(node, name, true), refresh, respectTtl)
                : new Discovery.StrictDns(assignment(node, name, true), refresh, respectTtl);
    }

    private static Discovery eds(ProtoNode node, String name, DecodeScope scope) {
        ProtoNode config = node.requiredMessage("eds_cluster_config");
        ConfigSourceDecoder.requireAds(config, "eds_config", scope);
        String service = config.text("service_name");
        return new Discovery.Eds(service.isEmpty() ? name : service);
    }

    private static Discovery originalDst(ProtoNode config) {
        config.ignoring("http_header_name");
        RouteDecoder.refuse(config, "metadata_key");
        return new Discovery.OriginalDst(
                config.flag("use_http_header"), (int) config.wrapped("upstream_port_override", 0));
    }

    private static LoadAssignment assignment(ProtoNode node, String name, boolean names) {
        ProtoNode assignment = node.message("load_assignment");
        if (assignment == null) {
            return new LoadAssignment(name, List.of());
        }
        return EndpointDecoder.decode(assignment, names);
    }

    private static CircuitBreakers breakers(ProtoNode node) {
        node.ignoring("per_host_thresholds");
        for (ProtoNode thresholds : node.messages("thresholds")) {
            thresholds.ignoring("track_remaining", "max_connection_pools");
            if (thresholds.choice("priority").equals("DEFAULT")) {
                return thresholds(thresholds);
            }
            thresholds.ignoring(
                    "max_connections", "max_pending_requests", "max_requests", "max_retries", "retry_budget");
        }
        return new CircuitBreakers(1024, 1024, 1024, 3, -1, 0);
    }

    private static CircuitBreakers thresholds(ProtoNode node) {
        ProtoNode budget = node.message("retry_budget");
        ProtoNode percent = budget == null ? null : budget.message("budget_percent");
        return new CircuitBreakers(
                node.wrapped("max_connections", 1024),
                node.wrapped("max_pending_requests", 1024),
                node.wrapped("max_requests", 1024),
                node.wrapped("max_retries", 3),
                budget == null ? -1 : percent == null ? 20 : percent.decimal("value"),
                budget == null ? 0 : budget.wrapped("min_retry_concurrency", 3));
    }

    /** A kind whose enforcing percentage is 0 is off; any other percentage counts as 100. */
    private static @Nullable OutlierDetection outlier(@Nullable ProtoNode node) {
        if (node == null) {
            return null;
        }
        node.ignoring(
                "enforcing_success_rate",
                "success_rate_minimum_hosts",
                "success_rate_request_volume",
                "success_rate_stdev_factor",
                "enforcing_local_origin_success_rate",
                "max_ejection_time_jitter",
                "successful_active_health_check_uneject_host");
        Duration base = node.duration("base_ejection_time", Duration.ofSeconds(30));
        Duration most = node.duration("max_ejection_time", Duration.ofMinutes(5));
        return new OutlierDetection(
                count(node, "consecutive_5xx", "enforcing_consecutive_5xx", 100),
                count(node, "consecutive_gateway_failure", "enforcing_consecutive_gateway_failure", 0),
                count(node, "consecutive_local_origin_failure", "enforcing_consecutive_local_origin_failure", 100),
                node.flag("split_external_local_origin_errors"),
                node.duration("interval", Duration.ofSeconds(10)),
                base,
                most.compareTo(base) < 0 ? base : most,
                (int) Math.min(100, node.wrapped("max_ejection_percent", 10)));
    }

    private static int count(ProtoNode node, String field, String enforcing, int enforcedByDefault) {
        int count = (int) Math.min(Integer.MAX_VALUE, node.wrapped(field, 5));
        return node.wrapped(enforcing, enforcedByDefault) == 0 ? 0 : count;
    }

    private static List<TransportSocketMatch> matches(
            ProtoNode node, UpstreamProtocolOptions options, @Nullable ProxyProtocol proxied, DecodeScope scope) {
        List<TransportSocketMatch> matches = new ArrayList<>();
        for (ProtoNode match : node.messages("transport_socket_matches")) {
            ProtoNode labels = match.message("match");
            TransportSocketDecoder socket = TransportSocketDecoder.of(match.message("transport_socket"), scope);
            if (socket.proxyProtocol() != proxied) {
                throw match.unsupported(
                        "transport_socket", "PROXY protocol for some servers only", "for all of a cluster, or none");
            }
            matches.add(new TransportSocketMatch(
                    match.text("name"),
                    labels == null ? Map.of() : IstioMetadata.labels(Structs.toMap(labels)),
                    options.applyTo(socket.tls())));
        }
        return matches;
    }

    private static @Nullable InetAddress bindAddress(ProtoNode node) {
        ProtoNode bind = node.message("upstream_bind_config");
        ProtoNode source = bind == null
                ? null
                : bind.ignoring("freebind", "socket_options", "extra_source_addresses", "additional_source_addresses")
                        .message("source_address");
        if (source == null) {
            return null;
        }
        AddressDecoder.port(source);
        return AddressDecoder.literal(source, "address");
    }
}

package dev.lateen.proxy.xds;

import dev.lateen.proxy.model.FilterChain;
import dev.lateen.proxy.model.FilterChainMatch;
import dev.lateen.proxy.model.FilterChainMatch.SourceType;
import dev.lateen.proxy.model.Listener.Direction;
import dev.lateen.proxy.model.NetworkFilterConfig;
import dev.lateen.proxy.model.TcpProxy;
import dev.lateen.proxy.model.TcpProxy.WeightedTcpCluster;
import dev.lateen.proxy.model.TerminalFilter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.listener.v3.FilterChain}, its match and its network filters. */
final class FilterChainDecoder {
    private static final String NETWORK = "envoy.extensions.filters.network.";
    private static final Duration TCP_IDLE = Duration.ofHours(1);

    /** Filters that decide on who gets in: where one can't be built, its connections are refused. */
    private static final Set<String> SECURITY = Set.of(
            NETWORK + "ext_authz.v3.ExtAuthz",
            NETWORK + "ratelimit.v3.RateLimit",
            NETWORK + "local_ratelimit.v3.LocalRateLimit",
            NETWORK + "wasm.v3.Wasm");

    private FilterChainDecoder() {}

    static FilterChain decode(ProtoNode node, Direction direction, DecodeScope scope) {
        node.ignoring("metadata");
        if (node.wrappedFlag("use_proxy_proto", false)) {
            throw node.error("use_proxy_proto", "true (accepted: the proxy_protocol listener filter)");
        }
        ProtoNode match = node.message("filter_chain_match");
        List<NetworkFilterConfig> filters = new ArrayList<>();
        TerminalFilter terminal = null;
        for (ProtoNode filter : node.messages("filters")) {
            if (terminal != null) {
                throw filter.error("name", filter.text("name") + " behind a terminal filter (accepted: nothing)");
            }
            RouteDecoder.refuse(filter, "config_discovery");
            filter.ignoring("name");
            terminal = terminal(filter, scope);
            NetworkFilterConfig before = terminal == null ? networkFilter(filter, direction) : null;
            if (before != null) {
                filters.add(before);
            }
        }
        if (terminal == null) {
            throw node.error(
                    "filters", "without a terminal filter (accepted: http_connection_manager or tcp_proxy at the end)");
        }
        return new FilterChain(
                node.text("name"),
                match == null ? FilterChainMatch.ANY : match(match),
                TlsDecoder.downstream(node.message("transport_socket"), scope),
                node.duration("transport_socket_connect_timeout", Duration.ZERO),
                filters,
                terminal);
    }

    private static @Nullable TerminalFilter terminal(ProtoNode filter, DecodeScope scope) {
        ProtoNode any = filter.requiredMessage("typed_config");
        return switch (any.anyType()) {
            case NETWORK + "http_connection_manager.v3.HttpConnectionManager" ->
                HttpConnectionManagerDecoder.decode(any.unpack(), scope);
            case NETWORK + "tcp_proxy.v3.TcpProxy" -> tcpProxy(any.unpack());
            default -> null;
        };
    }

    private static NetworkFilterConfig networkFilter(ProtoNode filter, Direction direction) {
        String name = filter.required("name");
        ProtoNode any = filter.requiredMessage("typed_config");
        String type = any.anyType();
        if (type.equals(NETWORK + "rbac.v3.RBAC")) {
            ProtoNode rbac =
                    any.unpack().ignoring("stat_prefix", "enforcement_type", "rules_stat_prefix", "delay_deny");
            return new NetworkFilterConfig.Rbac(RbacDecoder.policies(rbac));
        }
        if (type.equals("stats.PluginConfig") || name.equals("istio.stats")) {
            return new NetworkFilterConfig.IstioStats(
                    direction,
                    type.equals("stats.PluginConfig") ? HttpFilterDecoder.metricChanges(any.unpack()) : List.of());
        }
        if (name.equals("istio.metadata_exchange") || type.endsWith(".MetadataExchange")) {
            return new NetworkFilterConfig.MetadataExchange();
        }
        if (SECURITY.contains(type)) {
            return new NetworkFilterConfig.Denied(name, "this proxy can't build " + type);
        }
        throw filter.error(
                "typed_config",
                "unknown network filter " + name + " of type " + type
                        + " (accepted: http_connection_manager, tcp_proxy, rbac, istio.stats,"
                        + " istio.metadata_exchange)");
    }

    private static TerminalFilter tcpProxy(ProtoNode node) {
        RouteDecoder.refuse(node, "tunneling_config", "metadata_match", "on_demand");
        node.ignoring("access_log_options", "backoff_options", "downstream_idle_timeout", "upstream_idle_timeout");
        List<WeightedTcpCluster> clusters = new ArrayList<>();
        long total = 0;
        if (node.has("cluster")) {
            clusters.add(new WeightedTcpCluster(node.required("cluster"), 1));
            total = 1;
        }
        for (ProtoNode weighted : node.messageOrEmpty("weighted_clusters").messages("clusters")) {
            RouteDecoder.refuse(weighted, "metadata_match");
            long weight = weighted.number("weight");
            if (weight < 1) {
                throw weighted.unsupported("weight", String.valueOf(weight), "1 or more");
            }
            total += weight;
            clusters.add(new WeightedTcpCluster(weighted.required("name"), weight));
        }
        if (clusters.isEmpty()) {
            throw node.error("cluster_specifier", "missing (accepted: cluster, weighted_clusters)");
        }
        return new TcpProxy(
                node.required("stat_prefix"),
                clusters,
                total,
                node.duration("idle_timeout", TCP_IDLE),
                node.duration("max_downstream_connection_duration", Duration.ZERO),
                hashesSourceIp(node),
                Math.clamp(node.wrapped("max_connect_attempts", 1), 1, Integer.MAX_VALUE),
                AccessLogDecoder.decode(node.messages("access_log")));
    }

    private static boolean hashesSourceIp(ProtoNode node) {
        boolean found = false;
        for (ProtoNode policy : node.messages("hash_policy")) {
            if (policy.message("source_ip") == null) {
                throw policy.error("policy_specifier", "missing or not supported (accepted: source_ip)");
            }
            found = true;
        }
        return found;
    }

    private static FilterChainMatch match(ProtoNode node) {
        RouteDecoder.refuse(node, "address_suffix", "suffix_len");
        long port = node.wrapped("destination_port", 0);
        if (port > 65535) {
            throw node.unsupported("destination_port", String.valueOf(port), "1 to 65535");
        }
        List<Integer> sourcePorts =
                node.numbers("source_ports").stream().map(Number::intValue).toList();
        return new FilterChainMatch(
                (int) port,
                AddressDecoder.cidrs(node.messages("prefix_ranges")),
                serverNames(node),
                node.text("transport_protocol"),
                node.texts("application_protocols"),
                AddressDecoder.cidrs(node.messages("direct_source_prefix_ranges")),
                sourceType(node),
                AddressDecoder.cidrs(node.messages("source_prefix_ranges")),
                sourcePorts);
    }

    private static List<String> serverNames(ProtoNode node) {
        List<String> names = new ArrayList<>();
        for (String name : node.texts("server_names")) {
            if (name.lastIndexOf('*') > 0 || name.equals("*") || name.startsWith("*") && !name.startsWith("*.")) {
                throw node.unsupported("server_names", '"' + name + '"', "a name or *.suffix");
            }
            names.add(name.toLowerCase(Locale.ROOT));
        }
        return names;
    }

    private static SourceType sourceType(ProtoNode node) {
        return switch (node.choice("source_type")) {
            case "ANY" -> SourceType.ANY;
            case "SAME_IP_OR_LOOPBACK" -> SourceType.SAME_IP_OR_LOOPBACK;
            case "EXTERNAL" -> SourceType.EXTERNAL;
            default ->
                throw node.unsupported("source_type", node.choice("source_type"), "ANY, SAME_IP_OR_LOOPBACK, EXTERNAL");
        };
    }
}

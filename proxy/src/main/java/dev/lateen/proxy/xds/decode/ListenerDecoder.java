package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.model.AccessLogConfig;
import dev.lateen.proxy.model.FilterChain;
import dev.lateen.proxy.model.FilterChainMatch;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.Listener.Direction;
import dev.lateen.proxy.model.Listener.ListenerFilters;
import dev.lateen.proxy.model.NetworkFilterConfig;
import dev.lateen.proxy.xds.proto.ProtoNode;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code envoy.config.listener.v3.Listener}. */
final class ListenerDecoder {
    private ListenerDecoder() {}

    static Listener decode(ProtoNode node, DecodeScope scope) {
        RouteDecoder.refuse(node, "udp_listener_config", "api_listener", "internal_listener", "filter_chain_matcher");
        // How a socket is tuned, and counted.
        node.ignoring(
                "stat_prefix",
                "metadata",
                "per_connection_buffer_limit_bytes",
                "drain_type",
                "tcp_backlog_size",
                "max_connections_to_accept_per_socket_event",
                "enable_reuse_port",
                "reuse_port",
                "connection_balance_config",
                "socket_options",
                "tcp_fast_open_queue_length",
                "ignore_global_conn_limit",
                "bypass_overload_manager");
        InetSocketAddress address = AddressDecoder.bindAddress(node.requiredMessage("address"));
        String name = node.text("name");
        Direction direction = direction(node);
        List<InetSocketAddress> additional = new ArrayList<>();
        for (ProtoNode extra : node.messages("additional_addresses")) {
            additional.add(
                    AddressDecoder.bindAddress(extra.ignoring("socket_options").requiredMessage("address")));
        }
        ProtoNode fallback = node.message("default_filter_chain");
        ListenerFilterDecoder listenerFilters = new ListenerFilterDecoder(scope);
        ListenerFilters facts = listenerFilters.decode(node);
        List<NetworkFilterConfig> before = listenerFilters.denied();
        List<FilterChain> chains = chains(node, direction, before, scope);
        if (chains.isEmpty() && fallback == null) {
            throw node.error("filter_chains", "empty (accepted: at least one, or a default_filter_chain)");
        }
        List<AccessLogConfig> logs = AccessLogDecoder.decode(node.messages("access_log"), scope);
        return new Listener(
                name.isEmpty() ? address.getAddress().getHostAddress() + "_" + address.getPort() : name,
                address,
                additional,
                new Listener.Binding(
                        bindToPort(node), node.wrappedFlag("transparent", false), node.wrappedFlag("freebind", false)),
                node.wrappedFlag("use_original_dst", false),
                direction,
                facts,
                chains,
                fallback == null ? null : FilterChainDecoder.decode(fallback, direction, before, scope),
                logs);
    }

    private static boolean bindToPort(ProtoNode node) {
        ProtoNode older = node.message("deprecated_v1");
        return node.wrappedFlag("bind_to_port", older == null || older.wrappedFlag("bind_to_port", true));
    }

    private static Direction direction(ProtoNode node) {
        return switch (node.choice("traffic_direction")) {
            case "INBOUND" -> Direction.INBOUND;
            case "OUTBOUND" -> Direction.OUTBOUND;
            default -> Direction.UNSPECIFIED;
        };
    }

    private static List<FilterChain> chains(
            ProtoNode node, Direction direction, List<NetworkFilterConfig> before, DecodeScope scope) {
        List<FilterChain> chains = new ArrayList<>();
        Map<FilterChainMatch, String> seen = new HashMap<>();
        for (ProtoNode chain : node.messages("filter_chains")) {
            FilterChain decoded = FilterChainDecoder.decode(chain, direction, before, scope);
            String same = seen.put(decoded.match(), decoded.name());
            if (same != null) {
                throw chain.error(
                        "filter_chain_match",
                        "the same as that of chain \"" + same + "\" (accepted: one chain for each match)");
            }
            chains.add(decoded);
        }
        return chains;
    }
}

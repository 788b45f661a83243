package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.model.DownstreamTls;
import dev.lateen.proxy.model.FilterChain;
import dev.lateen.proxy.model.FilterChainMatch;
import dev.lateen.proxy.model.FilterChainMatch.SourceType;
import dev.lateen.proxy.model.Listener.Direction;
import dev.lateen.proxy.model.NetworkFilterConfig;
import dev.lateen.proxy.model.TcpProxy;
import dev.lateen.proxy.model.TerminalFilter;
import dev.lateen.proxy.xds.proto.ConfigException;
import dev.lateen.proxy.xds.proto.ProtoNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.listener.v3.FilterChain}, its match and its network filters. */
final class FilterChainDecoder {
    private static final String NETWORK = "envoy.extensions.filters.network.";

    private FilterChainDecoder() {}

    /**
     * One chain. Where it needs what this proxy can't do, connections that it matches are refused: a rejected listener would leave the old one,
     * which may let more in, and would cost its other chains too.
     *
     * @param before what comes before the chain's own filters
     */
    static FilterChain decode(
            ProtoNode node, Direction direction, List<NetworkFilterConfig> before, DecodeScope scope) {
        ProtoNode matchNode = node.message("filter_chain_match");
        FilterChainMatch match = matchNode == null ? FilterChainMatch.ANY : match(matchNode);
        return scope.orElse(() -> built(node, match, direction, before, scope), thrown -> {
            if (thrown instanceof ConfigException problem && problem.isBeyondUs()) {
                return refusing(node, match, problem, scope);
            }
            throw DecodeScope.again(thrown);
        });
    }

    private static FilterChain built(
            ProtoNode node,
            FilterChainMatch match,
            Direction direction,
            List<NetworkFilterConfig> before,
            DecodeScope scope) {
        if (node.wrappedFlag("use_proxy_proto", false)) {
            throw node.beyondUs("use_proxy_proto", "true (accepted: the proxy_protocol listener filter)");
        }
        List<NetworkFilterConfig> filters = new ArrayList<>(before);
        TerminalFilter terminal = null;
        for (ProtoNode filter : node.messages("filters")) {
            if (terminal != null) {
                throw filter.error("name", filter.text("name") + " behind a terminal filter (accepted: nothing)");
            }
            filter.ignoring("name");
            terminal = terminal(filter, scope);
            NetworkFilterConfig decoded =
                    terminal == null ? NetworkFilterDecoder.decode(filter, direction, scope) : null;
            if (decoded != null) {
                filters.add(decoded);
            }
        }
        if (terminal == null) {
            throw withoutEnd(node);
        }
        ProtoNode metadata = node.message("metadata");
        ProtoNode socket = node.message("transport_socket");
        DownstreamTls tls = TlsDecoder.downstream(socket, scope);
        if (socket != null) {
            socket.requireAllRead();
        }
        return new FilterChain(
                node.text("name"),
                match,
                tls,
                node.duration("transport_socket_connect_timeout", Duration.ZERO),
                filters,
                terminal,
                IstioMetadata.provenance(metadata),
                IstioMetadata.security(metadata));
    }

    private static ConfigException withoutEnd(ProtoNode node) {
        List<ProtoNode> filters = node.messages("filters");
        String last = filters.isEmpty() ? "" : filters.getLast().text("name");
        String accepted = " (accepted: http_connection_manager or tcp_proxy at the end)";
        return filters.isEmpty()
                ? node.error("filters", "without a terminal filter" + accepted)
                : node.beyondUs("filters", last + " at the end can't be built by this proxy" + accepted);
    }

    private static FilterChain refusing(
            ProtoNode node, FilterChainMatch match, ConfigException problem, DecodeScope scope) {
        String name = node.text("name");
        String reason = ConfigException.reason(problem);
        scope.denies(node, name.isEmpty() ? "filter chain" : "filter chain " + name, reason);
        return new FilterChain(
                name,
                match,
                null,
                Duration.ZERO,
                List.of(new NetworkFilterConfig.Denied(name.isEmpty() ? "filter chain" : name, reason)),
                TcpProxy.NOWHERE,
                IstioMetadata.provenance(node.message("metadata")),
                IstioMetadata.security(node.message("metadata")));
    }

    private static @Nullable TerminalFilter terminal(ProtoNode filter, DecodeScope scope) {
        ProtoNode any = filter.message("typed_config");
        if (any == null) {
            return null;
        }
        return switch (any.anyType()) {
            case NETWORK + "http_connection_manager.v3.HttpConnectionManager" ->
                HttpConnectionManagerDecoder.decode(any.unpack(), scope);
            case NETWORK + "tcp_proxy.v3.TcpProxy" -> TcpProxyDecoder.decode(any.unpack(), scope);
            default -> null;
        };
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

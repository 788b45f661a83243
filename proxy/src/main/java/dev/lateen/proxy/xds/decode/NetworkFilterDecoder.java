package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.model.Listener.Direction;
import dev.lateen.proxy.model.NetworkFilterConfig;
import dev.lateen.proxy.model.RbacPolicies;
import dev.lateen.proxy.xds.proto.ConfigException;
import dev.lateen.proxy.xds.proto.ProtoNode;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The network filters of a chain before its terminal one. A filter that can't be built and is not known to be harmless may decide who gets in, so
 * it is {@link NetworkFilterConfig.Denied}: the chain's connections are refused, and the listener lives.
 */
final class NetworkFilterDecoder {
    private static final String NETWORK = "envoy.extensions.filters.network.";

    /** They count what passes, or feed filters that this proxy does not have; bytes go on unchanged without them. */
    private static final Set<String> HARMLESS = Set.of(
            NETWORK + "mongo_proxy.v3.MongoProxy",
            NETWORK + "mysql_proxy.v3.MySQLProxy",
            NETWORK + "zookeeper_proxy.v3.ZooKeeperProxy",
            NETWORK + "kafka_broker.v3.KafkaBroker",
            NETWORK + "set_filter_state.v3.Config",
            // The cluster that Istio names behind it leads nowhere, so nobody gets where he should not.
            NETWORK + "sni_cluster.v3.SniCluster",
            "istio.envoy.config.filter.network.tcp_cluster_rewrite.v2alpha1.TcpClusterRewrite",
            "envoy.extensions.network_filters.peer_metadata.Config",
            "envoy.extensions.network_filters.peer_metadata.UpstreamConfig");

    private NetworkFilterDecoder() {}

    /** @return null for what is left out */
    static @Nullable NetworkFilterConfig decode(ProtoNode filter, Direction direction, DecodeScope scope) {
        String name = filter.required("name");
        return scope.orElse(
                () -> built(filter, name, direction, scope),
                thrown -> denied(filter, name, ConfigException.reason(thrown), scope));
    }

    private static @Nullable NetworkFilterConfig built(
            ProtoNode filter, String name, Direction direction, DecodeScope scope) {
        RouteDecoder.refuse(filter, "config_discovery");
        ProtoNode any = filter.requiredMessage("typed_config");
        String type = any.anyType();
        return switch (type) {
            case NETWORK + "rbac.v3.RBAC" -> {
                RbacPolicies policies = RbacDecoder.network(any.unpack(), scope);
                any.requireAllRead();
                yield new NetworkFilterConfig.Rbac(policies);
            }
            case "stats.PluginConfig" ->
                // There is no Host header to fall back to.
                new NetworkFilterConfig.IstioStats(
                        direction,
                        HttpFilterDecoder.metricChanges(any.unpack().ignoring("disable_host_header_fallback"), scope));
            case "envoy.tcp.metadataexchange.config.MetadataExchange" -> new NetworkFilterConfig.MetadataExchange();
            default -> other(filter, name, type, direction, scope);
        };
    }

    private static @Nullable NetworkFilterConfig other(
            ProtoNode filter, String name, String type, Direction direction, DecodeScope scope) {
        // Older names of Istio's own, as Wasm and as native extensions.
        if (name.equals("istio.stats")) {
            return new NetworkFilterConfig.IstioStats(direction, List.of());
        }
        if (name.equals("istio.metadata_exchange") || type.endsWith(".MetadataExchange")) {
            return new NetworkFilterConfig.MetadataExchange();
        }
        if (HARMLESS.contains(type)) {
            scope.leftOut(filter, name, "this proxy has no " + type);
            return null;
        }
        return denied(filter, name, "this proxy can't build " + type, scope);
    }

    private static NetworkFilterConfig denied(ProtoNode filter, String name, String reason, DecodeScope scope) {
        scope.denies(filter, name, reason);
        return new NetworkFilterConfig.Denied(name, reason);
    }
}

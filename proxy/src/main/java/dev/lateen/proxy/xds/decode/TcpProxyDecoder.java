package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.message.SubstitutionFormat;
import dev.lateen.proxy.model.HeaderMutations.HeaderValueOption;
import dev.lateen.proxy.model.TcpProxy;
import dev.lateen.proxy.model.TcpProxy.TunnelingConfig;
import dev.lateen.proxy.model.TcpProxy.WeightedTcpCluster;
import dev.lateen.proxy.xds.proto.ProtoNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy}, with Envoy's defaults filled in. */
final class TcpProxyDecoder {
    private static final Duration TCP_IDLE = Duration.ofHours(1);

    private TcpProxyDecoder() {}

    static TcpProxy decode(ProtoNode node, DecodeScope scope) {
        RouteDecoder.refuse(node, "metadata_match", "on_demand");
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
                AccessLogDecoder.decode(node.messages("access_log"), scope),
                tunnelingConfig(node.message("tunneling_config")));
    }

    private static @Nullable TunnelingConfig tunnelingConfig(@Nullable ProtoNode node) {
        if (node == null) {
            return null;
        }
        String hostname = node.required("hostname");
        checkFormat(node, hostname);
        List<HeaderValueOption> headers = HeaderMutationsDecoder.options(node.messages("headers_to_add"));
        headers.forEach(header -> checkFormat(node, header.value()));
        boolean post = node.flag("use_post");
        String path = node.text("post_path");
        if (!path.isEmpty() && !post) {
            throw node.error("post_path", "without use_post (accepted: with it)");
        }
        return new TunnelingConfig(hostname, post, path.isEmpty() ? "/" : path, headers);
    }

    /** What nothing sets here would ask the proxy ahead for another host than was meant. */
    private static void checkFormat(ProtoNode node, String text) {
        try {
            SubstitutionFormat.compile(text);
        } catch (IllegalArgumentException e) {
            throw node.beyondUs("tunneling_config", String.valueOf(e.getMessage()));
        }
        if (text.contains("%DYNAMIC_METADATA(") || text.contains("%FILTER_STATE(")) {
            throw node.beyondUs(
                    "tunneling_config",
                    "hostname or headers_to_add of DYNAMIC_METADATA or FILTER_STATE (accepted: text, and what is known"
                            + " of the connection, such as %REQUESTED_SERVER_NAME%)");
        }
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
}

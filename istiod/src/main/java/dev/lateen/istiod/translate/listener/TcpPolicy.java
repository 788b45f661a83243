package dev.lateen.istiod.translate.listener;

import dev.lateen.api.networking.ConnectionPool;
import dev.lateen.api.networking.DestinationRule;
import dev.lateen.api.networking.LoadBalancer.ConsistentHash;
import dev.lateen.api.networking.TrafficPolicy;
import dev.lateen.istiod.model.MergedRule;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.view.EffectivePolicy;
import dev.lateen.istiod.translate.view.ProxyView;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.type.v3.HashPolicy;
import org.jspecify.annotations.Nullable;

/** What a DestinationRule says of connections that are passed on as bytes: how long they live, who keeps its endpoint, through which proxy. */
final class TcpPolicy {
    private TcpPolicy() {}

    static TcpProxy.Builder apply(
            TcpProxy.Builder proxy, ProxyView view, @Nullable Service service, String subset, int port) {
        MergedRule rule = service == null ? null : view.scope().destinationRule(service);
        if (rule == null) {
            return proxy;
        }
        EffectivePolicy policy = EffectivePolicy.of(rule, rule.subset(subset).orElse(null), port);
        ConnectionPool.Tcp tcp =
                policy.connectionPool() == null ? null : policy.connectionPool().tcp();
        if (tcp != null && tcp.idleTimeout() != null) {
            proxy.setIdleTimeout(Protos.duration(tcp.idleTimeout()));
        }
        if (tcp != null && tcp.maxConnectionDuration() != null) {
            proxy.setMaxDownstreamConnectionDuration(Protos.duration(tcp.maxConnectionDuration()));
        }
        ConsistentHash hash =
                policy.loadBalancer() == null ? null : policy.loadBalancer().consistentHash();
        if (hash != null && Boolean.TRUE.equals(hash.useSourceIp())) {
            proxy.addHashPolicy(HashPolicy.newBuilder().setSourceIp(HashPolicy.SourceIp.getDefaultInstance()));
        }
        TrafficPolicy.Tunnel tunnel = tunnel(rule, subset);
        if (tunnel != null) {
            proxy.setTunnelingConfig(tunnelingConfig(tunnel));
        }
        return proxy;
    }

    /** A subset has its own or none: unlike other settings, the rule's does not stand behind it. */
    private static TrafficPolicy.@Nullable Tunnel tunnel(MergedRule rule, String subset) {
        TrafficPolicy policy = subset.isEmpty()
                ? rule.policy()
                : rule.subset(subset).map(DestinationRule.Subset::trafficPolicy).orElse(null);
        return policy == null ? null : policy.tunnel();
    }

    private static TcpProxy.TunnelingConfig tunnelingConfig(TrafficPolicy.Tunnel tunnel) {
        String host = tunnel.targetHost().indexOf(':') < 0 ? tunnel.targetHost() : "[" + tunnel.targetHost() + "]";
        return TcpProxy.TunnelingConfig.newBuilder()
                .setHostname(host + ":" + tunnel.targetPort())
                .setUsePost(tunnel.protocol().equals("POST"))
                .build();
    }
}

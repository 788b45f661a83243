package dev.lateen.istiod.translate;

import dev.lateen.api.networking.ConnectionPool;
import dev.lateen.api.networking.LoadBalancer.ConsistentHash;
import dev.lateen.api.networking.TrafficPolicy;
import dev.lateen.istiod.model.MergedRule;
import dev.lateen.istiod.registry.Service;
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
        if (policy.tunnel() != null && view.client() != ClientKind.LATEEN) {
            proxy.setTunnelingConfig(tunnel(policy.tunnel()));
        }
        return proxy;
    }

    private static TcpProxy.TunnelingConfig tunnel(TrafficPolicy.Tunnel tunnel) {
        String host = tunnel.targetHost().indexOf(':') < 0 ? tunnel.targetHost() : "[" + tunnel.targetHost() + "]";
        return TcpProxy.TunnelingConfig.newBuilder()
                .setHostname(host + ":" + tunnel.targetPort())
                .setUsePost(tunnel.protocol().equals("POST"))
                .build();
    }
}

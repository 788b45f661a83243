package dev.lateen.proxy.http;

import dev.lateen.proxy.forward.Upgrades;
import dev.lateen.proxy.http.pool.PoolOptions;
import dev.lateen.proxy.http.pool.Wire;
import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.Protocol;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.Cluster.ProxyProtocol;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.UpstreamTls;
import dev.lateen.proxy.transport.ProxyHeader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which protocol an exchange goes upstream by, and what TLS is told. */
final class UpstreamProtocols {
    private UpstreamProtocols() {}

    /** Null when the request can't go by the protocol that the cluster wants: a tunnel over HTTP/2 without extended CONNECT. */
    static @Nullable PoolOptions options(Cluster cluster, @Nullable UpstreamTls tls, ExchangeFacts exchange) {
        RequestHead request = exchange.request();
        boolean tunnel = Upgrades.asked(request);
        Wire wire = wire(cluster, tls, request.protocol());
        if (tunnel && wire != Wire.HTTP1) {
            if (wire == Wire.HTTP2 && cluster.protocol() == Cluster.UpstreamProtocol.HTTP2) {
                return null;
            }
            wire = Wire.HTTP1;
        }
        PoolOptions options = options(wire, tls, exchange, tunnel);
        ProxyProtocol told = cluster.connections().proxyProtocol();
        ConnectionFacts client = exchange.connection();
        return told == null
                ? options
                : options.telling(new ProxyHeader(told, client.remoteAddress(), client.localAddress()));
    }

    private static PoolOptions options(Wire wire, @Nullable UpstreamTls tls, ExchangeFacts exchange, boolean tunnel) {
        if (tls == null) {
            return plain(wire);
        }
        String sni = tls.autoSni() ? exchange.request().parsedAuthority().name() : "";
        List<String> alpn = exchange.upstreamAlpn();
        if (tunnel && wire == Wire.HTTP1 && alpn.isEmpty()) {
            alpn = List.of("http/1.1");
        }
        return sni.isEmpty() && alpn.isEmpty() ? plain(wire) : new PoolOptions(wire, sni, alpn);
    }

    /** For a request that nobody waits for: a copy of {@code exchange}'s, with another authority. */
    static PoolOptions mirrored(Cluster cluster, @Nullable UpstreamTls tls, RequestHead head) {
        Wire wire = wire(cluster, tls, head.protocol());
        return tls != null && tls.autoSni()
                ? new PoolOptions(wire, head.parsedAuthority().name(), List.of())
                : plain(wire);
    }

    private static PoolOptions plain(Wire wire) {
        return switch (wire) {
            case HTTP1 -> PoolOptions.HTTP1;
            case HTTP2 -> PoolOptions.HTTP2;
            case AUTO -> PoolOptions.AUTO;
        };
    }

    private static Wire wire(Cluster cluster, @Nullable UpstreamTls tls, Protocol downstream) {
        return switch (cluster.protocol()) {
            case HTTP1 -> Wire.HTTP1;
            case HTTP2 -> Wire.HTTP2;
            case USE_DOWNSTREAM -> downstream == Protocol.HTTP_2 ? Wire.HTTP2 : Wire.HTTP1;
            case AUTO -> tls == null ? Wire.HTTP1 : Wire.AUTO;
        };
    }
}

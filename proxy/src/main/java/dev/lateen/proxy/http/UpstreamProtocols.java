package dev.lateen.proxy.http;

import dev.lateen.proxy.forward.Upgrades;
import dev.lateen.proxy.http.pool.PoolOptions;
import dev.lateen.proxy.http.pool.WireProtocol;
import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Cluster.ProxyProtocol;
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
        WireProtocol wire = WireProtocol.of(cluster, tls, request.protocol());
        if (tunnel && wire != WireProtocol.HTTP1) {
            if (wire == WireProtocol.HTTP2 && cluster.protocol() == Cluster.UpstreamProtocol.HTTP2) {
                return null;
            }
            wire = WireProtocol.HTTP1;
        }
        PoolOptions options = options(wire, tls, exchange, tunnel);
        ProxyProtocol told = cluster.connections().proxyProtocol();
        ConnectionFacts client = exchange.connection();
        if (told != null) {
            options = options.telling(new ProxyHeader(told, client.remoteAddress(), client.localAddress()));
        }
        return client.originalSource() == null ? options : options.from(client.originalSource());
    }

    private static PoolOptions options(
            WireProtocol wire, @Nullable UpstreamTls tls, ExchangeFacts exchange, boolean tunnel) {
        if (tls == null) {
            return PoolOptions.of(wire);
        }
        String sni = tls.autoSni() ? exchange.request().parsedAuthority().name() : "";
        List<String> alpn = exchange.upstreamAlpn();
        if (tunnel && wire == WireProtocol.HTTP1 && alpn.isEmpty()) {
            alpn = List.of("http/1.1");
        }
        return sni.isEmpty() && alpn.isEmpty() ? PoolOptions.of(wire) : new PoolOptions(wire, sni, alpn);
    }
}

package dev.lateen.proxy.transport;

import dev.lateen.proxy.message.OriginalSource;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Cluster.TcpKeepalive;
import dev.lateen.proxy.model.UpstreamTls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where and how to connect.
 *
 * @param address resolved, or a name that is looked up when the connection is made; a "name" that begins with a slash is the path of a Unix domain socket
 * @param connectTimeout for the TCP connection and the TLS handshake together, as Envoy's {@code Cluster.connect_timeout}; above zero
 * @param bindAddress source address, or null for the kernel's choice
 * @param tls null for clear text
 * @param sni the server name to ask for, or an address to expect in the certificate; empty takes {@code tls.sni()}
 * @param alpn protocols to offer instead of {@code tls.settings().alpn()}, as the filter {@code istio.alpn} asks; empty keeps those
 * @param halfClose whether one direction may end before the other, also through TLS: raw TCP
 * @param keepalive of the socket; null for the system's own times
 * @param proxied what is told to the server before all else, or null
 * @param originalSource whose address to connect from instead of {@code bindAddress}, where it is of the family of {@code address}; null for none
 */
public record UpstreamTarget(
        InetSocketAddress address,
        Duration connectTimeout,
        @Nullable InetAddress bindAddress,
        @Nullable UpstreamTls tls,
        String sni,
        List<String> alpn,
        boolean halfClose,
        @Nullable TcpKeepalive keepalive,
        @Nullable ProxyHeader proxied,
        @Nullable OriginalSource originalSource) {
    public UpstreamTarget {
        alpn = List.copyOf(alpn);
    }

    /** A host of {@code cluster}, with the transport socket chosen for that host. */
    public static UpstreamTarget of(Cluster cluster, InetSocketAddress address, @Nullable UpstreamTls tls) {
        return new UpstreamTarget(
                address,
                cluster.connections().connectTimeout(),
                cluster.connections().bindAddress(),
                tls,
                "",
                List.of(),
                false,
                cluster.connections().tcpKeepalive(),
                null,
                null);
    }

    /** The path of a Unix domain socket, or null. */
    @Nullable
    String path() {
        return address.isUnresolved() && address.getHostString().startsWith("/") ? address.getHostString() : null;
    }

    /** The same with another server name and protocols to offer; empty ones keep what TLS settings say. */
    public UpstreamTarget asking(String serverName, List<String> protocols) {
        return new UpstreamTarget(
                address,
                connectTimeout,
                bindAddress,
                tls,
                serverName,
                protocols,
                halfClose,
                keepalive,
                proxied,
                originalSource);
    }

    /** The same with the PROXY protocol's header first; null for none. */
    public UpstreamTarget telling(@Nullable ProxyHeader header) {
        return new UpstreamTarget(
                address, connectTimeout, bindAddress, tls, sni, alpn, halfClose, keepalive, header, originalSource);
    }

    /** The same from the client's own address; null for the proxy's. */
    public UpstreamTarget from(@Nullable OriginalSource source) {
        return new UpstreamTarget(
                address, connectTimeout, bindAddress, tls, sni, alpn, halfClose, keepalive, proxied, source);
    }

    /** The same for raw TCP, whose directions may end one before the other. */
    public UpstreamTarget withHalfClose() {
        return new UpstreamTarget(
                address, connectTimeout, bindAddress, tls, sni, alpn, true, keepalive, proxied, originalSource);
    }
}

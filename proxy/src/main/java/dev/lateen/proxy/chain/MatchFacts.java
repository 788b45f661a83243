package dev.lateen.proxy.chain;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * What is known of a connection when its filter chain is chosen.
 *
 * @param destination the original destination, or the accepting socket's own address
 * @param serverName SNI in lower case, empty when there is none
 * @param transportProtocol {@code tls} or {@code raw_buffer}
 * @param applicationProtocols the ALPN list of a client hello, or what was sniffed: {@code http/1.0}, {@code http/1.1}, {@code h2c}
 * @param directSource the peer of the socket
 * @param source the same, or what a PROXY protocol header said
 */
public record MatchFacts(
        InetSocketAddress destination,
        String serverName,
        String transportProtocol,
        List<String> applicationProtocols,
        InetSocketAddress directSource,
        InetSocketAddress source) {
    /** Whether it comes from this host: Envoy's {@code SAME_IP_OR_LOOPBACK}. */
    boolean isLocal() {
        return source.getAddress().isLoopbackAddress() || source.getAddress().equals(destination.getAddress());
    }
}

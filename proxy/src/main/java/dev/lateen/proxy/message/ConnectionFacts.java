package dev.lateen.proxy.message;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a downstream connection once its filter chain is chosen; the same for all its requests.
 *
 * @param id unique in this process
 * @param remoteAddress the address of the directly connected peer
 * @param localAddress the address the client wanted: the original destination when it was redirected, else the accepting socket's own
 * @param redirected whether {@code localAddress} is where the client was headed before it was brought here; else it is this proxy itself
 * @param inbound whether the listener's traffic direction is INBOUND
 * @param requestedServerName SNI of the client hello, empty when there is none
 * @param tls null for a clear-text connection
 * @param originalSource whose address connections upstream come from; null for the proxy's own
 */
public record ConnectionFacts(
        long id,
        InetSocketAddress remoteAddress,
        InetSocketAddress localAddress,
        boolean redirected,
        boolean inbound,
        String requestedServerName,
        @Nullable TlsFacts tls,
        @Nullable OriginalSource originalSource) {
    /** Of a client for whom the proxy calls by its own address. */
    public ConnectionFacts(
            long id,
            InetSocketAddress remoteAddress,
            InetSocketAddress localAddress,
            boolean redirected,
            boolean inbound,
            String requestedServerName,
            @Nullable TlsFacts tls) {
        this(id, remoteAddress, localAddress, redirected, inbound, requestedServerName, tls, null);
    }

    /** Where the client was headed, if that is not this proxy itself; null otherwise. */
    public @Nullable InetSocketAddress originalDestination() {
        return redirected ? localAddress : null;
    }

    /** The peer's SPIFFE identity, or empty when it showed none. */
    public String peerPrincipal() {
        return tls == null ? "" : tls.peerPrincipal();
    }

    /** Whether the peer authenticated itself by a certificate. */
    public boolean mutualTls() {
        return tls != null && !tls.peerSha256().isEmpty();
    }
}

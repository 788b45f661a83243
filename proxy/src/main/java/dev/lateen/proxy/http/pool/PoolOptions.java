package dev.lateen.proxy.http.pool;

import dev.lateen.proxy.message.OriginalSource;
import dev.lateen.proxy.transport.ProxyHeader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What tells connections to one host apart, beside TLS settings.
 *
 * @param sni server name instead of the TLS settings' own; empty keeps that. An address, without brackets, is checked against the certificate and not sent
 * @param alpn protocols to offer instead of the TLS settings' own; empty keeps those
 * @param proxied the PROXY protocol's header that connections begin with, so that clients share none; null for none
 * @param originalSource whose address connections come from, so that clients share none; null for the proxy's own
 */
public record PoolOptions(
        WireProtocol wire,
        String sni,
        List<String> alpn,
        @Nullable ProxyHeader proxied,
        @Nullable OriginalSource originalSource) {
    /** HTTP/1.1 with the TLS settings as they are. */
    public static final PoolOptions HTTP1 = new PoolOptions(WireProtocol.HTTP1, "", List.of());

    /** HTTP/2 with the TLS settings as they are. */
    public static final PoolOptions HTTP2 = new PoolOptions(WireProtocol.HTTP2, "", List.of());

    /** By ALPN, with the TLS settings as they are. */
    public static final PoolOptions AUTO = new PoolOptions(WireProtocol.AUTO, "", List.of());

    public PoolOptions {
        alpn = List.copyOf(alpn);
    }

    /** With the TLS settings as they are. */
    public static PoolOptions of(WireProtocol wire) {
        return switch (wire) {
            case HTTP1 -> HTTP1;
            case HTTP2 -> HTTP2;
            case AUTO -> AUTO;
        };
    }

    /** For connections that any client may share. */
    public PoolOptions(WireProtocol wire, String sni, List<String> alpn) {
        this(wire, sni, alpn, null, null);
    }

    /** The same for connections that begin with {@code header}. */
    public PoolOptions telling(ProxyHeader header) {
        return new PoolOptions(wire, sni, alpn, header, originalSource);
    }

    /** The same for connections that come from a client's own address. */
    public PoolOptions from(OriginalSource source) {
        return new PoolOptions(wire, sni, alpn, proxied, source);
    }
}

package dev.lateen.proxy.http.pool;

import java.util.List;

/**
 * What tells connections to one host apart, beside TLS settings.
 *
 * @param sni server name instead of the TLS settings' own; empty keeps that. An address, without brackets, is checked against the certificate and not sent
 * @param alpn protocols to offer instead of the TLS settings' own; empty keeps those
 */
public record PoolOptions(Wire wire, String sni, List<String> alpn) {
    /** HTTP/1.1 with the TLS settings as they are. */
    public static final PoolOptions HTTP1 = new PoolOptions(Wire.HTTP1, "", List.of());

    /** HTTP/2 with the TLS settings as they are. */
    public static final PoolOptions HTTP2 = new PoolOptions(Wire.HTTP2, "", List.of());

    /** By ALPN, with the TLS settings as they are. */
    public static final PoolOptions AUTO = new PoolOptions(Wire.AUTO, "", List.of());

    public PoolOptions {
        alpn = List.copyOf(alpn);
    }
}

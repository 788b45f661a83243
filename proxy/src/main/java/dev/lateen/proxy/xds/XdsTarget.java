package dev.lateen.proxy.xds;

import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.xds.bootstrap.Keepalive;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.SocketAddress;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Where a discovery server is, and how it is reached.
 *
 * @param secrets names of those without which it can't be reached
 * @param options made from the secrets that are there; asked for with each new connection, so that a rotated certificate is used at the next; HTTP/2 settings are added
 * @param keepalive how it is asked for signs of life
 * @param headers request headers of a stream, such as {@code authorization}; asked for with each new stream; may block on a file
 */
public record XdsTarget(
        GrpcEndpoint endpoint,
        Set<String> secrets,
        Function<Map<String, Secret>, HttpClientOptions> options,
        Keepalive keepalive,
        Supplier<Map<String, String>> headers) {
    public XdsTarget {
        secrets = Set.copyOf(secrets);
    }

    /** In clear text. */
    public static XdsTarget clearText(SocketAddress address, Supplier<Map<String, String>> headers) {
        return clearText(address, address.isDomainSocket() ? Keepalive.NONE : Keepalive.USUAL, headers);
    }

    /** In clear text. */
    public static XdsTarget clearText(
            SocketAddress address, Keepalive keepalive, Supplier<Map<String, String>> headers) {
        return new XdsTarget(GrpcEndpoint.of(address), Set.of(), _ -> new HttpClientOptions(), keepalive, headers);
    }
}

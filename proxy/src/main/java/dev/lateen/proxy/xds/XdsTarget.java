package dev.lateen.proxy.xds;

import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.Address;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Where a discovery server is, and how it is reached.
 *
 * @param options asked for with each new connection, so that a rotated certificate is used at the next; HTTP/2 settings are added
 * @param headers request headers of a stream, such as {@code authorization}; asked for with each new stream; may block on a file
 */
public record XdsTarget(Address address, Supplier<HttpClientOptions> options, Supplier<Map<String, String>> headers) {}

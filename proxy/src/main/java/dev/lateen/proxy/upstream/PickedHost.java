package dev.lateen.proxy.upstream;

import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.UpstreamTls;
import org.jspecify.annotations.Nullable;

/**
 * Where a request goes: what a pick comes to. Host, description and transport socket are of one moment; a later configuration changes none of them.
 *
 * @param tls null for clear text
 */
public record PickedHost(
        Host host, Endpoint endpoint, @Nullable UpstreamTls tls) {}

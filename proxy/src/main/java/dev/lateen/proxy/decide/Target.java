package dev.lateen.proxy.decide;

import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.UpstreamTls;
import org.jspecify.annotations.Nullable;

/** An endpoint that may be picked. @param tls how connections to it are secured; null for clear text */
public record Target(Endpoint endpoint, @Nullable UpstreamTls tls) {}

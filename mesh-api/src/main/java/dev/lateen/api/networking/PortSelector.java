package dev.lateen.api.networking;

import dev.lateen.api.schema.Port;
import org.jspecify.annotations.Nullable;

/**
 * A port of a host.
 *
 * @param number the port; null if none was given
 */
public record PortSelector(@Nullable @Port Integer number) {}

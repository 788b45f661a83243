package dev.lateen.api.networking;

import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.Required;
import dev.lateen.api.schema.TextRules;
import org.jspecify.annotations.Nullable;

/**
 * A service to which traffic goes.
 *
 * @param host a name of the registry, short or full
 * @param subset a subset of the host's DestinationRule; empty for all of it
 * @param port the port; may be absent if the host has only one
 */
public record Destination(
        @Required @Obeys(HostSyntax.DestinationHost.class) String host,
        @Obeys(TextRules.Label.class) String subset,
        @Nullable PortSelector port) {}

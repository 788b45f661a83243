package dev.lateen.api.networking;

import dev.lateen.api.schema.Range;
import dev.lateen.api.schema.Required;

/**
 * A destination of connections and its share.
 *
 * @param weight the share relative to the sum of all
 */
public record RouteDestination(
        @Required Destination destination,

        @Range(min = 0, max = Integer.MAX_VALUE, why = "a share is not negative")
        int weight) {}

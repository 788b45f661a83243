package dev.lateen.api.networking;

import dev.lateen.api.schema.Range;

/**
 * A share.
 *
 * @param value 0 to 100
 */
public record Percent(
        @Range(min = 0, max = 100, why = "a share is 0 to 100, as Istio's webhook has it")
        double value) {}

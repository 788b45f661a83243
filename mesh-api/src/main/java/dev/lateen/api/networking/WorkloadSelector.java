package dev.lateen.api.networking;

import dev.lateen.api.schema.Cel;
import dev.lateen.api.schema.Length;
import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.Size;
import dev.lateen.api.selector.SelectorRules;
import java.util.Map;

/**
 * The workloads that have all these labels.
 *
 * @param labels the labels
 */
public record WorkloadSelector(
        @Size(max = 256)
        Map<
                        @Obeys(SelectorRules.NotEmpty.class) String,
                        @Length(max = 63)
                        @Cel(rule = SelectorRules.NO_WILDCARD, message = "wildcard is not supported in selector")
                        @Obeys(SelectorRules.NoWildcard.class) String>
                labels) {}

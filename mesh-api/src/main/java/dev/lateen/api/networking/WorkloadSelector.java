package dev.lateen.api.networking;

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
                        @Length(max = 63) @Obeys(SelectorRules.NoWildcard.class) String>
                labels) {}

package dev.lateen.api.selector;

import dev.lateen.api.schema.Length;
import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.Size;
import java.util.Map;

/**
 * The workloads that have all these labels (Istio: {@code type.v1beta1.WorkloadSelector}).
 *
 * @param matchLabels the labels; empty selects every workload of the namespace
 */
public record LabelSelector(
        @Size(max = 4096)
        Map<
                        @Obeys({SelectorRules.NoWildcard.class, SelectorRules.NotEmpty.class}) String,
                        @Length(max = 63) @Obeys(SelectorRules.NoWildcard.class) String>
                matchLabels) {}

package dev.lateen.api.selector;

import dev.lateen.api.schema.Cel;
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
        @Cel(rule = SelectorRules.KEYS_WITHOUT_WILDCARD, message = "wildcard not allowed in label key match")
        @Cel(rule = SelectorRules.NO_EMPTY_KEY, message = "key must not be empty")
        Map<
                        @Obeys({SelectorRules.NoWildcard.class, SelectorRules.NotEmpty.class}) String,
                        @Length(max = 63)
                        @Cel(rule = SelectorRules.NO_WILDCARD, message = "wildcard not allowed in label value match")
                        @Obeys(SelectorRules.NoWildcard.class) String>
                matchLabels) {}

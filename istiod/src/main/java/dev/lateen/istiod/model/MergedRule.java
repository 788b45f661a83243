package dev.lateen.istiod.model;

import dev.lateen.api.networking.DestinationRule;
import dev.lateen.api.networking.TrafficPolicy;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.selector.LabelSelector;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The DestinationRules of one namespace for one host, as one.
 *
 * @param from the rules it is made of, the oldest first
 * @param host fully qualified, may have a wildcard
 * @param policy for all subsets; the first rule's that has one
 * @param subsets of all rules; of two with one name the first holds
 * @param exportTo who may use it
 * @param selector the client workloads it is for; null means all
 */
public record MergedRule(
        List<Resource<DestinationRule>> from,
        String host,
        @Nullable TrafficPolicy policy,
        List<DestinationRule.Subset> subsets,
        List<String> exportTo,
        @Nullable LabelSelector selector) {

    /** The namespace it is declared in. */
    public String namespace() {
        return from.getFirst().namespace();
    }

    /** The resource to name as the cause. */
    public ResourceKey key() {
        return from.getFirst().key();
    }

    /** A subset by name. */
    public Optional<DestinationRule.Subset> subset(String name) {
        return subsets.stream().filter(s -> s.name().equals(name)).findFirst();
    }
}

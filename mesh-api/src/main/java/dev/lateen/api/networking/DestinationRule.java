package dev.lateen.api.networking;

import dev.lateen.api.resource.Spec;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.schema.Column;
import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.Required;
import dev.lateen.api.schema.TextRules;
import dev.lateen.api.selector.LabelSelector;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How traffic to a host is treated once it is routed there.
 *
 * @param host a name of the registry, short or full, or a wildcard
 * @param trafficPolicy for all of the host
 * @param subsets named parts of the host's workloads
 * @param exportTo the namespaces that see it; empty means all
 * @param workloadSelector the clients that use it; absent means all
 */
@ApiKind(
        group = "networking.istio.io",
        kind = "DestinationRule",
        plural = "destinationrules",
        versions = {"v1", "v1beta1", "v1alpha3"},
        shortNames = "dr")
@Column(name = "Host", path = ".spec.host")
@Column(name = "Age", path = Column.CREATED)
@Obeys(DestinationRuleRules.Whole.class)
public record DestinationRule(
        @Required @Obeys(HostSyntax.WildcardHost.class) String host,
        @Nullable TrafficPolicy trafficPolicy,
        List<Subset> subsets,
        List<@Obeys(HostSyntax.ExportTo.class) String> exportTo,
        @Nullable LabelSelector workloadSelector)
        implements Spec {
    /**
     * A named part of the host's workloads.
     *
     * @param name the name that routes use
     * @param labels what its workloads have; empty selects all
     * @param trafficPolicy overrides the rule's own
     */
    public record Subset(
            @Required @Obeys({TextRules.NotBlank.class, TextRules.Label.class})
            String name,

            Map<String, String> labels,
            @Nullable TrafficPolicy trafficPolicy) {}
}

package dev.lateen.istiod.translate.view;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.networking.ConnectionPool;
import dev.lateen.api.networking.DestinationRule;
import dev.lateen.api.networking.LoadBalancer;
import dev.lateen.api.networking.TrafficPolicy;
import dev.lateen.istiod.model.MergedRule;
import org.jspecify.annotations.Nullable;

/**
 * What a DestinationRule says of one port of one subset: the subset's fields over the rule's own, and a port's settings in place of both
 * for the fields that a port can have.
 */
public record EffectivePolicy(
        @Nullable LoadBalancer loadBalancer,
        @Nullable ConnectionPool connectionPool,
        TrafficPolicy.@Nullable OutlierDetection outlierDetection,
        TrafficPolicy.@Nullable ClientTls tls,
        TrafficPolicy.@Nullable ProxyProtocol proxyProtocol,
        TrafficPolicy.@Nullable RetryBudget retryBudget) {

    static final EffectivePolicy NONE = new EffectivePolicy(null, null, null, null, null, null);

    /** What rule and subset say, whatever the mesh says. */
    public static EffectivePolicy of(@Nullable MergedRule rule, DestinationRule.@Nullable Subset subset, int port) {
        return of(null, rule, subset, port);
    }

    /** The same over the mesh's baseline, of which a rule replaces the blocks that it has. */
    public static EffectivePolicy of(
            MeshConfig.@Nullable DefaultTrafficPolicy baseline,
            @Nullable MergedRule rule,
            DestinationRule.@Nullable Subset subset,
            int port) {
        EffectivePolicy own = rule == null ? NONE : NONE.with(rule.policy(), port);
        EffectivePolicy whole = baseline == null ? own : own.over(baseline);
        return subset == null ? whole : whole.with(subset.trafficPolicy(), port);
    }

    private EffectivePolicy over(MeshConfig.DefaultTrafficPolicy baseline) {
        return new EffectivePolicy(
                loadBalancer,
                or(connectionPool, baseline.connectionPool()),
                or(outlierDetection, baseline.outlierDetection()),
                tls,
                proxyProtocol,
                retryBudget);
    }

    private EffectivePolicy with(@Nullable TrafficPolicy policy, int port) {
        if (policy == null) {
            return this;
        }
        EffectivePolicy merged = new EffectivePolicy(
                or(policy.loadBalancer(), loadBalancer),
                or(policy.connectionPool(), connectionPool),
                or(policy.outlierDetection(), outlierDetection),
                or(policy.tls(), tls),
                or(policy.proxyProtocol(), proxyProtocol),
                or(policy.retryBudget(), retryBudget));
        for (TrafficPolicy.PortPolicy own : policy.portLevelSettings()) {
            if (own.port() != null && own.port().number() != null && own.port().number() == port) {
                return new EffectivePolicy(
                        own.loadBalancer(),
                        own.connectionPool(),
                        own.outlierDetection(),
                        own.tls(),
                        merged.proxyProtocol,
                        merged.retryBudget);
            }
        }
        return merged;
    }

    private static <T> @Nullable T or(@Nullable T first, @Nullable T second) {
        return first == null ? second : first;
    }
}

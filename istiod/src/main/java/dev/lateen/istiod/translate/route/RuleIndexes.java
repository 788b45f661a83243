package dev.lateen.istiod.translate.route;

import dev.lateen.istiod.model.EgressListener;
import dev.lateen.istiod.model.RoutingRule;
import dev.lateen.istiod.model.WorkloadScope;
import dev.lateen.istiod.translate.view.ProxyView;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rules of all outbound listeners of a sidecar, or all rules for a gateway, found by host. Immutable.
 *
 * @param byListener in the order of the listeners; a gateway has one index
 */
record RuleIndexes(List<RuleIndex> byListener) {
    /** @param before those of the snapshot before; null for none */
    static RuleIndexes of(ProxyView view, @Nullable RuleIndexes before) {
        List<RuleIndex> indexes = new ArrayList<>();
        List<RuleIndex> known = before == null ? List.of() : before.byListener;
        List<List<RoutingRule>> all = view.gateway()
                ? List.of(view.scope().allRoutingRules())
                : view.scope().egress().stream().map(EgressListener::rules).toList();
        for (List<RoutingRule> rules : all) {
            int number = indexes.size();
            RuleIndex was = number < known.size() ? known.get(number) : RuleIndex.EMPTY;
            indexes.add(was.of(rules));
        }
        return new RuleIndexes(List.copyOf(indexes));
    }

    /** Those for whatever gateway. */
    RuleIndex ofGateways() {
        return byListener.getFirst();
    }

    @SuppressWarnings("ReferenceEquality") // A listener is itself.
    RuleIndex of(WorkloadScope scope, EgressListener listener) {
        for (int i = 0; i < scope.egress().size(); i++) {
            if (scope.egress().get(i) == listener) {
                return byListener.get(i);
            }
        }
        throw new IllegalArgumentException("not of this scope: " + listener);
    }
}

package dev.lateen.istiod.translate;

import dev.lateen.istiod.model.EgressListener;
import dev.lateen.istiod.model.WorkloadScope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rules of all outbound listeners of a scope, found by host. Immutable.
 *
 * @param byListener in the order of the listeners
 */
record RuleIndexes(List<RuleIndex> byListener) {
    /** @param before those of the scope before; null for none */
    static RuleIndexes of(WorkloadScope scope, @Nullable RuleIndexes before) {
        List<RuleIndex> indexes = new ArrayList<>();
        for (EgressListener listener : scope.egress()) {
            int number = indexes.size();
            boolean known = before != null && number < before.byListener.size();
            RuleIndex was = known ? before.byListener.get(number) : RuleIndex.EMPTY;
            indexes.add(was.of(listener.rules()));
        }
        return new RuleIndexes(List.copyOf(indexes));
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

package dev.lateen.proxy.telemetry;

import dev.lateen.api.metrics.MetricsText;
import dev.lateen.proxy.expression.Attributes;
import dev.lateen.proxy.expression.Expression;
import dev.lateen.proxy.message.PeerMetadata;
import dev.lateen.proxy.model.MetricChange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What ProxyTelemetry resources change about Istio's metrics, compiled for one filter. */
final class MetricPlan {
    /** Nothing is changed. */
    static final MetricPlan NONE = new MetricPlan(List.of());

    private static final String UNKNOWN = "unknown";
    private final List<MetricChange> changes;
    private final List<Expression> expressions = new ArrayList<>();

    private MetricPlan(List<MetricChange> changes) {
        this.changes = changes;
        Set<Expression> seen = new HashSet<>();
        changes.forEach(change -> new TreeMap<>(change.dimensions())
                .values().stream().filter(seen::add).forEach(expressions::add));
    }

    static MetricPlan of(List<MetricChange> changes) {
        return changes.isEmpty() ? NONE : new MetricPlan(changes);
    }

    boolean isEmpty() {
        return changes.isEmpty();
    }

    /** The values of all its expressions, for {@link #labels}. */
    List<String> values(Attributes attributes) {
        List<String> values = new ArrayList<>(expressions.size());
        for (Expression expression : expressions) {
            String value = expression.textOf(attributes);
            values.add(value == null ? UNKNOWN : PeerMetadata.bounded(value));
        }
        return values;
    }

    /** The labels of one metric, or null if it is left out. */
    @Nullable
    Map<String, String> labels(String metric, Map<String, String> standard, List<String> values) {
        Map<String, String> labels = new TreeMap<>(standard);
        for (MetricChange change : changes) {
            if (!change.metric().isEmpty() && !change.metric().equals(metric)) {
                continue;
            }
            if (change.drop()) {
                return null;
            }
            change.removed().forEach(labels::remove);
            change.dimensions()
                    .forEach((label, expression) ->
                            labels.put(MetricsText.sanitized(label), values.get(expressions.indexOf(expression))));
        }
        return labels;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof MetricPlan that && that.changes.equals(changes);
    }

    @Override
    public int hashCode() {
        return changes.hashCode();
    }
}

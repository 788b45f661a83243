package dev.lateen.proxy.model;

import dev.lateen.proxy.expression.Expression;
import java.util.List;
import java.util.Map;

/**
 * {@code stats.MetricConfig}: what is different about one of Istio's metrics.
 *
 * @param metric its name without {@code istio_}, such as {@code requests_total}; empty for all
 * @param drop whether it is left out
 * @param removed labels it has not
 * @param dimensions labels with the value of an expression; {@code unknown} where that has none
 */
public record MetricChange(String metric, boolean drop, List<String> removed, Map<String, Expression> dimensions) {
    public MetricChange {
        removed = List.copyOf(removed);
        dimensions = Map.copyOf(dimensions);
    }
}

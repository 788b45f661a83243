package dev.lateen.istiod.model;

import dev.lateen.api.telemetry.Telemetry;
import dev.lateen.api.telemetry.Telemetry.Metrics.MetricsOverride;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of Istio's metrics on one side of a workload.
 *
 * @param off whether nothing is counted at all
 * @param changes by the metric's name, that of {@link Telemetry.StandardMetric} or a custom one
 */
public record MetricChoice(boolean off, Map<String, Change> changes) {

    /** What is different about one metric; later resources add to what earlier ones say. */
    public record Change(boolean disabled, Map<String, Telemetry.TagOverride> tags) {
        private Change with(MetricsOverride override) {
            Map<String, Telemetry.TagOverride> all = new TreeMap<>(tags);
            all.putAll(override.tagOverrides());
            return new Change(override.disabled() == null ? disabled : override.disabled(), all);
        }
    }

    static MetricChoice of(
            List<Telemetry> resources, List<String> defaults, Predicate<String> isPrometheus, boolean inbound) {
        List<String> providers = defaults;
        List<String> inherited = defaults;
        boolean off = false;
        Map<String, Change> changes = new TreeMap<>();
        for (Telemetry resource : resources) {
            for (Telemetry.Metrics metrics : resource.metrics()) {
                if (!metrics.providers().isEmpty()) {
                    providers = TelemetryRules.names(metrics.providers());
                    inherited = providers;
                }
                if (inherited.stream().anyMatch(isPrometheus)) {
                    for (MetricsOverride override : metrics.overrides()) {
                        off = take(override, changes, off, inbound);
                    }
                }
            }
        }
        return new MetricChoice(off || providers.stream().noneMatch(isPrometheus), changes);
    }

    private static boolean take(MetricsOverride override, Map<String, Change> changes, boolean off, boolean inbound) {
        Telemetry.MetricSelector match = override.match();
        if (match != null && !TelemetryRules.applies(match.mode(), inbound)) {
            return off;
        }
        if (isAll(match) && Boolean.TRUE.equals(override.disabled())) {
            return true;
        }
        for (String name : names(match)) {
            changes.merge(name, new Change(false, Map.of()).with(override), (old, added) -> old.with(override));
        }
        return false;
    }

    private static boolean isAll(Telemetry.@Nullable MetricSelector match) {
        return match == null
                || match.customMetric() == null
                        && (match.metric() == null || match.metric() == Telemetry.StandardMetric.ALL_METRICS);
    }

    private static List<String> names(Telemetry.@Nullable MetricSelector match) {
        if (match != null && match.customMetric() != null) {
            return List.of(match.customMetric());
        }
        Telemetry.StandardMetric metric = match == null ? null : match.metric();
        return metric == null || metric == Telemetry.StandardMetric.ALL_METRICS
                ? Stream.of(Telemetry.StandardMetric.values())
                        .filter(m -> m != Telemetry.StandardMetric.ALL_METRICS)
                        .map(Enum::name)
                        .toList()
                : List.of(metric.name());
    }
}

package dev.lateen.install.platform;

import dev.lateen.api.metrics.MetricsText;
import dev.lateen.install.platform.PlatformMetrics.Series;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Statistic;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one name, told as one family: counters and gauges by their value; timers and distributions as a summary without quantiles, and beside it the largest value of
 * the last minutes.
 *
 * @param series of one type; at least one
 */
record MeterFamily(String name, List<Series> series) {
    private static final String MAX = "_max";

    MeterFamily {
        series = series.stream().sorted(Comparator.comparing(Series::labels)).toList();
    }

    void write(MetricsText out) throws IOException {
        Meter.Id id = series.getFirst().meter().getId();
        switch (id.getType()) {
            case COUNTER -> values(out, "counter", id.getDescription());
            case GAUGE, OTHER -> values(out, "gauge", id.getDescription());
            case TIMER, LONG_TASK_TIMER, DISTRIBUTION_SUMMARY -> summaries(out, id.getDescription());
        }
    }

    private void values(MetricsText out, String type, @Nullable String help) throws IOException {
        out.family(name, type, help);
        for (Series each : series) {
            for (Measurement measurement : each.meter().measure()) {
                out.sample(name, each.labels(), MetricsText.number(measurement.getValue()));
            }
        }
    }

    private void summaries(MetricsText out, @Nullable String help) throws IOException {
        Map<String, Double> largest = new TreeMap<>();
        out.family(name, "summary", help);
        for (Series each : series) {
            for (Measurement measurement : each.meter().measure()) {
                double value = measurement.getValue();
                Statistic statistic = measurement.getStatistic();
                switch (statistic) {
                    case COUNT, ACTIVE_TASKS -> out.sample(name, "_count", each.labels(), MetricsText.number(value));
                    case TOTAL, TOTAL_TIME, DURATION ->
                        out.sample(name, "_sum", each.labels(), MetricsText.number(value));
                    case MAX -> largest.put(each.labels(), value);
                    case VALUE, UNKNOWN -> {
                        // No part of a summary.
                    }
                }
            }
        }
        if (!largest.isEmpty()) {
            out.family(name + MAX, "gauge", help);
        }
        for (Map.Entry<String, Double> each : largest.entrySet()) {
            out.sample(name + MAX, each.getKey(), MetricsText.number(each.getValue()));
        }
    }
}

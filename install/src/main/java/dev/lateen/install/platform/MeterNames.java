package dev.lateen.install.platform;

import dev.lateen.api.metrics.MetricsText;
import io.micrometer.core.instrument.Meter;
import org.jspecify.annotations.Nullable;

/** Names of meters as Micrometer writes them for Prometheus, which dashboards of JVMs and of Vert.x ask for: with the unit, counters with {@code _total}. */
final class MeterNames {
    private static final String TOTAL = "_total";

    private MeterNames() {}

    static String family(Meter.Id id) {
        String name = MetricsText.sanitized(id.getName());
        return switch (id.getType()) {
            case COUNTER -> suffixed(unit(without(name), id.getBaseUnit()), TOTAL);
            case TIMER, LONG_TASK_TIMER -> unit(name, "seconds");
            case GAUGE, DISTRIBUTION_SUMMARY, OTHER -> unit(name, id.getBaseUnit());
        };
    }

    private static String without(String name) {
        return name.endsWith(TOTAL) ? name.substring(0, name.length() - TOTAL.length()) : name;
    }

    private static String unit(String name, @Nullable String unit) {
        return unit == null || unit.isEmpty() ? name : suffixed(name, "_" + MetricsText.sanitized(unit));
    }

    private static String suffixed(String name, String suffix) {
        return name.endsWith(suffix) ? name : name + suffix;
    }
}

package dev.lateen.api.telemetry;

import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Rule;

/** Rules that a bound cannot say. */
public final class TelemetryRules {
    private TelemetryRules() {}

    /** To come. */
    public static final class TagValue implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }
}

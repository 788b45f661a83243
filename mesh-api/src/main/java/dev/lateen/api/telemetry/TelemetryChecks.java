package dev.lateen.api.telemetry;

import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Rule;

/** What a Telemetry must be like beyond its bounds: the rules of Istio's CRD. */
final class TelemetryChecks {
    private TelemetryChecks() {}

    /** A label that is set has a value, one that is taken away has none. */
    static final class TagValue implements Rule<Telemetry.TagOverride> {
        @Override
        public void check(Telemetry.TagOverride value, Report report) {
            String text = value.value();
            switch (value.operation()) {
                case UPSERT -> {
                    if (text == null || text.isEmpty()) {
                        report.refuse("value", "no value for UPSERT", "a CEL expression");
                    }
                }
                case REMOVE -> {
                    if (text != null) {
                        report.refuse("value", "a value for REMOVE", "no value");
                    }
                }
            }
        }
    }
}

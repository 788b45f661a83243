package dev.lateen.api.networking;

import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Rule;

/** Rules that a bound cannot say. */
public final class EnvoyFilterRules {
    private EnvoyFilterRules() {}

    /** To come. */
    public static final class PatchFits implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }

    /** To come. */
    public static final class WaypointMatch implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }
}

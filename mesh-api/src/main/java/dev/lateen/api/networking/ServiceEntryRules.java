package dev.lateen.api.networking;

import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Rule;

/** Rules that a bound cannot say. */
public final class ServiceEntryRules {
    private ServiceEntryRules() {}

    /** To come. */
    public static final class DistinctPorts implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }

    /** To come. */
    public static final class Protocol implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }

    /** To come. */
    public static final class Whole implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }
}

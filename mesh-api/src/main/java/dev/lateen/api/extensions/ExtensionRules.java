package dev.lateen.api.extensions;

import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Rule;

/** Rules that a bound cannot say. */
public final class ExtensionRules {
    private ExtensionRules() {}

    /** To come. */
    public static final class EnvValue implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }

    /** To come. */
    public static final class ModuleUrl implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }
}

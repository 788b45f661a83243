package dev.lateen.api.security;

import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Rule;

/** Rules that a bound cannot say. */
public final class AuthorizationRules {
    private AuthorizationRules() {}

    /** To come. */
    public static final class ConditionFits implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }

    /** To come. */
    public static final class OperationSaysSomething implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }

    /** To come. */
    public static final class PathText implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }

    /** To come. */
    public static final class PortText implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }

    /** To come. */
    public static final class SourceFits implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }

    /** To come. */
    public static final class Whole implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }
}

package dev.lateen.api.networking;

import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Rule;

/** Rules that a bound cannot say. */
public final class DestinationRuleRules {
    private DestinationRuleRules() {}

    /** To come. */
    public static final class HashKey implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }

    /** To come. */
    public static final class HttpPool implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }

    /** To come. */
    public static final class Localities implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }

    /** To come. */
    public static final class Ports implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }

    /** To come. */
    public static final class Tls implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }

    /** To come. */
    public static final class TunnelProtocol implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }

    /** To come. */
    public static final class Warmup implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }

    /** To come. */
    public static final class Whole implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }
}

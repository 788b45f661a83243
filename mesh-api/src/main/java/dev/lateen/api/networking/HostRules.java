package dev.lateen.api.networking;

import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Rule;

/** Rules that a bound cannot say. */
public final class HostRules {
    private HostRules() {}

    /** To come. */
    public static final class DestinationHost implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }

    /** To come. */
    public static final class ExportTo implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }

    /** To come. */
    public static final class GatewayName implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }

    /** To come. */
    public static final class NotStar implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }

    /** To come. */
    public static final class ServerHost implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }

    /** To come. */
    public static final class WildcardHost implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }
}

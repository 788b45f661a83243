package dev.lateen.api.security;

import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Rule;

/** Rules that a bound cannot say. */
public final class PeerAuthenticationRules {
    private PeerAuthenticationRules() {}

    /** To come. */
    public static final class PortKey implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }

    /** To come. */
    public static final class PortsNeedSelector implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }
}

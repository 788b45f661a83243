package dev.lateen.api.security;

import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Rule;

/** Rules that a bound cannot say. */
public final class RequestAuthenticationRules {
    private RequestAuthenticationRules() {}

    /** To come. */
    public static final class JwksUri implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }

    /** To come. */
    public static final class TokenPlaces implements Rule<Object> {
        @Override
        public void check(Object value, Report report) {}
    }
}

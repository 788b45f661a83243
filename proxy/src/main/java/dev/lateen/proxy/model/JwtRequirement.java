package dev.lateen.proxy.model;

import java.util.List;

/** {@code JwtRequirement}: which tokens a request must have. */
public sealed interface JwtRequirement {
    /** Nothing. */
    record None() implements JwtRequirement {}

    /**
     * Tokens of a provider, all of them good, at least one.
     *
     * @param audiences in place of the provider's own; empty for those
     */
    record Provider(String name, List<String> audiences) implements JwtRequirement {
        public Provider {
            audiences = List.copyOf(audiences);
        }
    }

    /** One of several; {@link AllowMissing} and {@link AllowMissingOrFailed} among them say what holds when none does. */
    record Any(List<JwtRequirement> requirements) implements JwtRequirement {
        public Any {
            requirements = List.copyOf(requirements);
        }
    }

    /** All of several. */
    record All(List<JwtRequirement> requirements) implements JwtRequirement {
        public All {
            requirements = List.copyOf(requirements);
        }
    }

    /** No token, or good ones. */
    record AllowMissing() implements JwtRequirement {}

    /** Whatever is there; of good tokens the claims are known. */
    record AllowMissingOrFailed() implements JwtRequirement {}
}

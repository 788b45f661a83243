package dev.lateen.proxy.jwt;

import dev.lateen.proxy.model.JwtProvider;

/** Where the keys are that stand in no configuration. */
public interface JwtKeySource {
    /** What there is of the keys of a provider. */
    sealed interface Found {
        /** They are here. */
        record Ready(Jwks keys) implements Found {}

        /** They have to be fetched. */
        record Wanted() implements Found {}

        /** They could not be had a moment ago. */
        record Failed(JwtStatus why) implements Found {}
    }

    /** Must not block. */
    Found keys(JwtProvider.Keys.Remote from);
}

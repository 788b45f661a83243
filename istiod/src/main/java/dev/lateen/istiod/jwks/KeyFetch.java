package dev.lateen.istiod.jwks;

import dev.lateen.istiod.model.TokenKeys.Wanted;
import java.io.IOException;

/** Gets the keys of an issuer. May block. */
@FunctionalInterface
interface KeyFetch {
    /**
     * The keys as JSON.
     *
     * @throws IOException says what went wrong, in words for whoever wrote the rule
     */
    String fetch(Wanted keys) throws IOException, InterruptedException;
}

package dev.lateen.proxy.jwt;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tokens whose signature was found good, with the keys that it was checked by: seen again, they need not be read nor verified again as long as those are the keys. Issuer, times and audiences are looked at each
 * time. The least recently seen goes first; what no key has signed is never kept. Used on one event loop.
 */
public final class VerifiedTokens {
    /** How many are kept. */
    static final int MOST = 128;

    /** In characters; longer ones are not kept. */
    static final int LONGEST = 4096;

    private final Map<String, Verified> tokens = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Verified> eldest) {
            return size() > MOST;
        }
    };

    private record Verified(Jwks keys, Jwt token) {}

    /** A token that these keys have signed, or null where that is not known. */
    @SuppressWarnings("ReferenceEquality") // a set that was read anew may be another
    @Nullable
    Jwt get(String token, @Nullable Jwks keys) {
        Verified known = keys == null || token.length() > LONGEST ? null : tokens.get(token);
        return known != null && known.keys == keys ? known.token : null;
    }

    void add(Jwt token, Jwks keys) {
        if (token.text().length() <= LONGEST) {
            tokens.put(token.text(), new Verified(keys, token));
        }
    }

    int size() {
        return tokens.size();
    }
}

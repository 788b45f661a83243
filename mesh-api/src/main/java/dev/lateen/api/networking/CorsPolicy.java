package dev.lateen.api.networking;

import dev.lateen.api.schema.AtLeast;
import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.TextRules;
import dev.lateen.api.schema.Wrapped;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cross-origin rules.
 *
 * @param allowOrigin exact origins; old form of {@code allowOrigins}
 * @param allowOrigins the origins allowed
 * @param allowMethods for {@code Access-Control-Allow-Methods}
 * @param allowHeaders for {@code Access-Control-Allow-Headers}
 * @param exposeHeaders for {@code Access-Control-Expose-Headers}
 * @param maxAge how long a preflight may be cached
 * @param allowCredentials for {@code Access-Control-Allow-Credentials}
 * @param unmatchedPreflights what is done with a preflight of another origin
 */
public record CorsPolicy(
        List<String> allowOrigin,
        List<StringMatch> allowOrigins,
        List<@Obeys(TextRules.HttpMethod.class) String> allowMethods,
        List<@Obeys(TextRules.HeaderName.class) String> allowHeaders,
        List<@Obeys(TextRules.HeaderName.class) String> exposeHeaders,
        @AtLeast("1ms") @Nullable Duration maxAge,
        @Wrapped @Nullable Boolean allowCredentials,
        UnmatchedPreflights unmatchedPreflights) {
    /** What is done with a preflight whose origin is not allowed. */
    public enum UnmatchedPreflights {
        /** As FORWARD. */
        UNSPECIFIED,
        /** It goes on to the destination. */
        FORWARD,
        /** It is answered without CORS headers. */
        IGNORE
    }
}

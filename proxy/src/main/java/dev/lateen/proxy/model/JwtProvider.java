package dev.lateen.proxy.model;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code JwtProvider}: whose tokens are good, where they are in a request, and what becomes of them.
 *
 * @param issuer who must have issued them; empty for anybody
 * @param limits what their claims must be like
 * @param keys what they are signed by
 * @param places where they are
 * @param output what the upstream sees of them
 * @param metadata what policies and logs see of them
 */
public record JwtProvider(String issuer, Limits limits, Keys keys, Places places, Output output, Metadata metadata) {
    /** Envoy's allowance for clocks that differ. */
    public static final Duration CLOCK_SKEW = Duration.ofSeconds(60);

    /**
     * What claims must be like.
     *
     * @param audiences one of which {@code aud} must have; empty for any
     * @param subjects what {@code sub} must match; null for any
     * @param requireExpiration whether {@code exp} must be there
     * @param maxLifetime how far ahead {@code exp} may be; with it {@code exp} must be there
     * @param clockSkew how much clocks may differ
     */
    public record Limits(
            List<String> audiences,
            @Nullable StringMatcher subjects,
            boolean requireExpiration,
            @Nullable Duration maxLifetime,
            Duration clockSkew) {
        public Limits {
            audiences = List.copyOf(audiences);
        }
    }

    /** Where keys come from. */
    public sealed interface Keys {
        /** They stand in the configuration. @param jwks as JSON */
        record Local(String jwks) implements Keys {}

        /**
         * They are fetched from a cluster.
         *
         * @param uri whose host and path the request has
         * @param timeout of one try
         * @param cacheDuration how long they are good
         * @param retries how often a try that failed is repeated
         * @param ahead whether old keys go on being used while newer ones are fetched ({@code async_fetch})
         * @param failedRefetch how long after a fetch that failed the next is made
         */
        record Remote(
                String uri,
                String cluster,
                Duration timeout,
                Duration cacheDuration,
                int retries,
                boolean ahead,
                Duration failedRefetch)
                implements Keys {}
    }

    /** Where tokens are. */
    public record Places(List<Header> headers, List<String> params, List<String> cookies) {
        /** Those that count when none is given: {@code Authorization: Bearer} and the query parameter {@code access_token}. */
        public static final Places USUAL =
                new Places(List.of(new Header("authorization", "Bearer ")), List.of("access_token"), List.of());

        public Places {
            headers = List.copyOf(headers);
            params = List.copyOf(params);
            cookies = List.copyOf(cookies);
        }
    }

    /** A header with the token behind a prefix. @param name in lower case */
    public record Header(String name, String prefix) {}

    /**
     * What the upstream sees.
     *
     * @param forward whether the token itself
     * @param payloadHeader in lower case, gets the payload as it stands in the token; empty for none
     * @param padPayloadHeader whether it gets the padding of base64
     * @param claimToHeaders claims that become headers
     * @param clearRouteCache whether the route is chosen again by what the token brought
     */
    public record Output(
            boolean forward,
            String payloadHeader,
            boolean padPayloadHeader,
            List<ClaimToHeader> claimToHeaders,
            boolean clearRouteCache) {
        public Output {
            claimToHeaders = List.copyOf(claimToHeaders);
        }
    }

    /** A claim that becomes a header. @param header in lower case @param claim with dots for claims within claims */
    public record ClaimToHeader(String header, String claim) {}

    /**
     * What dynamic metadata gets, each by its key; empty for nothing.
     *
     * @param payload the claims
     * @param spaceDelimitedClaims which of them are lists with spaces between
     * @param header the token's header
     * @param failedStatus why a token was refused
     */
    public record Metadata(String payload, List<String> spaceDelimitedClaims, String header, String failedStatus) {
        public Metadata {
            spaceDelimitedClaims = List.copyOf(spaceDelimitedClaims);
        }
    }
}

package dev.lateen.api.security;

import dev.lateen.api.resource.Spec;
import dev.lateen.api.schema.Alias;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.schema.AtLeast;
import dev.lateen.api.schema.AtMostOne;
import dev.lateen.api.schema.Cel;
import dev.lateen.api.schema.Group;
import dev.lateen.api.schema.Length;
import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.Pattern;
import dev.lateen.api.schema.Required;
import dev.lateen.api.schema.Size;
import dev.lateen.api.selector.LabelSelector;
import dev.lateen.api.selector.TargetReference;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens of end users are good.
 *
 * @param selector the workloads meant
 * @param targetRef the one resource meant; old form of {@code targetRefs}
 * @param targetRefs the resources meant
 * @param jwtRules any of them may accept the token
 */
@ApiKind(
        group = "security.istio.io",
        kind = "RequestAuthentication",
        plural = "requestauthentications",
        versions = {"v1", "v1beta1"},
        shortNames = "ra")
@AtMostOne(
        value = {"selector", "targetRef", "targetRefs"},
        message = TargetReference.ONE_WAY)
public record RequestAuthentication(
        @Nullable LabelSelector selector,
        @Nullable TargetReference targetRef,
        @Size(max = 16) List<TargetReference> targetRefs,
        @Size(max = 4096) List<JwtRule> jwtRules)
        implements Spec {

    /**
     * How a token is checked.
     *
     * @param issuer who must have issued it
     * @param audiences whom it must be for; empty means anybody
     * @param jwksUri where the keys are; empty means by OpenID discovery
     * @param jwks the keys themselves
     * @param places where the token is
     * @param output what the destination sees of it
     * @param timeout of fetching the keys; absent means 5 s
     * @param spaceDelimitedClaims claims that are lists with spaces
     */
    @AtMostOne(
            value = {"jwksUri", "jwks"},
            message = "only one of jwks or jwksUri can be set")
    @Obeys(RequestAuthenticationRules.TokenPlaces.class)
    public record JwtRule(
            @Length(min = 1) String issuer,
            List<@Length(min = 1) String> audiences,

            @Alias("jwks_uri")
            @Length(min = 1, max = 2048)
            @Obeys(RequestAuthenticationRules.JwksUri.class)
            @Cel(
                    rule = "url(self).getScheme() in [\"http\", \"https\"]",
                    message = "url must have scheme http:// or https://")
            String jwksUri,

            String jwks,
            @Group Places places,
            @Group Output output,
            @AtLeast("1ms") @Nullable Duration timeout,
            @Size(max = 64) List<@Length(min = 1) String> spaceDelimitedClaims) {}

    /**
     * Where the token is; with all empty: in the Authorization header or the query parameter {@code access_token}.
     *
     * @param fromHeaders headers with the token
     * @param fromParams query parameters with the token
     * @param fromCookies cookies with the token
     */
    public record Places(
            List<Header> fromHeaders,
            List<@Length(min = 1) String> fromParams,
            List<@Length(min = 1) String> fromCookies) {}

    /**
     * What the destination sees of the token.
     *
     * @param outputPayloadToHeader the header that gets the payload; empty for none
     * @param forwardOriginalToken whether the token itself
     * @param outputClaimToHeaders claims that become headers
     */
    public record Output(
            String outputPayloadToHeader, boolean forwardOriginalToken, List<ClaimToHeader> outputClaimToHeaders) {}

    /** A header with the token behind a prefix such as {@code Bearer }. */
    public record Header(@Required @Length(min = 1) String name, String prefix) {}

    /** A claim that becomes a header. */
    public record ClaimToHeader(
            @Required @Length(min = 1) @Pattern("^[-_A-Za-z0-9]+$")
            String header,

            @Required @Length(min = 1) String claim) {}
}

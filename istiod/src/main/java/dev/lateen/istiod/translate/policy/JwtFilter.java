package dev.lateen.istiod.translate.policy;

import com.google.protobuf.Empty;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.security.RequestAuthentication;
import dev.lateen.api.security.RequestAuthentication.JwtRule;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtHeader;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtProvider;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementOrList;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.RequirementRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** RequestAuthentications as Envoy's JWT filter: a token must be one of the providers', none at all is let through. */
final class JwtFilter {
    // It stands in for keys that would have to be fetched: Envoy refuses a listener with a set that has none. Nobody
    // has the private half of this
    // one, which was thrown away where it was made; so no token passes.
    private static final String NOBODYS_KEY =
            "{\"keys\":[{\"kty\":\"RSA\",\"alg\":\"RS256\",\"use\":\"sig\",\"kid\":\"nobody\",\"e\":\"AQAB\",\"n\":\""
                + "li3x7G39VEF1B6tm5n4l7dPK8XXbcSh_uS1hEkcoqrVcg3hBqv14p6xR_rWM42B3YGFtH4dxiDIjk1VGkRJwRWgrxLVVh0J9vrnv"
                + "IoDyB9EOtjbxARNwfaJs66u5QQW1UfwQp8bfVHaJfh1vvNosg2Hb0xN1m5lW5wHvyjmuXlLJiioFlETqAy9Nz3QcuWfREDOp76AN"
                + "WALfkv7RB5eci8xGzEpHttzAe5clfgmhJdBtzYxtmmuur-hfmq7tFBdjTJ9hDIqmtGeLQWe-KVxIy7c5JCbaEHGs9Vpyp89sOR2x"
                + "V6gqHzT2UFswWrwE0HiaC_8j31a6dCatuooMv3qmYQ\"}]}";

    private JwtFilter() {}

    static Optional<JwtAuthentication> of(List<Resource<RequestAuthentication>> policies) {
        List<JwtRule> rules = new ArrayList<>();
        policies.forEach(p -> rules.addAll(p.spec().jwtRules()));
        if (rules.isEmpty()) {
            return Optional.empty();
        }
        JwtAuthentication.Builder filter = JwtAuthentication.newBuilder().setBypassCorsPreflight(true);
        JwtRequirementOrList.Builder any = JwtRequirementOrList.newBuilder();
        for (int i = 0; i < rules.size(); i++) {
            String name = "origins-" + i;
            filter.putProviders(name, provider(rules.get(i)));
            any.addRequirements(JwtRequirement.newBuilder().setProviderName(name));
        }
        any.addRequirements(JwtRequirement.newBuilder().setAllowMissing(Empty.getDefaultInstance()));
        return Optional.of(filter.addRules(RequirementRule.newBuilder()
                        .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                        .setRequires(JwtRequirement.newBuilder().setRequiresAny(any)))
                .build());
    }

    private static JwtProvider provider(JwtRule rule) {
        JwtProvider.Builder provider = JwtProvider.newBuilder()
                .setIssuer(rule.issuer())
                .addAllAudiences(rule.audiences())
                .setForward(rule.output().forwardOriginalToken())
                .setForwardPayloadHeader(rule.output().outputPayloadToHeader())
                .setPayloadInMetadata("payload")
                .setLocalJwks(
                        DataSource.newBuilder().setInlineString(rule.jwks().isEmpty() ? NOBODYS_KEY : rule.jwks()));
        provider.getNormalizePayloadInMetadataBuilder()
                .addAllSpaceDelimitedClaims(
                        rule.spaceDelimitedClaims().isEmpty()
                                ? List.of("permission", "scope")
                                : rule.spaceDelimitedClaims());
        rule.places()
                .fromHeaders()
                .forEach(h -> provider.addFromHeaders(
                        JwtHeader.newBuilder().setName(h.name()).setValuePrefix(h.prefix())));
        provider.addAllFromParams(rule.places().fromParams());
        provider.addAllFromCookies(rule.places().fromCookies());
        rule.output()
                .outputClaimToHeaders()
                .forEach(c -> provider.addClaimToHeaders(
                        JwtClaimToHeader.newBuilder().setHeaderName(c.header()).setClaimName(c.claim())));
        return provider.build();
    }
}

package dev.lateen.istiod.translate;

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
    // A key set without keys: no token passes. It stands in for keys that must be fetched first.
    private static final String NO_KEYS = "{\"keys\":[]}";

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
                .setForward(rule.forwardOriginalToken())
                .setForwardPayloadHeader(rule.outputPayloadToHeader())
                .setPayloadInMetadata("payload")
                .setLocalJwks(
                        DataSource.newBuilder().setInlineString(rule.jwks().isEmpty() ? NO_KEYS : rule.jwks()));
        provider.getNormalizePayloadInMetadataBuilder()
                .addAllSpaceDelimitedClaims(
                        rule.spaceDelimitedClaims().isEmpty()
                                ? List.of("permission", "scope")
                                : rule.spaceDelimitedClaims());
        rule.fromHeaders()
                .forEach(h -> provider.addFromHeaders(
                        JwtHeader.newBuilder().setName(h.name()).setValuePrefix(h.prefix())));
        provider.addAllFromParams(rule.fromParams());
        provider.addAllFromCookies(rule.fromCookies());
        rule.outputClaimToHeaders()
                .forEach(c -> provider.addClaimToHeaders(
                        JwtClaimToHeader.newBuilder().setHeaderName(c.header()).setClaimName(c.claim())));
        return provider.build();
    }
}

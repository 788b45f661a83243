package dev.lateen.istiod.translate.policy;

import com.google.protobuf.Empty;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.security.RequestAuthentication;
import dev.lateen.api.security.RequestAuthentication.JwtRule;
import dev.lateen.istiod.model.TokenKeys;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtHeader;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtProvider;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementAndList;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementOrList;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.RequirementRule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** RequestAuthentications as Envoy's JWT filter: a token must be one of the providers', none at all is let through. */
final class JwtFilter {
    // It stands in for keys that could not be fetched: Envoy refuses a listener with a set that has none. Nobody
    // has the private half of this
    // one, which was thrown away where it was made; so no token passes.
    private static final String NOBODYS_KEY =
            "{\"keys\":[{\"kty\":\"RSA\",\"alg\":\"RS256\",\"use\":\"sig\",\"kid\":\"nobody\",\"e\":\"AQAB\",\"n\":\""
                + "li3x7G39VEF1B6tm5n4l7dPK8XXbcSh_uS1hEkcoqrVcg3hBqv14p6xR_rWM42B3YGFtH4dxiDIjk1VGkRJwRWgrxLVVh0J9vrnv"
                + "IoDyB9EOtjbxARNwfaJs66u5QQW1UfwQp8bfVHaJfh1vvNosg2Hb0xN1m5lW5wHvyjmuXlLJiioFlETqAy9Nz3QcuWfREDOp76AN"
                + "WALfkv7RB5eci8xGzEpHttzAe5clfgmhJdBtzYxtmmuur-hfmq7tFBdjTJ9hDIqmtGeLQWe-KVxIy7c5JCbaEHGs9Vpyp89sOR2x"
                + "V6gqHzT2UFswWrwE0HiaC_8j31a6dCatuooMv3qmYQ\"}]}";

    private static final List<String> ALWAYS_SPACE_DELIMITED = List.of("permission", "scope");

    private JwtFilter() {}

    /**
     * Of all rules of all policies of a workload.
     *
     * @param keys those that had to be fetched
     * @param clearRouteCache whether routes are chosen by claims, as at gateways
     */
    static Optional<JwtAuthentication> of(
            List<Resource<RequestAuthentication>> policies, TokenKeys keys, boolean clearRouteCache) {
        List<JwtRule> rules = new ArrayList<>();
        policies.forEach(p -> rules.addAll(p.spec().jwtRules()));
        if (rules.isEmpty()) {
            return Optional.empty();
        }
        // As in Istio: the names of providers follow this order.
        rules.sort(Comparator.comparing(JwtRule::issuer));
        JwtAuthentication.Builder filter = JwtAuthentication.newBuilder().setBypassCorsPreflight(true);
        for (int i = 0; i < rules.size(); i++) {
            filter.putProviders(name(i), provider(rules.get(i), keys, clearRouteCache));
        }
        return Optional.of(filter.addRules(RequirementRule.newBuilder()
                        .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                        .setRequires(required(rules.size())))
                .build());
    }

    private static String name(int rule) {
        return "origins-" + rule;
    }

    /** A token of any provider; or none at all, at each provider's places none but its own. */
    private static JwtRequirement required(int rules) {
        if (rules == 1) {
            return orMissing(0);
        }
        JwtRequirementOrList.Builder any = JwtRequirementOrList.newBuilder();
        JwtRequirementAndList.Builder all = JwtRequirementAndList.newBuilder();
        for (int i = 0; i < rules; i++) {
            any.addRequirements(JwtRequirement.newBuilder().setProviderName(name(i)));
            all.addRequirements(orMissing(i));
        }
        any.addRequirements(JwtRequirement.newBuilder().setRequiresAll(all));
        return JwtRequirement.newBuilder().setRequiresAny(any).build();
    }

    private static JwtRequirement orMissing(int rule) {
        return JwtRequirement.newBuilder()
                .setRequiresAny(JwtRequirementOrList.newBuilder()
                        .addRequirements(JwtRequirement.newBuilder().setProviderName(name(rule)))
                        .addRequirements(JwtRequirement.newBuilder().setAllowMissing(Empty.getDefaultInstance())))
                .build();
    }

    private static JwtProvider provider(JwtRule rule, TokenKeys keys, boolean clearRouteCache) {
        JwtProvider.Builder provider = JwtProvider.newBuilder()
                .setIssuer(rule.issuer())
                .addAllAudiences(rule.audiences())
                .setForward(rule.output().forwardOriginalToken())
                .setForwardPayloadHeader(rule.output().outputPayloadToHeader())
                .setPayloadInMetadata("payload")
                .setClearRouteCache(clearRouteCache)
                .setLocalJwks(DataSource.newBuilder().setInlineString(jwks(rule, keys)));
        TreeSet<String> spaceDelimited = new TreeSet<>(ALWAYS_SPACE_DELIMITED);
        spaceDelimited.addAll(rule.spaceDelimitedClaims());
        provider.getNormalizePayloadInMetadataBuilder().addAllSpaceDelimitedClaims(spaceDelimited);
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

    private static String jwks(JwtRule rule, TokenKeys keys) {
        if (!rule.jwks().isEmpty()) {
            return rule.jwks();
        }
        String fetched = keys.jwks(rule);
        return fetched.isEmpty() ? NOBODYS_KEY : fetched;
    }
}

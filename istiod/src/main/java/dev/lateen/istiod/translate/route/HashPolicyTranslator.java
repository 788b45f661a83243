package dev.lateen.istiod.translate.route;

import dev.lateen.api.networking.LoadBalancer;
import dev.lateen.api.networking.LoadBalancer.ConsistentHash;
import dev.lateen.istiod.translate.resource.Protos;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What of a request keeps it with one endpoint. */
final class HashPolicyTranslator {
    private HashPolicyTranslator() {}

    /** None or one. */
    static List<RouteAction.HashPolicy> of(@Nullable ConsistentHash hash) {
        if (hash == null) {
            return List.of();
        }
        RouteAction.HashPolicy.Builder policy = RouteAction.HashPolicy.newBuilder();
        if (hash.httpHeaderName() != null) {
            policy.setHeader(RouteAction.HashPolicy.Header.newBuilder().setHeaderName(hash.httpHeaderName()));
        } else if (hash.httpCookie() != null) {
            policy.setCookie(cookie(hash.httpCookie()));
        } else if (Boolean.TRUE.equals(hash.useSourceIp())) {
            policy.setConnectionProperties(
                    RouteAction.HashPolicy.ConnectionProperties.newBuilder().setSourceIp(true));
        } else if (hash.httpQueryParameterName() != null) {
            policy.setQueryParameter(
                    RouteAction.HashPolicy.QueryParameter.newBuilder().setName(hash.httpQueryParameterName()));
        } else {
            return List.of();
        }
        return List.of(policy.build());
    }

    private static RouteAction.HashPolicy.Cookie cookie(LoadBalancer.Cookie cookie) {
        RouteAction.HashPolicy.Cookie.Builder out = RouteAction.HashPolicy.Cookie.newBuilder()
                .setName(cookie.name())
                .setPath(cookie.path());
        if (cookie.ttl() != null) {
            out.setTtl(Protos.duration(cookie.ttl()));
        }
        cookie.attributes()
                .forEach(a -> out.addAttributes(RouteAction.HashPolicy.CookieAttribute.newBuilder()
                        .setName(a.name())
                        .setValue(a.value())));
        return out.build();
    }
}

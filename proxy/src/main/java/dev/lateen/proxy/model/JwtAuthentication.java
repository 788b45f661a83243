package dev.lateen.proxy.model;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication}: whose tokens are good, and which requests need one.
 *
 * @param providers by name; those that requirements name are there
 * @param rules the first that matches a request counts; without one nothing is required
 * @param requirements by name, for rules and routes that name one
 * @param bypassCorsPreflight whether preflights, which carry no token, pass
 * @param stripFailureResponse whether a refusal says nothing of its reason
 * @param statPrefix behind {@code jwt_authn.} in the names of counters
 */
public record JwtAuthentication(
        Map<String, JwtProvider> providers,
        List<Rule> rules,
        Map<String, JwtRequirement> requirements,
        boolean bypassCorsPreflight,
        boolean stripFailureResponse,
        String statPrefix) {
    public JwtAuthentication {
        providers = Collections.unmodifiableMap(new TreeMap<>(providers));
        rules = List.copyOf(rules);
        requirements = Collections.unmodifiableMap(new TreeMap<>(requirements));
    }

    /** What requests of a kind need. */
    public record Rule(RouteMatch match, JwtRequirement requires) {}
}

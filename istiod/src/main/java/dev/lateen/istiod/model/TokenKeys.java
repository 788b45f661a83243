package dev.lateen.istiod.model;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.security.RequestAuthentication;
import dev.lateen.api.security.RequestAuthentication.JwtRule;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.input.ObjectKey;
import dev.lateen.istiod.persistent.PersistentMap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The keys that rules for tokens need and do not have written down, as far as they were fetched. Immutable.
 *
 * @param wanted by the object that has them; those that no rule needs any more are not there
 * @param fetched what there is of them; the same map as long as nothing of it changes
 * @param problems a word for each rule whose tokens nobody can check
 */
public record TokenKeys(
        Map<ResourceKey, Wanted> wanted, Map<ResourceKey, ConfigObject.OfKeys> fetched, List<Problem> problems) {
    /** No rule needs any. */
    public static final TokenKeys NONE = new TokenKeys(Map.of(), Map.of(), List.of());

    /** The source of keys, as if it were a cluster. */
    public static final String SOURCE = "jwks";

    /** Istio's limit for fetching. */
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /** Keys that a rule needs. @param uri empty where the issuer tells it (OpenID Connect Discovery) */
    public record Wanted(String issuer, String uri, Duration timeout) {}

    TokenKeys next(List<Resource<RequestAuthentication>> policies, PersistentMap<ObjectKey, ConfigObject> objects) {
        if (policies.isEmpty()) {
            return NONE;
        }
        Map<ResourceKey, Wanted> needs = new LinkedHashMap<>();
        Map<ResourceKey, ConfigObject.OfKeys> has = new LinkedHashMap<>();
        List<Problem> missing = new ArrayList<>();
        for (Resource<RequestAuthentication> policy : policies) {
            List<JwtRule> rules = policy.spec().jwtRules();
            for (int i = 0; i < rules.size(); i++) {
                if (rules.get(i).jwks().isEmpty()) {
                    ResourceKey key = key(rules.get(i));
                    needs.put(key, wanted(rules.get(i)));
                    if (objects.get(new ObjectKey(SOURCE, key)) instanceof ConfigObject.OfKeys keys) {
                        has.put(key, keys);
                        problem(policy, i, keys, missing);
                    }
                }
            }
        }
        return new TokenKeys(
                needs.equals(wanted) ? wanted : Map.copyOf(needs),
                has.equals(fetched) ? fetched : Map.copyOf(has),
                List.copyOf(missing));
    }

    private static void problem(
            Resource<RequestAuthentication> policy, int rule, ConfigObject.OfKeys keys, List<Problem> missing) {
        if (!keys.failure().isEmpty()) {
            Origin origin = policy.meta().origin();
            missing.add(new Problem(
                    Problem.Severity.WARNING,
                    origin,
                    origin.line(),
                    policy.key(),
                    "spec.jwtRules[" + rule + "].jwksUri",
                    "keys can't be fetched, so "
                            + (keys.jwks().isEmpty() ? "no token passes: " : "the ones before stay in force: ")
                            + keys.failure(),
                    ""));
        }
    }

    private static Wanted wanted(JwtRule rule) {
        return new Wanted(rule.issuer(), rule.jwksUri(), rule.timeout() == null ? TIMEOUT : rule.timeout());
    }

    private static ResourceKey key(JwtRule rule) {
        return new ResourceKey("", "Jwks", rule.issuer(), rule.jwksUri());
    }

    /** The keys of a rule as JSON; empty where there are none. */
    public String jwks(JwtRule rule) {
        ConfigObject.OfKeys keys = fetched.get(key(rule));
        return keys == null ? "" : keys.jwks();
    }
}

package dev.lateen.istiod.translate.policy;

import dev.lateen.api.resource.Resource;
import dev.lateen.api.security.AuthorizationPolicy;
import dev.lateen.istiod.translate.tls.TrustDomains;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** AuthorizationPolicies of one action as the rules of an RBAC filter; those on trial (dry run) as its shadow rules. */
public final class ActionPolicies {
    private static final String DRY_RUN = "istio.io/dry-run";
    private final TrustDomains trustDomains;

    /** Rules in force and rules on trial; either may be missing. */
    public record Rules(@Nullable RBAC enforced, @Nullable RBAC shadow) {
        /** The prefix under which the outcome of shadow rules is told; Istio writes it even where there are none. */
        String shadowPrefix() {
            boolean denies = shadow != null && shadow.getAction() == RBAC.Action.DENY;
            boolean logs = shadow != null && shadow.getAction() == RBAC.Action.LOG;
            return logs ? "" : denies ? "istio_dry_run_deny_" : "istio_dry_run_allow_";
        }

        /** As an HTTP filter has them. */
        public io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC http() {
            var filter = io.envoyproxy
                    .envoy
                    .extensions
                    .filters
                    .http
                    .rbac
                    .v3
                    .RBAC
                    .newBuilder()
                    .setShadowRulesStatPrefix(shadowPrefix());
            if (enforced != null) {
                filter.setRules(enforced);
            }
            if (shadow != null) {
                filter.setShadowRules(shadow);
            }
            return filter.build();
        }

        io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC tcp() {
            var filter = io.envoyproxy
                    .envoy
                    .extensions
                    .filters
                    .network
                    .rbac
                    .v3
                    .RBAC
                    .newBuilder()
                    .setStatPrefix("tcp.")
                    .setShadowRulesStatPrefix(shadowPrefix());
            if (enforced != null) {
                filter.setRules(enforced);
            }
            if (shadow != null) {
                filter.setShadowRules(shadow);
            }
            return filter.build();
        }
    }

    /** @param trustDomains those that principals may stand in */
    public ActionPolicies(TrustDomains trustDomains) {
        this.trustDomains = trustDomains;
    }

    /** Empty if there are no such policies. */
    public Optional<Rules> rules(List<Resource<AuthorizationPolicy>> policies, RBAC.Action action, boolean tcp) {
        if (policies.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Rules(rules(policies, action, tcp, false), rules(policies, action, tcp, true)));
    }

    private @Nullable RBAC rules(
            List<Resource<AuthorizationPolicy>> policies, RBAC.Action action, boolean tcp, boolean dryRun) {
        RBAC.Builder rules = RBAC.newBuilder().setAction(action);
        boolean any = false;
        for (Resource<AuthorizationPolicy> policy : policies) {
            if (isDryRun(policy) != dryRun) {
                continue;
            }
            any = true;
            List<AuthorizationPolicy.Rule> all = policy.spec().rules();
            if (all.isEmpty()) {
                rules.putPolicies(name(policy, 0), RbacRule.NEVER);
            }
            for (int i = 0; i < all.size(); i++) {
                Optional<Policy> translated = new RbacRule(
                                all.get(i), policy.namespace(), trustDomains, tcp, action == RBAC.Action.ALLOW)
                        .policy();
                String name = name(policy, i);
                translated.ifPresent(p -> rules.putPolicies(name, p));
            }
        }
        return any ? rules.build() : null;
    }

    private static String name(Resource<AuthorizationPolicy> policy, int rule) {
        return "ns[" + policy.namespace() + "]-policy[" + policy.name() + "]-rule[" + rule + "]";
    }

    private static boolean isDryRun(Resource<AuthorizationPolicy> policy) {
        String text = policy.meta().annotations().getOrDefault(DRY_RUN, "false");
        return text.equalsIgnoreCase("true") || text.equals("1") || text.equalsIgnoreCase("t");
    }

    /** Rules that refuse everything, for when the real ones can't be put into force. */
    static io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC denyAll(String name) {
        return io.envoyproxy
                .envoy
                .extensions
                .filters
                .http
                .rbac
                .v3
                .RBAC
                .newBuilder()
                .setRules(RBAC.newBuilder()
                        .setAction(RBAC.Action.DENY)
                        .putPolicies(
                                name,
                                Policy.newBuilder()
                                        .addPermissions(RbacRule.PERMISSION.any())
                                        .addPrincipals(RbacRule.PRINCIPAL.any())
                                        .build()))
                .build();
    }
}

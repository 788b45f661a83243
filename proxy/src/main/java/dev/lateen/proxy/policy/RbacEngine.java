package dev.lateen.proxy.policy;

import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.model.RbacPolicies;
import dev.lateen.proxy.model.RbacPolicies.Policy;
import dev.lateen.proxy.model.RbacPolicies.Rules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Authorization policies ({@code envoy.config.rbac.v3.RBAC}), compiled once. ALLOW lets through what a policy matches, DENY what none
 * matches, LOG everything; a policy matches when one of its permissions and one of its principals does; the first in order decides.
 * Immutable; safe for use by several threads.
 */
public final class RbacEngine {
    private static final RbacDecision NO_RULES = new RbacDecision(true, RbacDecision.NONE);

    private final @Nullable Compiled rules;
    private final @Nullable Compiled shadow;

    private RbacEngine(RbacPolicies policies) {
        rules = policies.rules() == null ? null : new Compiled(policies.rules());
        shadow = policies.shadowRules() == null ? null : new Compiled(policies.shadowRules());
    }

    public static RbacEngine compile(RbacPolicies policies) {
        return new RbacEngine(policies);
    }

    /** Decides on a request; {@code remote_ip} looks at {@link ExchangeFacts#clientAddress()}. */
    public RbacDecision check(ExchangeFacts exchange) {
        return rules == null ? NO_RULES : rules.check(subject(exchange));
    }

    /** Decides on a TCP connection, whose HTTP parts are taken for missing, as Envoy's network filter does. */
    public RbacDecision check(ConnectionFacts connection) {
        return rules == null ? NO_RULES : rules.check(subject(connection));
    }

    /** What the shadow rules would say, or null without any. */
    public @Nullable RbacDecision checkShadow(ExchangeFacts exchange) {
        return shadow == null ? null : shadow.check(subject(exchange));
    }

    /** What the shadow rules would say, or null without any. */
    public @Nullable RbacDecision checkShadow(ConnectionFacts connection) {
        return shadow == null ? null : shadow.check(subject(connection));
    }

    /** Whether there is anything to check. */
    public boolean isEmpty() {
        return rules == null && shadow == null;
    }

    /** The enforced decision with what was found of each policy until one matched. Slow; for people. */
    public RbacExplanation explain(ExchangeFacts exchange) {
        return explain(subject(exchange));
    }

    /** The same for a TCP connection. */
    public RbacExplanation explain(ConnectionFacts connection) {
        return explain(subject(connection));
    }

    private RbacExplanation explain(Condition.Subject subject) {
        return rules == null ? new RbacExplanation(NO_RULES, "no rules", List.of()) : rules.explain(subject);
    }

    private static Condition.Subject subject(ExchangeFacts exchange) {
        return new Condition.Subject(
                exchange.connection(),
                exchange.clientAddress().getAddress(),
                exchange.request(),
                exchange.dynamicMetadata());
    }

    private static Condition.Subject subject(ConnectionFacts connection) {
        return new Condition.Subject(connection, connection.remoteAddress().getAddress(), null, Map.of());
    }

    private static final class Compiled {
        private final Rules rules;
        private final CompiledPolicy[] policies;
        private final RbacDecision unmatched;

        Compiled(Rules rules) {
            this.rules = rules;
            this.policies = rules.policies().stream()
                    .map(policy -> new CompiledPolicy(policy, decision(rules, policy.name())))
                    .toArray(CompiledPolicy[]::new);
            this.unmatched = switch (rules.action()) {
                case ALLOW -> new RbacDecision(false, RbacDecision.NONE);
                case DENY, LOG -> new RbacDecision(true, RbacDecision.NONE);
            };
        }

        private static RbacDecision decision(Rules rules, String policy) {
            return switch (rules.action()) {
                case ALLOW, LOG -> new RbacDecision(true, policy);
                case DENY -> new RbacDecision(false, policy);
            };
        }

        RbacDecision check(Condition.Subject subject) {
            for (CompiledPolicy policy : policies) {
                if (policy.permission.holds(subject) && policy.principal.holds(subject)) {
                    return policy.decision;
                }
            }
            return unmatched;
        }

        RbacExplanation explain(Condition.Subject subject) {
            List<RbacExplanation.Finding> findings = new ArrayList<>();
            for (CompiledPolicy policy : policies) {
                boolean permission = policy.permission.holds(subject);
                boolean principal = policy.principal.holds(subject);
                findings.add(new RbacExplanation.Finding(policy.decision.policy(), permission, principal));
                if (permission && principal) {
                    return new RbacExplanation(policy.decision, rules.action().name(), findings);
                }
            }
            return new RbacExplanation(unmatched, rules.action().name(), findings);
        }
    }

    private static final class CompiledPolicy {
        private final Condition permission;
        private final Condition principal;
        private final RbacDecision decision;

        CompiledPolicy(Policy policy, RbacDecision decision) {
            this.permission = Condition.anyOf(Conditions.permissions(policy.permissions()));
            this.principal = Condition.anyOf(Conditions.principals(policy.principals()));
            this.decision = decision;
        }
    }
}

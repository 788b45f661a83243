package dev.lateen.proxy.policy;

import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.model.Provenance;
import dev.lateen.proxy.model.RbacPolicies.Action;
import dev.lateen.proxy.model.RbacPolicies.Policy;
import dev.lateen.proxy.model.RbacPolicies.Rules;
import dev.lateen.proxy.model.RbacPolicies;
import dev.lateen.proxy.reason.Question;
import dev.lateen.proxy.reason.Trace;
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
        return check(exchange, null);
    }

    /** The same, telling what was found of each policy until one matched. @param trace null when nobody asks */
    public RbacDecision check(ExchangeFacts exchange, @Nullable Trace trace) {
        return rules == null ? NO_RULES : rules.check(subject(exchange), trace);
    }

    /**
     * Decides on a TCP connection, whose HTTP parts are taken for missing, as Envoy's network filter does.
     *
     * @param trace null when nobody asks
     */
    public RbacDecision check(ConnectionFacts connection, @Nullable Trace trace) {
        return rules == null ? NO_RULES : rules.check(subject(connection), trace);
    }

    /** What the shadow rules would say, or null without any. */
    public @Nullable RbacDecision checkShadow(ExchangeFacts exchange) {
        return shadow == null ? null : shadow.check(subject(exchange), null);
    }

    /** What the shadow rules would say, or null without any. */
    public @Nullable RbacDecision checkShadow(ConnectionFacts connection) {
        return shadow == null ? null : shadow.check(subject(connection), null);
    }

    /** Whether there is anything to check. */
    public boolean isEmpty() {
        return rules == null && shadow == null;
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

        RbacDecision check(Condition.Subject subject, @Nullable Trace trace) {
            for (CompiledPolicy policy : policies) {
                boolean matches = trace == null
                        ? policy.permission.holds(subject, null) && policy.principal.holds(subject, null)
                        : policy.told(subject, rules.action(), trace);
                if (matches) {
                    return policy.decision;
                }
            }
            if (trace != null && !unmatched.allowed()) {
                trace.no(Question.ACCESS, RbacDecision.NONE, Provenance.NONE, "no policy of action ALLOW matches");
            }
            return unmatched;
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

        /** Both halves are looked at, so that it is told of each what does not hold. */
        boolean told(Condition.Subject subject, Action action, Trace trace) {
            List<String> why = new ArrayList<>();
            boolean what = permission.holds(subject, why);
            boolean who = principal.holds(subject, why);
            Provenance resource = PolicyText.resource(decision.policy());
            if (what && who) {
                trace.yes(Question.ACCESS, decision.policy(), resource, "action " + action + " matches");
                return true;
            }
            String halves = what ? "who does it does not match" : who ? "what is done does not match" : "neither who nor what matches";
            return trace.no(
                    Question.ACCESS,
                    decision.policy(),
                    resource,
                    "action " + action + ": " + halves + ": " + String.join("; ", why));
        }
    }
}

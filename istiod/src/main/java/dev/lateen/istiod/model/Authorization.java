package dev.lateen.istiod.model;

import dev.lateen.api.resource.Resource;
import dev.lateen.api.security.AuthorizationPolicy;
import dev.lateen.api.security.AuthorizationPolicy.Action;
import java.util.List;
import java.util.Map;

/**
 * The AuthorizationPolicies of one workload by what they do, those of the root namespace first.
 *
 * @param audit only marks requests
 * @param custom asks an external authorizer
 * @param deny refuses what matches
 * @param allow refuses what none of them matches
 */
public record Authorization(
        List<Resource<AuthorizationPolicy>> audit,
        List<Resource<AuthorizationPolicy>> custom,
        List<Resource<AuthorizationPolicy>> deny,
        List<Resource<AuthorizationPolicy>> allow) {

    /** Nothing is asked. */
    public static final Authorization NONE = new Authorization(List.of(), List.of(), List.of(), List.of());

    static Authorization select(
            List<Resource<AuthorizationPolicy>> policies,
            String rootNamespace,
            String namespace,
            Map<String, String> labels) {
        List<Resource<AuthorizationPolicy>> mine = policies.stream()
                .filter(p ->
                        p.namespace().equals(rootNamespace) || p.namespace().equals(namespace))
                .filter(p ->
                        p.spec().targetRef() == null && p.spec().targetRefs().isEmpty())
                .filter(p -> Labels.satisfy(labels, p.spec().selector()))
                .sorted((a, b) -> Boolean.compare(
                        b.namespace().equals(rootNamespace), a.namespace().equals(rootNamespace)))
                .toList();
        return of(mine);
    }

    /** Sorts policies by their action. */
    public static Authorization of(List<Resource<AuthorizationPolicy>> policies) {
        return new Authorization(
                with(policies, Action.AUDIT),
                with(policies, Action.CUSTOM),
                with(policies, Action.DENY),
                with(policies, Action.ALLOW));
    }

    private static List<Resource<AuthorizationPolicy>> with(
            List<Resource<AuthorizationPolicy>> policies, Action action) {
        return policies.stream().filter(p -> p.spec().action() == action).toList();
    }

    /** Whether there is nothing to check. */
    public boolean isEmpty() {
        return audit.isEmpty() && custom.isEmpty() && deny.isEmpty() && allow.isEmpty();
    }
}

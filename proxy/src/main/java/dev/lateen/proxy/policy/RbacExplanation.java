package dev.lateen.proxy.policy;

import java.util.List;

/**
 * Why a request or connection was allowed or denied.
 *
 * @param decision the decision itself
 * @param action {@code ALLOW}, {@code DENY}, {@code LOG}, or {@code no rules}
 * @param findings the policies that were looked at, in order; only the last may have matched
 */
public record RbacExplanation(RbacDecision decision, String action, List<Finding> findings) {
    public RbacExplanation {
        findings = List.copyOf(findings);
    }

    /** Which half of a policy held. */
    public record Finding(String policy, boolean permissionHolds, boolean principalHolds) {
        /** In words, such as {@code ns[a]-policy[b]-rule[0]: what is done does not match}. */
        public String text() {
            String why = permissionHolds
                    ? principalHolds ? "matches" : "who does it does not match"
                    : principalHolds ? "what is done does not match" : "neither who nor what matches";
            return policy + ": " + why;
        }
    }
}

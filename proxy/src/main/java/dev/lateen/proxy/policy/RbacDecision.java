package dev.lateen.proxy.policy;

/**
 * What an authorization check says.
 *
 * @param allowed whether the request or connection goes on
 * @param policy the policy that matched, such as {@code ns[default]-policy[x]-rule[0]}; {@code none} when none did
 */
public record RbacDecision(boolean allowed, String policy) {
    /** The name for no policy at all. */
    public static final String NONE = "none";

    /** Envoy's response code details and connection termination details of a denial; white space in the name becomes {@code _}. */
    public String details() {
        StringBuilder text = new StringBuilder("rbac_access_denied_matched_policy[");
        for (int i = 0; i < policy.length(); i++) {
            char c = policy.charAt(i);
            text.append(Character.isWhitespace(c) ? '_' : c);
        }
        return text.append(']').toString();
    }
}

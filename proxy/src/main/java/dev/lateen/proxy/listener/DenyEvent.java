package dev.lateen.proxy.listener;

/**
 * User event of a live TCP connection that a new policy denies; it is closed right after.
 *
 * @param details {@code %CONNECTION_TERMINATION_DETAILS%}, such as {@code rbac_access_denied_matched_policy[none]}
 */
public record DenyEvent(String details) {}

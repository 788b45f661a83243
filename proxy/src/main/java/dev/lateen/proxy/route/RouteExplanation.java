package dev.lateen.proxy.route;

import dev.lateen.proxy.model.Provenance;
import java.util.List;

/**
 * Why a request went where it went.
 *
 * @param decision the decision itself
 * @param virtualHost the chosen virtual host's name, empty for none
 * @param domain the domain that matched, empty for none
 * @param attempts the routes that were looked at, in order; only the last may have matched
 */
public record RouteExplanation(RouteDecision decision, String virtualHost, String domain, List<Attempt> attempts) {
    public RouteExplanation {
        attempts = List.copyOf(attempts);
    }

    /**
     * One route that was looked at.
     *
     * @param index its place in the virtual host, from 0
     * @param failed the first condition that did not hold, such as {@code header end-user: "jason" (expected: exact "bob")}; empty when it matched
     * @param provenance the user's resource it comes from
     */
    public record Attempt(int index, String route, String failed, Provenance provenance) {}
}

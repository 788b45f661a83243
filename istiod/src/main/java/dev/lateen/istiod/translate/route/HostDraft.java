package dev.lateen.istiod.translate.route;

import dev.lateen.istiod.model.RoutingRule;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A virtual host as far as it can be told without a look at the others, which may have some of its domains. It is itself and equal to no other.
 *
 * @param listener the number of the outbound listener through which it is called
 * @param called who is called
 * @param rule whose routes it has; null for those of a service without rules
 * @param followed by which of its hosts the rule means it; empty if there is no rule
 * @param place among those that the same rule or service has by this host
 * @param domains all that it would have
 */
public record HostDraft(
        int listener, CalledHost called, @Nullable RoutingRule rule, String followed, int place, List<String> domains)
        implements DomainClaims.Claim {

    /** Domains are compared without regard to case. */
    public static String claimed(String domain) {
        return domain.toLowerCase(Locale.ROOT);
    }

    String name() {
        return called.name();
    }

    @Override
    public List<HostDraft> claimants() {
        return List.of(this);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // That is what this is for.
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}

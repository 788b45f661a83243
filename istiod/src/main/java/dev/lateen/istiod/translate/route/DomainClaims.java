package dev.lateen.istiod.translate.route;

import dev.lateen.istiod.persistent.PersistentMap;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which virtual hosts would have which domains. Envoy refuses a configuration in which one stands twice: the first that wants it has it. Immutable.
 *
 * @param byDomain in lower case
 */
record DomainClaims(PersistentMap<String, Claim> byDomain) {
    static final DomainClaims NONE = new DomainClaims(PersistentMap.empty());

    /** Who wants a domain: nearly always one virtual host. */
    sealed interface Claim permits HostDraft, Rivals {
        List<HostDraft> claimants();
    }

    /** Several that want one domain, in no order. */
    record Rivals(List<HostDraft> claimants) implements Claim {}

    List<HostDraft> claimants(String domain) {
        Claim claim = byDomain.get(HostDraft.claimed(domain));
        return claim == null ? List.of() : claim.claimants();
    }

    DomainClaims with(HostDraft draft) {
        PersistentMap<String, Claim> next = byDomain;
        for (String domain : claimed(draft)) {
            Claim before = next.get(domain);
            if (before == null) {
                next = next.with(domain, draft);
            } else {
                List<HostDraft> all = new ArrayList<>(before.claimants());
                all.add(draft);
                next = next.with(domain, new Rivals(all));
            }
        }
        return new DomainClaims(next);
    }

    DomainClaims without(HostDraft draft) {
        PersistentMap<String, Claim> next = byDomain;
        for (String domain : claimed(draft)) {
            Claim before = next.get(domain);
            if (before != null) {
                List<HostDraft> others = before.claimants().stream()
                        .filter(other -> !other.equals(draft))
                        .toList();
                next = next.withOrWithout(domain, claim(others));
            }
        }
        return new DomainClaims(next);
    }

    private static @Nullable Claim claim(List<HostDraft> claimants) {
        return claimants.isEmpty() ? null : claimants.size() == 1 ? claimants.getFirst() : new Rivals(claimants);
    }

    private static Set<String> claimed(HostDraft draft) {
        Set<String> claimed = new LinkedHashSet<>();
        draft.domains().forEach(domain -> claimed.add(HostDraft.claimed(domain)));
        return claimed;
    }

    /**
     * The domains that a virtual host has, each once.
     *
     * @param owners who has a domain that several want, as far as that was asked; more is put in
     */
    List<String> domains(HostDraft draft, Comparator<HostDraft> order, Map<String, HostDraft> owners) {
        List<String> mine = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (String domain : draft.domains()) {
            String claimed = HostDraft.claimed(domain);
            List<HostDraft> all = claimants(domain);
            boolean first =
                    all.size() == 1 || draft.equals(owners.computeIfAbsent(claimed, _ -> Collections.min(all, order)));
            if (first && seen.add(claimed)) {
                mine.add(domain);
            }
        }
        return mine;
    }
}

package dev.lateen.istiod.discovery;

import dev.lateen.istiod.input.ObjectFate;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/**
 * What has become of one object, from source to proxies: accepted or refused and why, and which proxies have acknowledged the config that it came into force
 * with.
 *
 * @param fate what istiod made of it
 * @param acknowledged the proxies, as {@code POD.NAMESPACE}, that have that config or a later one and rejected nothing
 * @param awaited connected proxies that have not answered to all of it, or reject something
 */
public record ObjectStatus(ObjectFate fate, Set<String> acknowledged, Set<String> awaited) {

    /** How an object stands with some connected proxies. */
    public static ObjectStatus of(ObjectFate fate, Collection<ProxyStatus> proxies) {
        Set<String> acknowledged = new TreeSet<>();
        Set<String> awaited = new TreeSet<>();
        for (ProxyStatus proxy : proxies) {
            boolean has = fate.isIn(proxy.settledVersion())
                    && proxy.types().stream().allMatch(type -> type.rejection() == null);
            (has ? acknowledged : awaited).add(proxy.proxyId());
        }
        return new ObjectStatus(fate, acknowledged, awaited);
    }

    /** Whether it is as it stands, everywhere: taken, and acknowledged by all. */
    public boolean isInForceEverywhere() {
        return fate.verdict() == ObjectFate.Verdict.ACCEPTED && awaited.isEmpty();
    }
}

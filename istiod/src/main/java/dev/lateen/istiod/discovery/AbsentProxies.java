package dev.lateen.istiod.discovery;

import dev.lateen.istiod.model.ProxyNode;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Proxies whose streams broke, kept so that nobody misses them in a list: until they come back, until the config knows no workload of
 * theirs any more, or for a quarter of an hour. Safe from any thread.
 */
final class AbsentProxies {
    private static final Duration LONGEST = Duration.ofMinutes(15);
    private static final int MOST = 1000;

    private record Entry(AbsentProxy proxy, boolean wasKnown) {}

    private final Map<String, Entry> byNode = new LinkedHashMap<>();

    /** @param known whether the config knows a workload of the proxy's */
    synchronized void lost(ProxyStatus status, Instant now, boolean known) {
        String node = status.node().id();
        byNode.remove(node);
        if (byNode.size() >= MOST) {
            byNode.remove(byNode.keySet().iterator().next());
        }
        byNode.put(node, new Entry(new AbsentProxy(status, now), known));
    }

    synchronized void returned(String nodeId) {
        byNode.remove(nodeId);
    }

    /** Those that are still missed, the longest first. */
    synchronized List<AbsentProxy> list(Instant now, Predicate<ProxyNode> known) {
        byNode.values().removeIf(entry -> {
            boolean old = Duration.between(entry.proxy().since(), now).compareTo(LONGEST) > 0;
            return old || (entry.wasKnown() && !known.test(entry.proxy().last().node()));
        });
        return byNode.values().stream().map(Entry::proxy).toList();
    }
}

package dev.lateen.proxy.http.filter;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What the filters count, by Envoy's names; outlives configurations. Lock-free once a name is known; safe for use by several threads. */
public final class FilterCounters {
    private final Map<String, Map<String, LongAdder>> byPrefix = new ConcurrentHashMap<>();

    void count(String prefix, String name) {
        Map<String, LongAdder> names = byPrefix.get(prefix);
        LongAdder counter = names == null ? null : names.get(name);
        if (counter == null) {
            counter = byPrefix.computeIfAbsent(prefix, key -> new ConcurrentHashMap<>())
                    .computeIfAbsent(name, key -> new LongAdder());
        }
        counter.increment();
    }

    /** A reading, such as {@code http.inbound_0.0.0.0_9080.rbac.denied} to 3, in the order of the names. */
    public Map<String, Long> snapshot() {
        Map<String, Long> reading = new TreeMap<>();
        byPrefix.forEach((prefix, names) -> names.forEach((name, count) -> reading.put(prefix + name, count.sum())));
        return reading;
    }
}

package dev.lateen.proxy.xds.snapshot;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Resources of one type by name; an equal value never replaces the one that is there, and the map given out changes only when its content does. */
final class Parts<T> {
    private final Map<String, T> values = new HashMap<>();
    private Map<String, T> shared = Map.of();
    private boolean changed;

    void put(String name, T value) {
        T before = values.get(name);
        if (before == null || !before.equals(value)) {
            values.put(name, value);
            changed = true;
        }
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    void remove(String name) {
        changed |= values.remove(name) != null;
    }

    /** Drops all others. */
    void retain(Set<String> names) {
        changed |= values.keySet().retainAll(names);
    }

    Map<String, T> asMap() {
        if (changed) {
            shared = Map.copyOf(values);
            changed = false;
        }
        return shared;
    }
}

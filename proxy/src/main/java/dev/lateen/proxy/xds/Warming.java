package dev.lateen.proxy.xds;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Resources that come into force only once what they refer to is there; the one before stays in force meanwhile. */
final class Warming<T> {
    private final Function<Held<T>, @Nullable String> missing;
    private final Map<String, Held<T>> inForce = new LinkedHashMap<>();
    private final Map<String, Held<T>> warming = new LinkedHashMap<>();
    private final Parts<T> active = new Parts<>();

    /** @param missing what a resource still waits for, or null */
    Warming(Function<Held<T>, @Nullable String> missing) {
        this.missing = missing;
    }

    /** A value with what it refers to. */
    record Held<T>(T value, Set<SecretReference> secrets, Set<String> routeTables) {}

    void put(String name, T value, Decoded.Accepted from) {
        Held<T> held = new Held<>(value, from.secrets(), from.routeTables());
        Held<T> before = inForce.get(name);
        if (before != null && before.equals(held)) {
            warming.remove(name);
        } else {
            warming.put(name, held);
        }
    }

    void remove(String name) {
        warming.remove(name);
        inForce.remove(name);
        active.remove(name);
    }

    /** Brings into force what waits for nothing any longer. */
    void settle() {
        for (Iterator<Map.Entry<String, Held<T>>> entries = warming.entrySet().iterator(); entries.hasNext(); ) {
            Map.Entry<String, Held<T>> entry = entries.next();
            if (missing.apply(entry.getValue()) == null) {
                inForce.put(entry.getKey(), entry.getValue());
                active.put(entry.getKey(), entry.getValue().value());
                entries.remove();
            }
        }
    }

    boolean isWarming(String name) {
        return warming.containsKey(name);
    }

    Map<String, T> active() {
        return active.asMap();
    }

    /** Both what is in force and what waits. */
    void forEach(Consumer<Held<T>> action) {
        inForce.values().forEach(action);
        warming.values().forEach(action);
    }

    void describe(String word, List<String> texts) {
        warming.forEach((name, held) -> texts.add(word + " " + name + " waits for " + missing.apply(held)));
    }
}

package dev.lateen.proxy.xds.snapshot;

import dev.lateen.proxy.model.ConfigGap;
import dev.lateen.proxy.xds.decode.Decoded;
import dev.lateen.proxy.xds.decode.SecretReference;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Resources that come into force only once what they refer to is there; the one before stays in force meanwhile. */
final class Warming<T> {
    private final Function<Held<T>, @Nullable String> missing;
    private final Map<String, Held<T>> inForce = new LinkedHashMap<>();
    private final Map<String, Held<T>> warming = new LinkedHashMap<>();
    private final Map<String, Instant> deadlines = new HashMap<>();
    private final Parts<T> active = new Parts<>();

    /** @param missing what a resource still waits for, or null */
    Warming(Function<Held<T>, @Nullable String> missing) {
        this.missing = missing;
    }

    /** A value with what it refers to. */
    record Held<T>(T value, Set<SecretReference> secrets, Set<String> routeTables, List<ConfigGap> gaps) {}

    void put(String name, T value, Decoded.Accepted from, Instant now) {
        Held<T> held = new Held<>(value, from.secrets(), from.routeTables(), from.gaps());
        Held<T> before = inForce.get(name);
        deadlines.remove(name);
        if (before != null && before.equals(held)) {
            warming.remove(name);
        } else {
            warming.put(name, held);
            if (!from.patience().isZero()) {
                deadlines.put(name, now.plus(from.patience()));
            }
        }
    }

    /** When the next resource loses its patience; null for never. */
    @Nullable
    Instant nextDeadline() {
        return deadlines.isEmpty() ? null : Collections.min(deadlines.values());
    }

    void remove(String name) {
        warming.remove(name);
        deadlines.remove(name);
        inForce.remove(name);
        active.remove(name);
    }

    /** Brings into force what waits for nothing any longer. @param gaveUp told what came into force without what it waited for */
    void settle(Instant now, BiConsumer<String, String> gaveUp) {
        for (Iterator<Map.Entry<String, Held<T>>> entries = warming.entrySet().iterator(); entries.hasNext(); ) {
            Map.Entry<String, Held<T>> entry = entries.next();
            String name = entry.getKey();
            String lacks = missing.apply(entry.getValue());
            Instant deadline = deadlines.get(name);
            boolean late = deadline != null && !deadline.isAfter(now);
            if (lacks != null && late) {
                gaveUp.accept(name, lacks);
            }
            if (lacks == null || late) {
                inForce.put(name, entry.getValue());
                active.put(name, entry.getValue().value());
                deadlines.remove(name);
                entries.remove();
            }
        }
    }

    /** What can't be built of what is in force. */
    void gaps(List<ConfigGap> into) {
        inForce.values().forEach(held -> into.addAll(held.gaps()));
    }

    /** What waits under a name; null if nothing does. */
    @Nullable
    Held<T> held(String name) {
        return warming.get(name);
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

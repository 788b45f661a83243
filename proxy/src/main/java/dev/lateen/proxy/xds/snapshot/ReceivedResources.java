package dev.lateen.proxy.xds.snapshot;

import dev.lateen.proxy.xds.decode.Received;
import dev.lateen.proxy.xds.decode.ResourceType;
import dev.lateen.proxy.xds.snapshot.ConfigState.Entry;
import dev.lateen.proxy.xds.snapshot.ConfigState.Failure;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Resources as they came, by type and name; the assembler tells what is in force. Used by one thread at a time. */
final class ReceivedResources {
    /** Rejections of names that never were good are forgotten beyond this. */
    private static final int MAX_FAILURES = 1000;

    private final Map<ResourceType, OfType> types = new EnumMap<>(ResourceType.class);

    private static final class OfType {
        final Map<String, Received> active = new HashMap<>();
        final Map<String, Received> warming = new HashMap<>();
        final Map<String, Failure> failures = new HashMap<>();
    }

    private OfType of(ResourceType type) {
        return types.computeIfAbsent(type, _ -> new OfType());
    }

    void accept(ResourceType type, String name, @Nullable Received received) {
        OfType held = of(type);
        held.failures.remove(name);
        if (received != null) {
            held.warming.put(name, received);
        }
    }

    void reject(ResourceType type, String name, Failure failure) {
        OfType held = of(type);
        if (held.failures.size() < MAX_FAILURES || held.failures.containsKey(name)) {
            held.failures.put(name, failure);
        }
    }

    /** What was rejected is good by now, though nothing else came. */
    void recover(ResourceType type, String name) {
        of(type).failures.remove(name);
    }

    /** Why the newest of a type is not what is in force, by name. */
    Map<String, Failure> failures(ResourceType type) {
        return of(type).failures;
    }

    void remove(ResourceType type, String name) {
        OfType held = of(type);
        held.active.remove(name);
        held.warming.remove(name);
        held.failures.remove(name);
    }

    /** Moves what came into force. @param waits names that still wait for something */
    void settle(ResourceType type, Predicate<String> waits) {
        OfType held = of(type);
        held.warming.entrySet().removeIf(entry -> {
            boolean settled = !waits.test(entry.getKey());
            if (settled) {
                held.active.put(entry.getKey(), entry.getValue());
            }
            return settled;
        });
    }

    /** Drops what nothing refers to. */
    void retain(ResourceType type, Collection<String> names) {
        OfType held = of(type);
        held.active.keySet().retainAll(names);
        held.failures.keySet().retainAll(names);
    }

    /** @param awaited secrets that are asked for and not there */
    ConfigState state(Set<String> awaited) {
        Map<ResourceType, List<Entry>> entries = new EnumMap<>(ResourceType.class);
        types.forEach((type, held) ->
                entries.put(type, entries(held, type == ResourceType.SECRET ? awaited : Set.of())));
        return new ConfigState(entries);
    }

    private static List<Entry> entries(OfType held, Set<String> awaited) {
        Set<String> names = new TreeSet<>(held.active.keySet());
        names.addAll(held.warming.keySet());
        names.addAll(held.failures.keySet());
        names.addAll(awaited);
        List<Entry> entries = new ArrayList<>(names.size());
        for (String name : names) {
            entries.add(new Entry(name, held.active.get(name), held.warming.get(name), held.failures.get(name)));
        }
        return entries;
    }
}

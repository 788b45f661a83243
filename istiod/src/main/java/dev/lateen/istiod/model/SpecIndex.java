package dev.lateen.istiod.model;

import dev.lateen.api.resource.Resource;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.resource.Spec;
import dev.lateen.istiod.persistent.InOrder;
import dev.lateen.istiod.persistent.PersistentMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * All Istio resources by kind, the oldest first. A resource that did not change is the same object as before, and so is the list of a kind of which none did.
 * Immutable.
 *
 * @param byKind by the class of the spec
 * @param byKey by what tells them apart
 */
record SpecIndex(Map<Class<?>, List<Resource<?>>> byKind, PersistentMap<ResourceKey, Resource<?>> byKey) {
    static final SpecIndex NONE = new SpecIndex(Map.of(), PersistentMap.empty());

    /** One resource before and after; null where there is none. */
    record Change(@Nullable Resource<?> before, @Nullable Resource<?> after) {
        /** What tells the resource from all others. */
        ResourceKey key() {
            Resource<?> there = after == null ? before : after;
            return Objects.requireNonNull(there, "before or after").key();
        }

        /** A resource as one kind; null if it is none. */
        static <S extends Spec> @Nullable Resource<S> as(@Nullable Resource<?> resource, Class<S> kind) {
            return resource == null ? null : resource.as(kind).orElse(null);
        }
    }

    /** What of some wishes is a change; null wishes a resource away. */
    List<Change> changes(Map<ResourceKey, @Nullable Resource<?>> wanted) {
        List<Change> changes = new ArrayList<>();
        wanted.forEach((key, now) -> {
            Resource<?> was = byKey.get(key);
            if (now == null ? was != null : was == null || !says(was, now)) {
                changes.add(new Change(was, now));
            }
        });
        return changes;
    }

    /** Where a resource stands is nothing that it says. */
    private static boolean says(Resource<?> one, Resource<?> other) {
        return one.spec().equals(other.spec())
                && one.meta().labels().equals(other.meta().labels())
                && one.meta().annotations().equals(other.meta().annotations())
                && one.meta().created().equals(other.meta().created());
    }

    /** The index after some changes. */
    SpecIndex with(Collection<Change> changes) {
        if (changes.isEmpty()) {
            return this;
        }
        Map<Class<?>, List<Resource<?>>> removed = new HashMap<>();
        Map<Class<?>, List<Resource<?>>> added = new HashMap<>();
        PersistentMap<ResourceKey, Resource<?>> keys = byKey;
        for (Change change : changes) {
            Resource<?> before = change.before;
            Resource<?> after = change.after;
            if (before != null) {
                removed.computeIfAbsent(before.spec().getClass(), k -> new ArrayList<>())
                        .add(before);
                keys = keys.without(before.key());
            }
            if (after != null) {
                added.computeIfAbsent(after.spec().getClass(), k -> new ArrayList<>())
                        .add(after);
                keys = keys.with(after.key(), after);
            }
        }
        Map<Class<?>, List<Resource<?>>> kinds = new HashMap<>(byKind);
        removed.keySet().forEach(kind -> added.putIfAbsent(kind, List.of()));
        added.forEach((kind, some) -> kinds.put(
                kind,
                InOrder.replaced(
                        kinds.getOrDefault(kind, List.of()),
                        removed.getOrDefault(kind, List.of()),
                        some,
                        Resource.OLDEST_FIRST)));
        return new SpecIndex(Map.copyOf(kinds), keys);
    }

    @SuppressWarnings("unchecked") // The list of a kind holds resources of that kind only.
    <S extends Spec> List<Resource<S>> all(Class<S> kind) {
        return (List<Resource<S>>) (List<?>) byKind.getOrDefault(kind, List.of());
    }

    @Nullable
    Resource<?> get(ResourceKey key) {
        return byKey.get(key);
    }
}

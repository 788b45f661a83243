package dev.lateen.istiod.model;

import dev.lateen.api.resource.Resource;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.resource.Spec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All Istio resources by kind, the oldest first. A resource that did not change is the same object as before. */
final class SpecIndex {
    private final Map<Class<?>, List<Resource<?>>> byKind = new HashMap<>();
    private final Map<ResourceKey, Resource<?>> byKey = new HashMap<>();

    SpecIndex(Collection<? extends Resource<?>> resources, @Nullable SpecIndex previous) {
        for (Resource<?> resource : resources) {
            Resource<?> before = previous == null ? null : previous.byKey.get(resource.key());
            Resource<?> kept = resource.equals(before) ? before : resource;
            byKey.put(kept.key(), kept);
            byKind.computeIfAbsent(kept.spec().getClass(), k -> new ArrayList<>())
                    .add(kept);
        }
        byKind.values().forEach(list -> list.sort(Resource.OLDEST_FIRST));
    }

    @SuppressWarnings("unchecked") // The list of a kind holds resources of that kind only.
    <S extends Spec> List<Resource<S>> all(Class<S> kind) {
        return (List<Resource<S>>) (List<?>) byKind.getOrDefault(kind, List.of());
    }
}

package dev.lateen.istiod.translate;

import dev.lateen.istiod.model.MeshSnapshot;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What was answered of one snapshot so far, by what the answer depends on. Goes with the snapshot. */
final class Answers {
    private final @Nullable MeshSnapshot snapshot;
    private final Map<Object, Lazy> lists = new ConcurrentHashMap<>();
    private final Map<Object, Optional<XdsResource>> single = new ConcurrentHashMap<>();

    Answers(@Nullable MeshSnapshot snapshot) {
        this.snapshot = snapshot;
    }

    @Nullable
    MeshSnapshot snapshot() {
        return snapshot;
    }

    List<XdsResource> list(Object key, Supplier<List<XdsResource>> maker) {
        return lists.computeIfAbsent(key, k -> new Lazy()).get(maker);
    }

    /** Made once: of many proxies that ask at once, as when istiod starts, one has it made and the others wait for it. */
    private static final class Lazy {
        private @Nullable List<XdsResource> made;

        synchronized List<XdsResource> get(Supplier<List<XdsResource>> maker) {
            List<XdsResource> known = made;
            if (known == null) {
                known = maker.get();
                made = known;
            }
            return known;
        }
    }

    // Names come from clients, so what does not exist is not remembered.
    @Nullable
    XdsResource one(Object key, Supplier<@Nullable XdsResource> maker) {
        Optional<XdsResource> known = single.get(key);
        if (known != null) {
            return known.orElse(null);
        }
        XdsResource made = maker.get();
        if (made != null) {
            single.put(key, Optional.of(made));
        }
        return made;
    }
}

package dev.lateen.istiod.translate.resource;

import dev.lateen.istiod.model.MeshSnapshot;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What was answered of one snapshot so far, by what the answer depends on. A key holds all of that, by identity where it is a part of a snapshot; so an answer
 * that was made of the snapshot before holds for this one too if it is asked for by an equal key, and is not made again. Safe from any thread.
 */
public final class Answers {
    private final @Nullable MeshSnapshot snapshot;
    private final Map<Object, Lazy> lists = new ConcurrentHashMap<>();
    private final Map<Object, Optional<XdsResource>> single = new ConcurrentHashMap<>();
    private final Map<Evolved<?>, Evolving> evolving = new ConcurrentHashMap<>();
    private final Map<Object, Lazy> listsBefore;
    private final Map<Object, Optional<XdsResource>> singleBefore;
    private final Map<Evolved<?>, Evolving> evolvingBefore;

    /** The answers of no snapshot. */
    public Answers() {
        this.snapshot = null;
        this.listsBefore = Map.of();
        this.singleBefore = Map.of();
        this.evolvingBefore = Map.of();
    }

    /** The answers of a snapshot, with those of the one before; what that one was not asked for either is forgotten. */
    public Answers(MeshSnapshot snapshot, Answers before) {
        this.snapshot = snapshot;
        // A snapshot that nobody has seen has nothing to hand on.
        boolean seen = !before.lists.isEmpty() || !before.evolving.isEmpty() || !before.single.isEmpty();
        this.listsBefore = seen ? before.lists : before.listsBefore;
        this.singleBefore = seen ? before.single : before.singleBefore;
        this.evolvingBefore = seen ? before.evolving : before.evolvingBefore;
    }

    /** The snapshot that these are answers of; null before the first. */
    @Nullable
    public MeshSnapshot snapshot() {
        return snapshot;
    }

    /** A list of resources, made once. @param key all that it depends on beside the snapshot */
    public List<XdsResource> list(Object key, Supplier<List<XdsResource>> maker) {
        Lazy known = lists.get(key);
        if (known == null) {
            Lazy before = listsBefore.get(key);
            known = lists.computeIfAbsent(key, _ -> before == null ? new Lazy() : before);
        }
        return known.get(maker);
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

    /** What is made from the same of the snapshot before, since it is large and little of it changes at once. */
    private static final class Evolving {
        private @Nullable Evolving before;
        private @Nullable Object made;

        Evolving(@Nullable Evolving before) {
            this.before = before;
        }

        synchronized Object get(Function<@Nullable Object, Object> maker) {
            Object known = made;
            if (known == null) {
                known = maker.apply(before == null ? null : before.made());
                made = known;
                before = null;
            }
            return known;
        }

        private synchronized @Nullable Object made() {
            return made;
        }
    }

    private record Evolved<T>(Class<T> type, Object by) {}

    /**
     * Something that goes on from snapshot to snapshot.
     *
     * @param key what it depends on beside the snapshot
     * @param maker makes it of this snapshot from an earlier one's, or from nothing
     */
    public <T> T evolved(Class<T> type, Object key, Function<@Nullable T, T> maker) {
        Object made = evolving.computeIfAbsent(new Evolved<>(type, key), k -> new Evolving(evolvingBefore.get(k)))
                .get(before -> maker.apply(before == null ? null : type.cast(before)));
        return type.cast(made);
    }

    // Names come from clients, so what does not exist is not remembered.
    /** One resource, made once; null when there is none. @param key all that it depends on beside the snapshot */
    @Nullable
    public XdsResource one(Object key, Supplier<@Nullable XdsResource> maker) {
        Optional<XdsResource> known = single.get(key);
        if (known == null) {
            known = singleBefore.get(key);
            if (known != null) {
                single.put(key, known);
            }
        }
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

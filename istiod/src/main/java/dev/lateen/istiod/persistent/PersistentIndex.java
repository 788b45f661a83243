package dev.lateen.istiod.persistent;

import java.util.List;

/**
 * What belongs to what: an index that never changes. Safe from any thread.
 *
 * @param <A> by what is looked up
 * @param <B> what is found
 * @param entries nothing is kept of what has nothing
 */
public record PersistentIndex<A, B>(PersistentMap<A, PersistentMap<B, B>> entries) {
    private static final PersistentIndex<?, ?> EMPTY = new PersistentIndex<>(PersistentMap.empty());

    /** An index of nothing. */
    @SuppressWarnings("unchecked") // It has no entries of any type.
    public static <A, B> PersistentIndex<A, B> empty() {
        return (PersistentIndex<A, B>) EMPTY;
    }

    /** The index with one more belonging. */
    public PersistentIndex<A, B> with(A by, B found) {
        PersistentMap<B, B> before = entries.getOrDefault(by, PersistentMap.empty());
        return before.containsKey(found) ? this : new PersistentIndex<>(entries.with(by, before.with(found, found)));
    }

    /** The index without a belonging. */
    public PersistentIndex<A, B> without(A by, B found) {
        PersistentMap<B, B> before = entries.get(by);
        if (before == null || !before.containsKey(found)) {
            return this;
        }
        PersistentMap<B, B> after = before.without(found);
        return new PersistentIndex<>(entries.withOrWithout(by, after.isEmpty() ? null : after));
    }

    /** All that belongs to something, in no order. */
    public List<B> get(A by) {
        PersistentMap<B, B> found = entries.get(by);
        return found == null ? List.of() : found.values();
    }

    /** How much belongs to something. */
    public int count(A by) {
        PersistentMap<B, B> found = entries.get(by);
        return found == null ? 0 : found.size();
    }
}

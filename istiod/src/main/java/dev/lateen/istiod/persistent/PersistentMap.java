package dev.lateen.istiod.persistent;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A map that never changes: a change gives another map, which shares all parts with the old one but a few nodes on the way to what changed. What two
 * maps differ in is found in the time that the difference takes, since shared parts are skipped. The order of its entries means nothing. Safe from any
 * thread.
 *
 * @param <K> keys; {@code equals} and {@code hashCode} must never change
 * @param <V> values
 */
public final class PersistentMap<K, V> {
    private static final PersistentMap<?, ?> EMPTY = new PersistentMap<>(null, 0);

    private final @Nullable Node<K, V> root;
    private final int size;

    private PersistentMap(@Nullable Node<K, V> root, int size) {
        this.root = root;
        this.size = size;
    }

    /** Learns of one key whose value differs. */
    public interface Difference<K, V> {
        /**
         * The values are not the same object; they may be equal.
         *
         * @param before null if the key was not there
         * @param after null if the key is gone
         */
        void differs(K key, @Nullable V before, @Nullable V after);
    }

    /** A map without entries. */
    @SuppressWarnings("unchecked") // It has no entries of any type.
    public static <K, V> PersistentMap<K, V> empty() {
        return (PersistentMap<K, V>) EMPTY;
    }

    /** How many entries there are. */
    public int size() {
        return size;
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return size == 0;
    }

    /** The value of a key; null if it is not there. */
    public @Nullable V get(K key) {
        return root == null ? null : root.get(Node.spread(key), 0, key);
    }

    /** The value of a key, or another if it is not there. */
    public V getOrDefault(K key, V otherwise) {
        V found = get(key);
        return found == null ? otherwise : found;
    }

    /** Whether a key is there. */
    public boolean containsKey(K key) {
        return get(key) != null;
    }

    /** The map with a value for a key; the same map if it has this very object already. */
    @SuppressWarnings("ReferenceEquality") // The same object is no change; an equal one is, for it may be told apart.
    public PersistentMap<K, V> with(K key, V value) {
        V before = get(key);
        if (before == value) {
            return this;
        }
        Node.Leaf<K, V> leaf = new Node.Leaf<>(Node.spread(key), key, value);
        return new PersistentMap<>(root == null ? leaf : root.with(leaf, 0), before == null ? size + 1 : size);
    }

    /** The map without a key; the same map if it is not there. */
    public PersistentMap<K, V> without(K key) {
        if (root == null || get(key) == null) {
            return this;
        }
        return size == 1 ? empty() : new PersistentMap<>(root.without(Node.spread(key), 0, key), size - 1);
    }

    /** The map with a value for a key, or without the key if the value is null. */
    public PersistentMap<K, V> withOrWithout(K key, @Nullable V value) {
        return value == null ? without(key) : with(key, value);
    }

    /** Every entry, in no order. */
    public void forEach(BiConsumer<? super K, ? super V> action) {
        if (root != null) {
            root.forEach(action);
        }
    }

    /** All values, in no order. */
    public List<V> values() {
        List<V> values = new ArrayList<>(size);
        forEach((_, value) -> values.add(value));
        return values;
    }

    /** All keys, in no order. */
    public List<K> keys() {
        List<K> keys = new ArrayList<>(size);
        forEach((key, _) -> keys.add(key));
        return keys;
    }

    /** Tells the keys whose values differ between an earlier map and this one, in no order. */
    public void differencesSince(PersistentMap<K, V> before, Difference<K, V> difference) {
        Node.compare(before.root, root, 0, difference);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (!(other instanceof PersistentMap<?, ?> that) || that.size != size) {
            return false;
        }
        boolean[] equal = {true};
        @SuppressWarnings("unchecked") // Only asked whether values are equal, whatever they are.
        PersistentMap<K, V> same = (PersistentMap<K, V>) that;
        differencesSince(same, (_, a, b) -> equal[0] &= a != null && a.equals(b));
        return equal[0];
    }

    @Override
    public int hashCode() {
        int[] hash = {0};
        forEach((key, value) -> hash[0] += key.hashCode() ^ value.hashCode());
        return hash[0];
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        forEach((key, value) -> text.append(text.length() > 1 ? ", " : "")
                .append(key)
                .append('=')
                .append(value));
        return text.append('}').toString();
    }
}

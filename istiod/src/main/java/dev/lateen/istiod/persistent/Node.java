package dev.lateen.istiod.persistent;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A part of a {@link PersistentMap}: a trie over the bits of hashes, five a level. The same entries always make the same tree, so that nodes which two
 * maps share stand at the same place.
 *
 * @param <K> keys
 * @param <V> values
 */
sealed interface Node<K, V> {
    int BITS = 5;
    int MASK = (1 << BITS) - 1;

    /** The bits of a key's hash, mixed so that the low ones differ. */
    static int spread(Object key) {
        int hash = key.hashCode() * 0x9E3779B9;
        return hash ^ (hash >>> 15);
    }

    @Nullable
    V get(int hash, int shift, K key);

    Node<K, V> with(Leaf<K, V> leaf, int shift);

    /** Without a key that is there; null if nothing is left. */
    @Nullable
    Node<K, V> without(int hash, int shift, K key);

    void forEach(BiConsumer<? super K, ? super V> action);

    /** One entry. */
    record Leaf<K, V>(int hash, K key, V value) implements Node<K, V> {
        @Override
        public @Nullable V get(int wanted, int shift, K other) {
            return hash == wanted && key.equals(other) ? value : null;
        }

        @Override
        public Node<K, V> with(Leaf<K, V> leaf, int shift) {
            if (hash != leaf.hash) {
                return Branch.of(this, leaf, shift);
            }
            return key.equals(leaf.key) ? leaf : new Clash<>(hash, List.of(this, leaf));
        }

        @Override
        public @Nullable Node<K, V> without(int wanted, int shift, K other) {
            return null;
        }

        @Override
        public void forEach(BiConsumer<? super K, ? super V> action) {
            action.accept(key, value);
        }
    }

    /** Entries of one hash. */
    record Clash<K, V>(int hash, List<Leaf<K, V>> leaves) implements Node<K, V> {
        @Override
        public @Nullable V get(int wanted, int shift, K key) {
            for (Leaf<K, V> leaf : leaves) {
                V found = leaf.get(wanted, shift, key);
                if (found != null) {
                    return found;
                }
            }
            return null;
        }

        @Override
        public Node<K, V> with(Leaf<K, V> leaf, int shift) {
            if (hash != leaf.hash) {
                return Branch.of(this, leaf, shift);
            }
            List<Leaf<K, V>> others = new ArrayList<>(leaves);
            others.removeIf(other -> other.key.equals(leaf.key));
            others.add(leaf);
            return new Clash<>(hash, List.copyOf(others));
        }

        @Override
        public @Nullable Node<K, V> without(int wanted, int shift, K key) {
            List<Leaf<K, V>> others =
                    leaves.stream().filter(leaf -> !leaf.key.equals(key)).toList();
            return others.size() == 1 ? others.getFirst() : new Clash<>(hash, others);
        }

        @Override
        public void forEach(BiConsumer<? super K, ? super V> action) {
            leaves.forEach(leaf -> leaf.forEach(action));
        }
    }

    /** Up to 32 parts; the bits of {@code present} tell which, in their order. */
    final class Branch<K, V> implements Node<K, V> {
        private final int present;
        private final Node<K, V>[] parts;

        private Branch(int present, Node<K, V>[] parts) {
            this.present = present;
            this.parts = parts;
        }

        @SuppressWarnings("unchecked") // Arrays know no type parameters; only nodes of this type are put in.
        private static <K, V> Node<K, V>[] array(int length) {
            return (Node<K, V>[]) new Node<?, ?>[length];
        }

        private static int bit(int hash, int shift) {
            return 1 << ((hash >>> shift) & MASK);
        }

        private static int hashOf(Node<?, ?> node) {
            return switch (node) {
                case Leaf<?, ?> leaf -> leaf.hash;
                case Clash<?, ?> clash -> clash.hash;
                case Branch<?, ?> branch -> throw new IllegalStateException("a branch has no one hash: " + branch);
            };
        }

        /** Two parts whose hashes differ. */
        static <K, V> Node<K, V> of(Node<K, V> one, Leaf<K, V> other, int shift) {
            int bitOfOne = bit(hashOf(one), shift);
            int bitOfOther = bit(other.hash, shift);
            if (bitOfOne == bitOfOther) {
                Node<K, V>[] only = array(1);
                only[0] = of(one, other, shift + BITS);
                return new Branch<>(bitOfOne, only);
            }
            Node<K, V>[] both = array(2);
            boolean first = Integer.compareUnsigned(bitOfOne, bitOfOther) < 0;
            both[first ? 0 : 1] = one;
            both[first ? 1 : 0] = other;
            return new Branch<>(bitOfOne | bitOfOther, both);
        }

        private int index(int bit) {
            return Integer.bitCount(present & (bit - 1));
        }

        private @Nullable Node<K, V> part(int bit) {
            return (present & bit) == 0 ? null : parts[index(bit)];
        }

        @Override
        public @Nullable V get(int hash, int shift, K key) {
            Node<K, V> part = part(bit(hash, shift));
            return part == null ? null : part.get(hash, shift + BITS, key);
        }

        @Override
        public Node<K, V> with(Leaf<K, V> leaf, int shift) {
            int bit = bit(leaf.hash, shift);
            int at = index(bit);
            Node<K, V> part = part(bit);
            if (part != null) {
                Node<K, V>[] copy = parts.clone();
                copy[at] = part.with(leaf, shift + BITS);
                return new Branch<>(present, copy);
            }
            Node<K, V>[] more = array(parts.length + 1);
            System.arraycopy(parts, 0, more, 0, at);
            more[at] = leaf;
            System.arraycopy(parts, at, more, at + 1, parts.length - at);
            return new Branch<>(present | bit, more);
        }

        @Override
        public @Nullable Node<K, V> without(int hash, int shift, K key) {
            int bit = bit(hash, shift);
            int at = index(bit);
            Node<K, V> left = parts[at].without(hash, shift + BITS, key);
            if (left == null && parts.length == 1) {
                return null;
            }
            if (left == null && parts.length == 2 && !(parts[1 - at] instanceof Branch)) {
                return parts[1 - at];
            }
            if (left == null) {
                Node<K, V>[] fewer = array(parts.length - 1);
                System.arraycopy(parts, 0, fewer, 0, at);
                System.arraycopy(parts, at + 1, fewer, at, fewer.length - at);
                return new Branch<>(present & ~bit, fewer);
            }
            if (parts.length == 1 && !(left instanceof Branch)) {
                return left;
            }
            Node<K, V>[] copy = parts.clone();
            copy[at] = left;
            return new Branch<>(present, copy);
        }

        @Override
        public void forEach(BiConsumer<? super K, ? super V> action) {
            for (Node<K, V> part : parts) {
                part.forEach(action);
            }
        }

        @Override
        public String toString() {
            return Arrays.toString(parts);
        }
    }

    /** Tells what differs between two nodes at one place. */
    @SuppressWarnings("ReferenceEquality") // What is the same object holds the same.
    static <K, V> void compare(
            @Nullable Node<K, V> before,
            @Nullable Node<K, V> after,
            int shift,
            PersistentMap.Difference<K, V> difference) {
        if (before == after) {
            return;
        }
        if (before instanceof Branch<K, V> one && after instanceof Branch<K, V> other) {
            for (int bits = one.present | other.present; bits != 0; bits &= bits - 1) {
                int bit = Integer.lowestOneBit(bits);
                compare(one.part(bit), other.part(bit), shift + BITS, difference);
            }
            return;
        }
        if (before != null) {
            before.forEach((key, value) -> {
                V now = after == null ? null : after.get(spread(key), shift, key);
                if (now != value) {
                    difference.differs(key, value, now);
                }
            });
        }
        if (after != null) {
            after.forEach((key, value) -> {
                if (before == null || before.get(spread(key), shift, key) == null) {
                    difference.differs(key, null, value);
                }
            });
        }
    }
}

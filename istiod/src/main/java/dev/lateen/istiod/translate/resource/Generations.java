package dev.lateen.istiod.translate.resource;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * A bounded map: when one generation is full the older one is forgotten. What is in use is asked for again and so moves along. Safe from any
 * thread; of two threads that miss at once both may make the value, and one of the two counts.
 *
 * @param <K> by what it is looked up
 * @param <V> what is kept
 */
final class Generations<K, V> {
    private final int bound;
    private volatile Map<K, V> young = new ConcurrentHashMap<>();
    private volatile Map<K, V> old = Map.of();

    /** With at most {@code bound} values in each of two generations. */
    Generations(int bound) {
        this.bound = bound;
    }

    V get(K key, Supplier<V> maker) {
        V known = young.get(key);
        if (known != null) {
            return known;
        }
        V older = old.get(key);
        V value = older == null ? maker.get() : older;
        if (young.size() >= bound) {
            turn();
        }
        V raced = young.putIfAbsent(key, value);
        return raced == null ? value : raced;
    }

    private synchronized void turn() {
        if (young.size() >= bound) {
            old = young;
            young = new ConcurrentHashMap<>();
        }
    }
}

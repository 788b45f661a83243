package dev.lateen.istiod.translate;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Remembers what was made from which inputs, up to a bound: when one generation is full the older one is forgotten. What is in use is
 * asked for again and so moves along. Safe from any thread; two threads that miss at once may both do the work.
 *
 * @param <V> what is made
 */
final class Memo<V> {
    private final int bound;
    private volatile Map<Object, V> young = new ConcurrentHashMap<>();
    private volatile Map<Object, V> old = Map.of();

    Memo(int bound) {
        this.bound = bound;
    }

    V get(Object key, Supplier<V> maker) {
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

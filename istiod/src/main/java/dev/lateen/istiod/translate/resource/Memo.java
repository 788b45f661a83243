package dev.lateen.istiod.translate.resource;

import java.util.function.Function;

/**
 * A function that remembers its results, up to a bound. It sees its key alone: it is given once, where there is no proxy and no snapshot to read
 * from, so that nothing can be read that is not part of the key. Safe from any thread.
 *
 * @param <K> all that a result is made from
 * @param <V> the result
 */
public final class Memo<K, V> {
    private final Generations<K, V> known;
    private final Function<K, V> function;

    /** @param bound about how many results are remembered */
    public Memo(int bound, Function<K, V> function) {
        this.known = new Generations<>(bound);
        this.function = function;
    }

    /** The result for a key, made now if it is not remembered. */
    public V get(K key) {
        return known.get(key, () -> function.apply(key));
    }
}

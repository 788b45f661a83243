package dev.lateen.install.manifest;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Small maps that keep their order: what is made of them is the same text in each run, which the JDK's own small maps don't promise. */
final class Pairs {
    private Pairs() {}

    /** Two pairs, in this order. */
    static <V> Map<String, V> of(String first, V one, String second, V other) {
        Map<String, V> pairs = new LinkedHashMap<>();
        pairs.put(first, one);
        pairs.put(second, other);
        return Collections.unmodifiableMap(pairs);
    }
}

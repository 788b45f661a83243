package dev.lateen.istiod.persistent;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * What two lists differ in whose members are told apart by identity and stand in one order. Both are gone through, but nothing of their members is looked at.
 *
 * @param removed what only the first has
 * @param added what only the second has
 */
public record ListChange<T>(List<T> removed, List<T> added) {

    /** What the second list has otherwise than the first. */
    @SuppressWarnings("ReferenceEquality") // What did not change is the same object.
    public static <T> ListChange<T> between(List<T> before, List<T> after) {
        if (before == after) {
            return new ListChange<>(List.of(), List.of());
        }
        int least = Math.min(before.size(), after.size());
        int same = 0;
        while (same < least && before.get(same) == after.get(same)) {
            same++;
        }
        int tail = 0;
        while (tail < least - same && before.get(before.size() - 1 - tail) == after.get(after.size() - 1 - tail)) {
            tail++;
        }
        List<T> was = before.subList(same, before.size() - tail);
        List<T> is = after.subList(same, after.size() - tail);
        return new ListChange<>(missing(was, is), missing(is, was));
    }

    private static <T> List<T> missing(List<T> some, List<T> others) {
        if (others.isEmpty()) {
            return List.copyOf(some);
        }
        Set<T> known = Collections.newSetFromMap(new IdentityHashMap<>());
        known.addAll(others);
        List<T> missing = new ArrayList<>();
        for (T one : some) {
            if (!known.contains(one)) {
                missing.add(one);
            }
        }
        return missing;
    }

    /** Both. */
    public List<T> all() {
        List<T> all = new ArrayList<>(removed);
        all.addAll(added);
        return all;
    }
}

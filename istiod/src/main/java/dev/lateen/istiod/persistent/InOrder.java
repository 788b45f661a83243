package dev.lateen.istiod.persistent;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Lists that are kept in an order while a few of their members change. Such a list is copied, but neither compared nor sorted as a whole. */
public final class InOrder {
    /** So many changes are made one by one. */
    private static final int FEW = 16;

    private InOrder() {}

    /**
     * A list with other members, in the same order; the very list if there is no change.
     *
     * @param list in order; not changed
     * @param removed members of it, by identity
     * @param added new members
     */
    public static <T> List<T> replaced(
            List<T> list, Collection<? extends T> removed, Collection<? extends T> added, Comparator<? super T> order) {
        if (removed.isEmpty() && added.isEmpty()) {
            return list;
        }
        List<T> next = new ArrayList<>(list.size() + added.size());
        if (removed.size() + added.size() > FEW) {
            Set<T> gone = Collections.newSetFromMap(new IdentityHashMap<>());
            gone.addAll(removed);
            list.stream().filter(member -> !gone.contains(member)).forEach(next::add);
            next.addAll(added);
            next.sort(order);
            return Collections.unmodifiableList(next);
        }
        next.addAll(list);
        removed.forEach(member -> next.remove(indexOf(next, member, order)));
        for (T member : added) {
            int found = Collections.binarySearch(next, member, order);
            next.add(found < 0 ? -found - 1 : found + 1, member);
        }
        return Collections.unmodifiableList(next);
    }

    @SuppressWarnings("ReferenceEquality") // Equal members are told apart by identity.
    private static <T> int indexOf(List<T> list, T member, Comparator<? super T> order) {
        int found = Collections.binarySearch(list, member, order);
        if (found >= 0 && list.get(found) == member) {
            return found;
        }
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i) == member) {
                return i;
            }
        }
        throw new IllegalArgumentException("not a member: " + member);
    }
}

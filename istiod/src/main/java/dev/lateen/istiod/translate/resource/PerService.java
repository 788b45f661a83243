package dev.lateen.istiod.translate.resource;

import dev.lateen.istiod.registry.Service;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The resources that are made for each of some services, one service's after the other's. The next list is made of the one before: what did not change is copied as a whole
 * and not looked at. Immutable but for what it remembers; safe from any thread.
 */
public final class PerService {
    private final List<Service> services;
    /** Where each service's begin; and the end. */
    private final int[] starts;

    private final List<XdsResource> all;
    private final Places places;

    /** Where services are, by host, of which there may be several; looked up when it is first asked for. */
    private static final class Places {
        private final List<Service> services;
        private volatile Map<String, List<Integer>> byHost = Map.of();

        Places(List<Service> services) {
            this.services = services;
        }

        List<Integer> of(String host) {
            Map<String, List<Integer>> known = byHost;
            if (known.isEmpty()) {
                known = new HashMap<>();
                for (int i = 0; i < services.size(); i++) {
                    List<Integer> here = List.of(i);
                    known.merge(services.get(i).hostname(), here, Places::joined);
                }
                byHost = known;
            }
            return known.getOrDefault(host, List.of());
        }

        private static List<Integer> joined(List<Integer> some, List<Integer> more) {
            return Stream.concat(some.stream(), more.stream()).toList();
        }
    }

    private PerService(List<Service> services, int[] starts, List<XdsResource> all, Places places) {
        this.services = services;
        this.starts = starts;
        this.all = all;
        this.places = places;
    }

    /** @param of the resources of one service */
    public static PerService of(List<Service> services, Function<Service, List<XdsResource>> of) {
        Draft draft = new Draft(services, of);
        services.forEach(draft::make);
        return new PerService(services, draft.starts, Collections.unmodifiableList(draft.all), new Places(services));
    }

    /** The resources of all, in the order of the services; the same list as long as none of them is another. */
    public List<XdsResource> all() {
        return all;
    }

    /** A list while it is put together. */
    private static final class Draft {
        private final List<XdsResource> all;
        private final int[] starts;
        private final Function<Service, List<XdsResource>> of;
        private int done;

        Draft(List<Service> services, Function<Service, List<XdsResource>> of) {
            this.all = new ArrayList<>(services.size() + 8);
            this.starts = new int[services.size() + 1];
            this.of = of;
        }

        void make(Service service) {
            all.addAll(of.apply(service));
            starts[++done] = all.size();
        }

        /** Some neighbours as they were. */
        void copy(PerService before, int from, int to) {
            int moved = all.size() - before.starts[from];
            all.addAll(before.all.subList(before.starts[from], before.starts[to]));
            for (int i = from; i < to; i++) {
                starts[++done] = before.starts[i + 1] + moved;
            }
        }
    }

    /**
     * The same of other services.
     *
     * @param changed hosts of services whose resources may be others though the services are the same
     */
    @SuppressWarnings("ReferenceEquality") // What did not change is the same object.
    public PerService next(List<Service> now, Set<String> changed, Function<Service, List<XdsResource>> of) {
        if (services == now) {
            PerService replaced = replaced(changed, of);
            if (replaced != null) {
                return replaced;
            }
        }
        int least = Math.min(services.size(), now.size());
        int head = 0;
        while (head < least && services.get(head) == now.get(head)) {
            head++;
        }
        int tail = 0;
        while (tail < least - head && services.get(services.size() - 1 - tail) == now.get(now.size() - 1 - tail)) {
            tail++;
        }
        boolean same = head == services.size() && head == now.size();
        if (same && changed.isEmpty()) {
            return this;
        }
        NavigableSet<Integer> again = same ? places(changed) : staying(changed, head, tail);
        Draft draft = new Draft(now, of);
        copy(draft, 0, head, again);
        middle(draft, head, tail, now, changed);
        copy(draft, services.size() - tail, services.size(), again);
        List<XdsResource> next = isAll(draft.all) ? all : Collections.unmodifiableList(draft.all);
        return new PerService(now, draft.starts, next, same ? places : new Places(now));
    }

    /** The same services, of which each has as many resources as it had; null if one has more or fewer. */
    @SuppressWarnings("ReferenceEquality")
    private @Nullable PerService replaced(Set<String> changed, Function<Service, List<XdsResource>> of) {
        List<XdsResource> next = null;
        for (int place : places(changed)) {
            List<XdsResource> made = of.apply(services.get(place));
            if (made.size() != starts[place + 1] - starts[place]) {
                return null;
            }
            for (int i = 0; i < made.size(); i++) {
                int at = starts[place] + i;
                if (all.get(at) != made.get(i)) {
                    next = next == null ? new ArrayList<>(all) : next;
                    next.set(at, made.get(i));
                }
            }
        }
        return next == null ? this : new PerService(services, starts, Collections.unmodifiableList(next), places);
    }

    private void copy(Draft draft, int from, int to, NavigableSet<Integer> again) {
        int at = from;
        for (int i : again.subSet(from, to)) {
            draft.copy(this, at, i);
            draft.make(services.get(i));
            at = i + 1;
        }
        draft.copy(this, at, to);
    }

    private void middle(Draft draft, int head, int tail, List<Service> now, Set<String> changed) {
        IdentityHashMap<Service, Integer> known = new IdentityHashMap<>();
        for (int i = head; i < services.size() - tail; i++) {
            known.put(services.get(i), i);
        }
        for (Service service : now.subList(head, now.size() - tail)) {
            Integer place = known.get(service);
            if (place == null || changed.contains(service.hostname())) {
                draft.make(service);
            } else {
                draft.copy(this, place, place + 1);
            }
        }
    }

    private NavigableSet<Integer> places(Set<String> changed) {
        NavigableSet<Integer> found = new TreeSet<>();
        changed.forEach(host -> found.addAll(places.of(host)));
        return found;
    }

    /** Where the changed ones are of the services that stay at the head and at the tail. A list that is used once is not worth a look-up by host. */
    private NavigableSet<Integer> staying(Set<String> changed, int head, int tail) {
        NavigableSet<Integer> found = new TreeSet<>();
        IntStream.concat(IntStream.range(0, head), IntStream.range(services.size() - tail, services.size()))
                .filter(i -> changed.contains(services.get(i).hostname()))
                .forEach(found::add);
        return found;
    }

    @SuppressWarnings("ReferenceEquality")
    private boolean isAll(List<XdsResource> other) {
        if (other.size() != all.size()) {
            return false;
        }
        for (int i = 0; i < other.size(); i++) {
            if (other.get(i) != all.get(i)) {
                return false;
            }
        }
        return true;
    }
}

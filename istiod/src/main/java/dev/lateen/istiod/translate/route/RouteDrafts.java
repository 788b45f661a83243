package dev.lateen.istiod.translate.route;

import io.envoyproxy.envoy.config.route.v3.Route;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The virtual hosts that come and go with one change of a route configuration. Used by one thread. */
final class RouteDrafts {
    private final Map<HostDraft, List<Route>> added = new LinkedHashMap<>();
    private final Set<HostDraft> removed = new LinkedHashSet<>();

    HostDraft add(HostDraft draft, List<Route> routes) {
        added.put(draft, routes);
        return draft;
    }

    void remove(HostDraft draft) {
        removed.add(draft);
    }

    /** With their routes. */
    Map<HostDraft, List<Route>> added() {
        return added;
    }

    Set<HostDraft> removed() {
        return removed;
    }

    /** Whether some of what came is called by a pod's name. */
    boolean haveNamedPods() {
        return added.keySet().stream().anyMatch(draft -> !draft.called().pod().isEmpty());
    }

    /** What came, the first first; of what has one name in one listener the first alone. */
    Map<HostDraft, List<Route>> firstOfEachName(Comparator<HostDraft> order) {
        record Place(int listener, String name) {}
        Set<Place> taken = new LinkedHashSet<>();
        Map<HostDraft, List<Route>> first = new LinkedHashMap<>();
        added.keySet().stream()
                .sorted(order)
                .filter(draft -> taken.add(new Place(draft.listener(), draft.name())))
                .forEach(draft -> first.put(draft, added.getOrDefault(draft, List.of())));
        return first;
    }
}

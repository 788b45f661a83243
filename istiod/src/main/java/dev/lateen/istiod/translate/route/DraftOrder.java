package dev.lateen.istiod.translate.route;

import dev.lateen.istiod.model.RoutingRule;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.translate.resource.SameObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which of several virtual hosts comes first and so has what they all want: that of an earlier listener; one with a rule before one without; the older rule's; of one rule's
 * what registries know before what they don't, in the order of the rule's hosts; the older service's. Places are looked up when two are first compared, which is seldom. Used
 * by one thread.
 */
final class DraftOrder implements Comparator<HostDraft> {
    private final List<ListenerHosts> listeners;
    private final Map<Integer, Map<SameObject<RoutingRule>, Integer>> rules = new HashMap<>();
    private final Map<Integer, Map<String, Integer>> services = new HashMap<>();
    private final Comparator<HostDraft> comparator = Comparator.comparingInt(HostDraft::listener)
            .thenComparingInt(this::rule)
            .thenComparing(draft -> draft.rule() != null && draft.called().service() == null)
            .thenComparingInt(DraftOrder::host)
            .thenComparingInt(this::service)
            .thenComparingInt(HostDraft::place)
            .thenComparingInt(draft -> draft.called().port());

    DraftOrder(List<ListenerHosts> listeners) {
        this.listeners = new ArrayList<>(listeners);
    }

    @Override
    public int compare(HostDraft one, HostDraft other) {
        return comparator.compare(one, other);
    }

    private int rule(HostDraft draft) {
        RoutingRule rule = draft.rule();
        if (rule == null) {
            return Integer.MAX_VALUE;
        }
        return rules.computeIfAbsent(
                        draft.listener(),
                        listener -> places(listeners.get(listener).rules().rules().stream()
                                .map(one -> new SameObject<>(one))
                                .toList()))
                .getOrDefault(new SameObject<>(rule), Integer.MAX_VALUE);
    }

    private static int host(HostDraft draft) {
        RoutingRule rule = draft.rule();
        return rule == null ? 0 : rule.hosts().indexOf(draft.followed());
    }

    private int service(HostDraft draft) {
        Service service = draft.called().service();
        if (service == null) {
            return Integer.MAX_VALUE;
        }
        return services.computeIfAbsent(
                        draft.listener(),
                        listener -> places(listeners.get(listener).order().stream()
                                .map(Service::hostname)
                                .toList()))
                .getOrDefault(service.hostname(), Integer.MAX_VALUE);
    }

    private static <T> Map<T, Integer> places(List<T> all) {
        Map<T, Integer> places = new HashMap<>();
        for (int i = 0; i < all.size(); i++) {
            places.putIfAbsent(all.get(i), i);
        }
        return places;
    }
}

package dev.lateen.istiod.translate.route;

import dev.lateen.istiod.model.RoutingRule;
import dev.lateen.istiod.persistent.PersistentIndex;
import dev.lateen.istiod.persistent.PersistentMap;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.translate.resource.SameObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one outbound listener brings into a route configuration. Immutable.
 *
 * @param order its services, the oldest first
 * @param services the same by host
 * @param rules its VirtualServices
 * @param called those services that are called here, by host
 * @param followers which of these follow rules, by the host or pattern as the rules name it
 * @param unknown the hosts that only a VirtualService knows, by that
 */
record ListenerHosts(
        List<Service> order,
        PersistentMap<String, Service> services,
        RuleIndex rules,
        PersistentMap<String, Called> called,
        PersistentIndex<String, String> followers,
        PersistentMap<SameObject<RoutingRule>, List<HostDraft>> unknown) {
    static final ListenerHosts EMPTY = new ListenerHosts(
            List.of(),
            PersistentMap.empty(),
            RuleIndex.EMPTY,
            PersistentMap.empty(),
            PersistentIndex.empty(),
            PersistentMap.empty());

    /**
     * A service that is called.
     *
     * @param followed the host or pattern whose rules it follows; null if there is none
     * @param drafts its virtual hosts
     */
    record Called(@Nullable String followed, List<HostDraft> drafts) {}
}

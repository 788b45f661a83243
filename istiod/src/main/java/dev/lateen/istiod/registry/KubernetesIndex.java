package dev.lateen.istiod.registry;

import dev.lateen.istiod.input.ObjectKey;
import dev.lateen.istiod.persistent.PersistentIndex;
import dev.lateen.istiod.persistent.PersistentMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The Services of all clusters, and how to find those that a change of something else concerns. Immutable.
 *
 * @param services by their objects
 * @param bySelector those that select workloads, by one label of their selectors
 * @param lists the EndpointSlices and Endpoints of a service
 * @param listedAt the services that list an address
 * @param served the services with who serves them
 * @param byHost the same by what they are called in the mesh; several clusters may have one
 */
record KubernetesIndex(
        PersistentMap<ObjectKey, Service> services,
        PersistentIndex<Label, ObjectKey> bySelector,
        PersistentIndex<ObjectKey, ObjectKey> lists,
        PersistentIndex<String, ObjectKey> listedAt,
        PersistentMap<ObjectKey, ServedService> served,
        PersistentIndex<HostKey, ObjectKey> byHost) {

    static final KubernetesIndex NONE = new KubernetesIndex(
            PersistentMap.empty(),
            PersistentIndex.empty(),
            PersistentIndex.empty(),
            PersistentIndex.empty(),
            PersistentMap.empty(),
            PersistentIndex.empty());

    /** The same with what a Service is now; null if it is gone. */
    KubernetesIndex with(ObjectKey key, @Nullable Service now) {
        Service before = services.get(key);
        PersistentIndex<Label, ObjectKey> selectors = bySelector;
        Label was = before == null ? null : Label.of(before.namespace(), before.selector());
        Label is = now == null ? null : Label.of(now.namespace(), now.selector());
        selectors = was == null ? selectors : selectors.without(was, key);
        selectors = is == null ? selectors : selectors.with(is, key);
        return new KubernetesIndex(services.withOrWithout(key, now), selectors, lists, listedAt, served, byHost);
    }

    /** The same with what a list of endpoints is now. */
    KubernetesIndex withList(
            ObjectKey list,
            @Nullable ObjectKey serviceBefore,
            @Nullable ObjectKey serviceNow,
            Set<String> addressesNow,
            Set<String> addressesOfOthers,
            Set<String> addressesBefore) {
        PersistentIndex<ObjectKey, ObjectKey> all = lists;
        PersistentIndex<String, ObjectKey> at = listedAt;
        if (serviceBefore != null) {
            all = all.without(serviceBefore, list);
            for (String address : addressesBefore) {
                at = addressesOfOthers.contains(address) ? at : at.without(address, serviceBefore);
            }
        }
        if (serviceNow != null) {
            all = all.with(serviceNow, list);
            for (String address : addressesNow) {
                at = at.with(address, serviceNow);
            }
        }
        return new KubernetesIndex(services, bySelector, all, at, served, byHost);
    }

    /** The same with who serves a service now; null if it is gone. */
    KubernetesIndex withServed(ObjectKey key, @Nullable ServedService now) {
        ServedService before = served.get(key);
        PersistentIndex<HostKey, ObjectKey> hosts = byHost;
        hosts = before == null ? hosts : hosts.without(HostKey.of(before.service()), key);
        hosts = now == null ? hosts : hosts.with(HostKey.of(now.service()), key);
        return new KubernetesIndex(services, bySelector, lists, listedAt, served.withOrWithout(key, now), hosts);
    }
}

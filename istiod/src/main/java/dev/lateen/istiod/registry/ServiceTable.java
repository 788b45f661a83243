package dev.lateen.istiod.registry;

import dev.lateen.istiod.persistent.InOrder;
import dev.lateen.istiod.persistent.ListChange;
import dev.lateen.istiod.persistent.PersistentIndex;
import dev.lateen.istiod.persistent.PersistentMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The services of the mesh, those of all clusters and of ServiceEntries merged. Immutable.
 *
 * @param byKey what is declared of one host in one namespace, the oldest first, which has the endpoints
 * @param all every service, the oldest first; the same list as long as none of them changes
 * @param byHost the services of one host, a Kubernetes one first
 * @param servedAt whom an address serves
 * @param aliases the services that are another name of a host
 * @param shown changes its identity whenever a change of services or of who serves them may show elsewhere than in endpoints
 */
record ServiceTable(
        PersistentMap<HostKey, List<ServedService>> byKey,
        List<Service> all,
        PersistentMap<String, List<Service>> byHost,
        PersistentIndex<String, HostKey> servedAt,
        PersistentIndex<String, HostKey> aliases,
        Object shown) {

    private static final Comparator<Service> OLDEST_FIRST = Comparator.comparing(Service::created)
            .thenComparing(Service::name)
            .thenComparing(Service::namespace)
            .thenComparing(Service::hostname)
            .thenComparing(service -> String.join(",", service.addresses()));

    private static final Comparator<Service> KUBERNETES_FIRST =
            Comparator.comparing((Service service) -> !service.kubernetes()).thenComparing(OLDEST_FIRST);

    static final ServiceTable NONE = new ServiceTable(
            PersistentMap.empty(),
            List.of(),
            PersistentMap.empty(),
            PersistentIndex.empty(),
            PersistentIndex.empty(),
            new Object());

    /** What services differ in from what they were. */
    private static final class Changed {
        private final List<Service> removed = new ArrayList<>();
        private final List<Service> added = new ArrayList<>();
        private boolean shown;
    }

    /** The same with what is declared now of some hosts; nothing where nothing is. */
    ServiceTable with(Map<HostKey, List<ServedService>> now) {
        PersistentMap<HostKey, List<ServedService>> keys = byKey;
        PersistentIndex<String, HostKey> addresses = servedAt;
        Changed changed = new Changed();
        for (Map.Entry<HostKey, List<ServedService>> entry : now.entrySet()) {
            HostKey key = entry.getKey();
            List<ServedService> before = byKey.getOrDefault(key, List.of());
            List<ServedService> after = inOrder(entry.getValue());
            compare(before, after, changed);
            keys = keys.withOrWithout(key, after.isEmpty() ? null : after);
            addresses = moved(addresses, key, before, after);
        }
        List<Service> services = InOrder.replaced(all, changed.removed, changed.added, OLDEST_FIRST);
        boolean same = changed.removed.isEmpty() && changed.added.isEmpty();
        return new ServiceTable(
                keys,
                services,
                same ? byHost : hosts(changed),
                addresses,
                same ? aliases : aliases(changed),
                same && !changed.shown ? shown : new Object());
    }

    private static List<ServedService> inOrder(List<ServedService> services) {
        return services.stream()
                .sorted(Comparator.comparing(ServedService::service, OLDEST_FIRST))
                .toList();
    }

    private static void compare(List<ServedService> before, List<ServedService> after, Changed changed) {
        List<Service> was = before.stream().map(ServedService::service).toList();
        List<Service> now = after.stream().map(ServedService::service).toList();
        ListChange<Service> change = ListChange.between(was, now);
        // Several of one host may be equally old: they are put in order together, so that it is not told by who came
        // last.
        boolean together = !change.added().isEmpty() && now.size() > 1;
        changed.removed.addAll(together ? was : change.removed());
        changed.added.addAll(together ? now : change.added());
        showing(before, after, changed);
    }

    @SuppressWarnings("ReferenceEquality") // What did not change is the same object.
    private static void showing(List<ServedService> before, List<ServedService> after, Changed changed) {
        ServedService was = before.isEmpty() ? null : before.getFirst();
        ServedService now = after.isEmpty() ? null : after.getFirst();
        changed.shown |= was == null
                || now == null
                || !was.accounts().equals(now.accounts())
                || now.showsEndpoints() && was.endpoints() != now.endpoints();
    }

    private static PersistentIndex<String, HostKey> moved(
            PersistentIndex<String, HostKey> index,
            HostKey key,
            List<ServedService> before,
            List<ServedService> after) {
        PersistentIndex<String, HostKey> next = index;
        if (!before.isEmpty()) {
            for (WorkloadInstance workload : before.getFirst().workloads()) {
                next = next.without(workload.address(), key);
            }
        }
        if (!after.isEmpty()) {
            for (WorkloadInstance workload : after.getFirst().workloads()) {
                next = next.with(workload.address(), key);
            }
        }
        return next;
    }

    private PersistentMap<String, List<Service>> hosts(Changed changed) {
        Map<String, List<Service>> touched = new LinkedHashMap<>();
        Function<Service, List<Service>> ofHost =
                service -> touched.computeIfAbsent(service.hostname(), host -> new ArrayList<>(services(host)));
        changed.removed.forEach(service -> ofHost.apply(service).removeIf(other -> isSame(other, service)));
        changed.added.forEach(service -> ofHost.apply(service).add(service));
        PersistentMap<String, List<Service>> next = byHost;
        for (Map.Entry<String, List<Service>> host : touched.entrySet()) {
            List<Service> services =
                    host.getValue().stream().sorted(KUBERNETES_FIRST).toList();
            next = next.withOrWithout(host.getKey(), services.isEmpty() ? null : services);
        }
        return next;
    }

    @SuppressWarnings("ReferenceEquality") // One of two equal services of two entries may go while the other stays.
    private static boolean isSame(Service one, Service other) {
        return one == other;
    }

    private List<Service> services(String host) {
        return byHost.getOrDefault(host, List.of());
    }

    private PersistentIndex<String, HostKey> aliases(Changed changed) {
        PersistentIndex<String, HostKey> next = aliases;
        for (Service service : changed.removed) {
            next = service.resolution() == Resolution.ALIAS
                    ? next.without(service.externalName(), HostKey.of(service))
                    : next;
        }
        for (Service service : changed.added) {
            next = service.resolution() == Resolution.ALIAS
                    ? next.with(service.externalName(), HostKey.of(service))
                    : next;
        }
        return next;
    }

    static Comparator<Service> oldestFirst() {
        return OLDEST_FIRST;
    }
}

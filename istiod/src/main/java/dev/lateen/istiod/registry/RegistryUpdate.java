package dev.lateen.istiod.registry;

import dev.lateen.api.networking.ServiceEntry;
import dev.lateen.api.networking.WorkloadEntry;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.resource.ResourceMeta;
import dev.lateen.istiod.input.ConfigInput;
import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.input.ObjectKey;
import dev.lateen.istiod.persistent.PersistentMap;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes one set of changes into a registry: objects first, then the services that they concern, then the table of all. Costs what is touched. Not
 * thread-safe.
 */
final class RegistryUpdate {
    private record Changed(
            ObjectKey key,
            @Nullable ConfigObject before,
            @Nullable ConfigObject after) {
        /** What there is of it. */
        ConfigObject any() {
            return after == null ? Objects.requireNonNull(before) : after;
        }
    }

    private final RegistryParts before;
    private final PersistentMap<ObjectKey, ConfigObject> objects;
    private final ServiceEntries entryReader;
    private Workloads workloads;
    private PersistentMap<ObjectKey, Map<String, String>> nodes;
    private KubernetesIndex kubernetes;
    private EntryIndex entries;
    private PersistentMap<String, TlsSecret> secrets;
    private final Set<ObjectKey> services = new LinkedHashSet<>();
    private final Set<HostKey> hosts = new LinkedHashSet<>();
    private final Set<HostKey> touched = new LinkedHashSet<>();

    private RegistryUpdate(RegistryParts before, PersistentMap<ObjectKey, ConfigObject> objects) {
        this.before = before;
        this.objects = objects;
        this.entryReader = new ServiceEntries(ConfigInput.LOCAL_CLUSTER, before.exportTo());
        this.workloads = before.workloads();
        this.nodes = before.nodes();
        this.kubernetes = before.kubernetes();
        this.entries = before.entries();
        this.secrets = before.secrets();
    }

    /** A registry of other objects. */
    static RegistryParts of(RegistryParts before, PersistentMap<ObjectKey, ConfigObject> objects) {
        List<Changed> changes = new ArrayList<>();
        objects.differencesSince(before.objects(), (key, was, now) -> changes.add(new Changed(key, was, now)));
        return new RegistryUpdate(before, objects).take(changes);
    }

    private RegistryParts take(List<Changed> changes) {
        // What others are read with comes before them.
        changes.forEach(this::node);
        changes.forEach(this::workload);
        changes.forEach(this::rest);
        autoAddresses(changes);
        services.forEach(this::serve);
        hosts.forEach(this::serve);
        Map<HostKey, List<ServedService>> now = new LinkedHashMap<>();
        for (HostKey key : touched) {
            List<ServedService> all = new ArrayList<>(merged(key, ofClusters(key)));
            all.addAll(entries.served().getOrDefault(key, EntryIndex.Host.NONE).services());
            now.put(key, all);
        }
        return new RegistryParts(
                objects,
                before.exportTo(),
                workloads,
                nodes,
                kubernetes,
                entries,
                secrets,
                now.isEmpty() ? before.table() : before.table().with(now));
    }

    private static <T> @Nullable T typed(@Nullable ConfigObject object, Class<T> type) {
        return object instanceof ConfigObject.OfKubernetes of && type.isInstance(of.object())
                ? type.cast(of.object())
                : null;
    }

    private void node(Changed change) {
        Node now = typed(change.after, Node.class);
        if (now == null && typed(change.before, Node.class) == null) {
            return;
        }
        Map<String, String> was = nodes.getOrDefault(change.key, Map.of());
        Map<String, String> is = now == null
                ? Map.of()
                : KubernetesServices.orEmpty(now.getMetadata().getLabels());
        nodes = nodes.withOrWithout(change.key, now == null ? null : is);
        if (!was.equals(is)) {
            String name = change.key.resource().name();
            workloads.all().forEach((key, workload) -> {
                if (key.cluster().equals(change.key.cluster())
                        && workload.place().nodeName().equals(name)) {
                    workload(new Changed(key, objects.get(key), objects.get(key)));
                }
            });
        }
    }

    private void workload(Changed change) {
        ConfigObject any = change.before == null && change.after == null ? null : change.any();
        boolean entry = any != null && any.as(WorkloadEntry.class).isPresent();
        if (any == null || !entry && typed(any, Pod.class) == null) {
            return;
        }
        WorkloadInstance was = workloads.all().get(change.key);
        WorkloadInstance now = change.after == null ? null : read(change.key, change.after);
        if (!Objects.equals(was, now)) {
            workloads = workloads.with(change.key, now);
            concern(was);
            concern(now);
        }
    }

    private @Nullable WorkloadInstance read(ObjectKey key, ConfigObject object) {
        return switch (object) {
            case ConfigObject.OfKubernetes typed ->
                new KubernetesWorkloads(
                                KubernetesCluster.of(key.cluster()).id(), name -> labelsOfNode(key.cluster(), name))
                        .workload(typed)
                        .orElse(null);
            default -> object.as(WorkloadEntry.class).map(entryReader::workload).orElse(null);
        };
    }

    private Map<String, String> labelsOfNode(String cluster, String name) {
        ObjectKey key = new ObjectKey(cluster, new ResourceKey("", "Node", ResourceMeta.DEFAULT_NAMESPACE, name));
        return nodes.getOrDefault(key, Map.of());
    }

    /** Notes the services that a workload serves, served, or is listed for. */
    private void concern(@Nullable WorkloadInstance workload) {
        if (workload == null) {
            return;
        }
        workload.labels().forEach((key, value) -> {
            Label label = new Label(workload.namespace(), key, value);
            for (ObjectKey service : kubernetes.bySelector().get(label)) {
                Service known = kubernetes.services().get(service);
                if (known != null
                        && workload.labels()
                                .entrySet()
                                .containsAll(known.selector().entrySet())) {
                    services.add(service);
                }
            }
            hosts.addAll(entries.bySelector().get(label));
        });
        services.addAll(kubernetes.listedAt().get(workload.address()));
    }

    private void rest(Changed change) {
        if (typed(change.any(), io.fabric8.kubernetes.api.model.Service.class) != null) {
            service(change);
        }
        ObjectKey was = EndpointObjects.serviceOf(change.key.cluster(), change.before);
        ObjectKey now = EndpointObjects.serviceOf(change.key.cluster(), change.after);
        if (was != null || now != null) {
            list(change, was, now);
        }
        Resource<ServiceEntry> entryBefore = entry(change.before);
        Resource<ServiceEntry> entryNow = entry(change.after);
        if (entryBefore != null || entryNow != null) {
            hostsOf(entryBefore).forEach(host -> declare(host, change.key, false));
            hostsOf(entryNow).forEach(host -> declare(host, change.key, true));
        }
        if (typed(change.any(), Secret.class) != null) {
            String name = change.key.resource().namespace() + "/"
                    + change.key.resource().name();
            secrets = secrets.withOrWithout(
                    name, change.after instanceof ConfigObject.OfKubernetes typed ? TlsSecrets.read(typed) : null);
        }
    }

    private static @Nullable Resource<ServiceEntry> entry(@Nullable ConfigObject object) {
        return object == null ? null : object.as(ServiceEntry.class).orElse(null);
    }

    private static Set<HostKey> hostsOf(@Nullable Resource<ServiceEntry> entry) {
        Set<HostKey> hosts = new LinkedHashSet<>();
        if (entry != null) {
            entry.spec().hosts().forEach(host -> hosts.add(new HostKey(host, entry.namespace())));
        }
        return hosts;
    }

    private void declare(HostKey host, ObjectKey entry, boolean declared) {
        entries = entries.withDeclared(host, entry, declared);
        hosts.add(host);
    }

    private void service(Changed change) {
        Service now = change.after instanceof ConfigObject.OfKubernetes typed
                ? new KubernetesServices(
                                KubernetesCluster.of(change.key.cluster()).domain(), before.exportTo())
                        .service(typed)
                : null;
        Service was = kubernetes.services().get(change.key);
        kubernetes = kubernetes.with(change.key, now != null && now.equals(was) ? was : now);
        services.add(change.key);
    }

    private void list(Changed change, @Nullable ObjectKey was, @Nullable ObjectKey now) {
        Set<String> others = new HashSet<>();
        if (was != null) {
            kubernetes.lists().get(was).stream()
                    .filter(key -> !key.equals(change.key))
                    .forEach(key -> others.addAll(EndpointObjects.addresses(objects.get(key))));
        }
        kubernetes = kubernetes.withList(
                change.key,
                was,
                now,
                EndpointObjects.addresses(change.after),
                others,
                EndpointObjects.addresses(change.before));
        if (was != null) {
            services.add(was);
        }
        if (now != null) {
            services.add(now);
        }
    }

    /** Addresses depend on all names together; they are given anew when a name comes or goes. */
    private void autoAddresses(List<Changed> changes) {
        boolean others = changes.stream().anyMatch(change -> {
            Resource<ServiceEntry> was = entry(change.before);
            Resource<ServiceEntry> now = entry(change.after);
            List<String> keysBefore = was == null ? List.of() : AutoAddresses.keys(was);
            return !keysBefore.equals(now == null ? List.of() : AutoAddresses.keys(now));
        });
        if (!others) {
            return;
        }
        List<Resource<ServiceEntry>> all = new ArrayList<>();
        objects.forEach((_, object) -> object.as(ServiceEntry.class).ifPresent(all::add));
        PersistentMap<String, String> was = entries.autoAddresses();
        PersistentMap<String, String> now = AutoAddresses.of(all, was);
        entries = entries.withAutoAddresses(now);
        Set<String> moved = new HashSet<>();
        now.differencesSince(was, (key, _, _) -> moved.add(key));
        for (Resource<ServiceEntry> entry : all) {
            for (String host : entry.spec().hosts()) {
                if (moved.contains(AutoAddresses.key(entry, host))) {
                    hosts.add(new HostKey(host, entry.namespace()));
                }
            }
        }
    }

    private void serve(ObjectKey key) {
        ServedService was = kubernetes.served().get(key);
        Service service = kubernetes.services().get(key);
        ServedService now = service == null ? null : ServedService.of(service, endpoints(key, service), was);
        kubernetes = kubernetes.withServed(key, now);
        if (was != null) {
            touched.add(HostKey.of(was.service()));
        }
        if (now != null) {
            touched.add(HostKey.of(now.service()));
        }
    }

    private Map<ServicePort, List<ServiceEndpoint>> endpoints(ObjectKey key, Service service) {
        String cluster = key.cluster();
        ServedPorts ports = new ServedPorts();
        List<ConfigObject.OfKubernetes> lists = new ArrayList<>();
        for (ObjectKey list : kubernetes.lists().get(key)) {
            if (objects.get(list) instanceof ConfigObject.OfKubernetes typed) {
                lists.add(typed);
            }
        }
        if (service.resolution() == Resolution.ALIAS) {
            ports.add(service, List.of(WorkloadInstance.outside(service, cluster)), false);
        } else if (!lists.isEmpty()) {
            ports.add(service, EndpointObjects.of(lists, workloads, cluster), true);
        } else {
            ports.add(service, workloads.selected(service.namespace(), service.selector(), cluster), false);
        }
        return ports.endpoints();
    }

    private void serve(HostKey key) {
        List<Resource<ServiceEntry>> declaring = new ArrayList<>();
        for (ObjectKey entry : entries.byHost().get(key)) {
            Resource<ServiceEntry> resource = entry(objects.get(entry));
            if (resource != null) {
                declaring.add(resource);
            }
        }
        EntryIndex.Host was = entries.served().getOrDefault(key, EntryIndex.Host.NONE);
        entries = entries.withHost(
                key, EntryHosts.of(key.hostname(), declaring, entryReader, workloads, entries.autoAddresses(), was));
        touched.add(key);
    }

    /** The Services of clusters that are called so, in the order of the clusters' names. */
    private List<ServedService> ofClusters(HostKey host) {
        return kubernetes.byHost().get(host).stream()
                .sorted(Comparator.comparing(ObjectKey::cluster))
                .map(key -> Objects.requireNonNull(kubernetes.served().get(key)))
                .toList();
    }

    /** One service that several clusters have is one, served by the workloads of all. */
    private List<ServedService> merged(HostKey key, List<ServedService> ofClusters) {
        if (ofClusters.size() < 2) {
            return ofClusters;
        }
        ServedService joined = ofClusters.getFirst();
        for (ServedService other : ofClusters.subList(1, ofClusters.size())) {
            joined = joined.joinedBy(other);
        }
        ServedService was = before.table().byKey().getOrDefault(key, List.of()).stream()
                .filter(one -> one.service().kubernetes())
                .findFirst()
                .orElse(null);
        return List.of(ServedService.of(joined.service(), joined.endpoints(), was));
    }
}

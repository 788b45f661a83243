package dev.lateen.istiod.registry;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.input.ObjectKey;
import dev.lateen.istiod.persistent.PersistentMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All services and workloads of the mesh at one time, those of all clusters merged. Immutable; safe from any thread. Parts that are as they were in the
 * registry before are the same objects, so that whoever remembers by identity need not look at them again.
 */
public final class Registry {
    /** The order of lists of services. */
    public static final Comparator<Service> OLDEST_FIRST = ServiceTable.oldestFirst();

    private final RegistryParts parts;
    private final ServiceTable table;

    private Registry(RegistryParts parts) {
        this.parts = parts;
        this.table = parts.table();
    }

    /** A registry of nothing. */
    public static Registry empty() {
        return new Registry(RegistryParts.nothing(List.of()));
    }

    /**
     * The registry of other objects; it costs what the two differ in.
     *
     * @param objects all of the mesh's; kinds it has no use for are passed over
     * @param mesh says who may see a service that doesn't say
     */
    public Registry next(PersistentMap<ObjectKey, ConfigObject> objects, MeshConfig mesh) {
        List<String> exportTo = mesh.discovery().defaultServiceExportTo();
        RegistryParts before = exportTo.equals(parts.exportTo()) ? parts : RegistryParts.nothing(exportTo);
        RegistryParts after = RegistryUpdate.of(before, objects);
        return new Registry(after);
    }

    /** All services, the oldest first; the same list as long as none of them changes. */
    public List<Service> services() {
        return table.all();
    }

    /** The services that declare exactly this host, a Kubernetes one first. */
    public List<Service> services(String hostname) {
        return table.byHost().getOrDefault(hostname, List.of());
    }

    /**
     * Another object whenever services, or who serves them, changed in a way that may show elsewhere than in the endpoints of a service: as long as it is the
     * same, clusters, listeners and routes find the same here.
     */
    public Object shown() {
        return table.shown();
    }

    /** The services whose endpoints are not what they were in an earlier registry. */
    public Set<Service> servedOtherwiseThan(Registry before) {
        Set<Service> changed = new HashSet<>();
        table.byKey().differencesSince(before.table.byKey(), (_, _, now) -> {
            if (now != null) {
                now.forEach(served -> changed.add(served.service()));
            }
        });
        return changed;
    }

    private @Nullable ServedService served(Service service) {
        List<ServedService> found = table.byKey().get(HostKey.of(service));
        return found == null ? null : found.getFirst();
    }

    /** The endpoints of a service's port, ready or not; the same list object as long as none changed. */
    public List<ServiceEndpoint> endpoints(Service service, ServicePort port) {
        ServedService found = served(service);
        return found == null ? List.of() : found.endpoints().getOrDefault(port, List.of());
    }

    /** The identities that serve a service, sorted, without duplicates. */
    public List<String> serviceAccounts(Service service, String trustDomain) {
        ServedService found = served(service);
        return found == null
                ? List.of()
                : found.accounts().stream()
                        .map(account -> "spiffe://" + trustDomain + "/" + account)
                        .toList();
    }

    /** Other names ({@code ExternalName} services) of a host. */
    public List<Service> aliasesOf(String hostname) {
        return table.aliases().get(hostname).stream()
                .map(key -> table.byKey().getOrDefault(key, List.of()))
                .flatMap(List::stream)
                .map(ServedService::service)
                .sorted(ServiceTable.oldestFirst())
                .toList();
    }

    /** The workloads at an address. */
    public List<WorkloadInstance> workloadsAt(String address) {
        List<WorkloadInstance> inline = parts.entries().inlineAt().get(address);
        List<WorkloadInstance> workloads = parts.workloads().at(address);
        if (inline.isEmpty()) {
            return workloads;
        }
        Set<WorkloadInstance> all = new LinkedHashSet<>(workloads);
        inline.stream().sorted(Workloads.IN_ORDER).forEach(all::add);
        return List.copyOf(all);
    }

    /**
     * What the workload at some addresses serves. For a workload that no registry knows yet, the services whose selector its labels
     * satisfy in its namespace.
     */
    public List<ServiceTarget> targets(Collection<String> addresses, String namespace, Map<String, String> labels) {
        Map<String, ServiceTarget> targets = new TreeMap<>();
        if (addresses.stream().anyMatch(this::isKnown)) {
            Set<String> own = new HashSet<>(addresses);
            for (String address : own) {
                for (HostKey key : table.servedAt().get(address)) {
                    addKnown(targets, table.byKey().getOrDefault(key, List.of()).getFirst(), own);
                }
            }
        } else {
            selecting(namespace, labels)
                    .forEach(service -> service.ports().forEach(p -> add(targets, service, p, p.targetNumber())));
        }
        return List.copyOf(targets.values());
    }

    private boolean isKnown(String address) {
        return parts.workloads().byAddress().count(address) > 0
                || parts.entries().inlineAt().count(address) > 0;
    }

    private static void addKnown(Map<String, ServiceTarget> targets, ServedService served, Set<String> addresses) {
        served.endpoints()
                .forEach((port, endpoints) -> endpoints.stream()
                        .filter(e -> addresses.contains(e.address()))
                        .forEach(e -> add(targets, served.service(), port, e.port())));
    }

    private static void add(Map<String, ServiceTarget> targets, Service service, ServicePort port, int target) {
        String order = "%05d %s %s %05d".formatted(target, service.created(), service.hostname(), port.number());
        targets.putIfAbsent(order, new ServiceTarget(service, port, target));
    }

    /** The services of a namespace whose selector some labels satisfy, the oldest first. */
    private List<Service> selecting(String namespace, Map<String, String> labels) {
        Map<HostKey, List<ServedService>> found = new HashMap<>();
        labels.forEach((key, value) -> {
            Label label = new Label(namespace, key, value);
            for (ObjectKey service : parts.kubernetes().bySelector().get(label)) {
                ServedService served = parts.kubernetes().served().get(service);
                if (served != null) {
                    HostKey host = HostKey.of(served.service());
                    found.put(host, table.byKey().getOrDefault(host, List.of()));
                }
            }
            for (HostKey host : parts.entries().bySelector().get(label)) {
                found.put(host, table.byKey().getOrDefault(host, List.of()));
            }
        });
        List<Service> services = new ArrayList<>();
        found.values().forEach(all -> all.forEach(one -> services.add(one.service())));
        return services.stream()
                .filter(service -> !service.selector().isEmpty()
                        && labels.entrySet().containsAll(service.selector().entrySet()))
                .sorted(ServiceTable.oldestFirst())
                .toList();
    }

    /** A Secret for a gateway. */
    public Optional<TlsSecret> secret(String namespace, String name) {
        return Optional.ofNullable(parts.secrets().get(namespace + "/" + name));
    }
}

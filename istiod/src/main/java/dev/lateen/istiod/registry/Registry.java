package dev.lateen.istiod.registry;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.networking.ServiceEntry;
import dev.lateen.api.networking.WorkloadEntry;
import dev.lateen.api.resource.Resource;
import dev.lateen.istiod.input.ConfigObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All services and workloads of the mesh at one time. Immutable; parts that are as they were in the registry before are the same
 * objects, so that whoever remembers by identity need not look at them again.
 */
public final class Registry {
    private static final Comparator<Service> OLDEST_FIRST = Comparator.comparing(Service::created)
            .thenComparing(Service::name)
            .thenComparing(Service::namespace)
            .thenComparing(Service::hostname);

    private final List<Service> services;
    private final Map<String, List<Service>> byHost;
    private final Map<String, Service> byHostAndNamespace;
    private final Map<ServiceKey, ServiceWorkloads> workloads;
    private final Map<String, List<WorkloadInstance>> byAddress;
    private final Map<String, List<ServiceWorkloads>> servedAt = new HashMap<>();
    private final Map<String, List<Service>> aliases;
    private final Map<String, TlsSecret> secrets;

    private record ServiceKey(String hostname, String namespace) {}

    /** What serves a service: its workloads in a fixed order. Kept as an object of its own so that its identity tells of change. */
    private record ServiceWorkloads(
            Service service, List<WorkloadInstance> workloads, Map<ServicePort, List<ServiceEndpoint>> endpoints) {}

    Registry(RegistryParts parts, @Nullable Registry previous) {
        this.services = share(parts.services(), previous);
        this.byHost = group(services);
        this.byHostAndNamespace = new HashMap<>();
        services.forEach(s -> byHostAndNamespace.putIfAbsent(s.hostname() + " " + s.namespace(), s));
        this.workloads = new HashMap<>();
        for (Service service : services) {
            ServiceKey key = new ServiceKey(service.hostname(), service.namespace());
            Map<ServicePort, List<ServiceEndpoint>> now =
                    parts.served().getOrDefault(service, new ServedPorts()).endpoints();
            ServiceWorkloads before = previous == null ? null : previous.workloads.get(key);
            // Where two declare a host and can't be merged the older one has it.
            workloads.computeIfAbsent(
                    key,
                    k -> before != null && isSame(before, service, now)
                            ? before
                            : new ServiceWorkloads(service, workloads(now), now));
        }
        workloads.values().forEach(this::noteAddresses);
        this.byAddress = new HashMap<>();
        parts.allWorkloads()
                .forEach(w -> byAddress
                        .computeIfAbsent(w.address(), a -> new ArrayList<>())
                        .add(w));
        this.aliases = new HashMap<>();
        services.stream()
                .filter(s -> s.resolution() == Resolution.ALIAS)
                .forEach(s -> aliases.computeIfAbsent(s.externalName(), h -> new ArrayList<>())
                        .add(s));
        this.secrets = parts.secrets();
    }

    private static List<WorkloadInstance> workloads(Map<ServicePort, List<ServiceEndpoint>> endpoints) {
        return endpoints.values().stream()
                .flatMap(List::stream)
                .map(ServiceEndpoint::workload)
                .distinct()
                .toList();
    }

    private void noteAddresses(ServiceWorkloads of) {
        of.workloads.stream()
                .map(WorkloadInstance::address)
                .distinct()
                .forEach(address -> servedAt.computeIfAbsent(address, a -> new ArrayList<>())
                        .add(of));
    }

    /** An empty registry. */
    public static Registry empty() {
        RegistryParts nothing =
                new RegistryParts(List.of(), Map.of(), List.of(), Map.of());
        return new Registry(nothing, null);
    }

    /**
     * The registry of some objects.
     *
     * @param kubernetes Kubernetes' objects; kinds it has no use for are passed over
     * @param previous the one before, whose unchanged parts are used again
     */
    public static Registry build(
            List<ConfigObject.OfKubernetes> kubernetes,
            List<Resource<ServiceEntry>> serviceEntries,
            List<Resource<WorkloadEntry>> workloadEntries,
            MeshConfig mesh,
            @Nullable Registry previous) {
        return new Registry(RegistryParts.read(kubernetes, serviceEntries, workloadEntries, mesh), previous);
    }

    @SuppressWarnings("ReferenceEquality")
    private static boolean isSame(
            ServiceWorkloads before, Service service, Map<ServicePort, List<ServiceEndpoint>> now) {
        return before.service == service && before.endpoints.equals(now);
    }

    private static List<Service> share(List<Service> now, @Nullable Registry previous) {
        List<Service> shared = new ArrayList<>(now.size());
        for (Service service : now) {
            Service before = previous == null
                    ? null
                    : previous.byHostAndNamespace.get(service.hostname() + " " + service.namespace());
            shared.add(before != null && before.equals(service) ? before : service);
        }
        shared.sort(OLDEST_FIRST);
        return previous != null && sameObjects(shared, previous.services) ? previous.services : List.copyOf(shared);
    }

    @SuppressWarnings("ReferenceEquality")
    private static boolean sameObjects(List<Service> some, List<Service> others) {
        if (some.size() != others.size()) {
            return false;
        }
        for (int i = 0; i < some.size(); i++) {
            if (some.get(i) != others.get(i)) {
                return false;
            }
        }
        return true;
    }

    private static Map<String, List<Service>> group(List<Service> services) {
        Map<String, List<Service>> byHost = new HashMap<>();
        services.forEach(s ->
                byHost.computeIfAbsent(s.hostname(), h -> new ArrayList<>()).add(s));
        // A Kubernetes Service wins over a ServiceEntry of the same host.
        byHost.values().forEach(list -> list.sort(Comparator.comparing((Service s) -> !s.kubernetes())));
        return byHost;
    }

    /** All services, the oldest first. */
    public List<Service> services() {
        return services;
    }

    /** The services that declare exactly this host, a Kubernetes one first. */
    public List<Service> services(String hostname) {
        return byHost.getOrDefault(hostname, List.of());
    }

    /** The endpoints of a service's port, ready or not; the same list object as long as none changed. */
    public List<ServiceEndpoint> endpoints(Service service, ServicePort port) {
        ServiceWorkloads found = workloads.get(new ServiceKey(service.hostname(), service.namespace()));
        return found == null ? List.of() : found.endpoints.getOrDefault(port, List.of());
    }

    /** The identities that serve a service, sorted, without duplicates. */
    public List<String> serviceAccounts(Service service, String trustDomain) {
        ServiceWorkloads found = workloads.get(new ServiceKey(service.hostname(), service.namespace()));
        if (found == null) {
            return List.of();
        }
        return found.workloads.stream()
                .filter(w -> !w.serviceAccount().isEmpty())
                .map(w -> "spiffe://" + trustDomain + "/ns/" + w.namespace() + "/sa/" + w.serviceAccount())
                .distinct()
                .sorted()
                .toList();
    }

    /** Other names ({@code ExternalName} services) of a host. */
    public List<Service> aliasesOf(String hostname) {
        return aliases.getOrDefault(hostname, List.of());
    }

    /** The workloads at an address. */
    public List<WorkloadInstance> workloadsAt(String address) {
        return byAddress.getOrDefault(address, List.of());
    }

    /**
     * What the workload at some addresses serves. For a workload that no registry knows yet, the services whose selector its labels
     * satisfy in its namespace.
     */
    public List<ServiceTarget> targets(Collection<String> addresses, String namespace, Map<String, String> labels) {
        Map<String, ServiceTarget> targets = new TreeMap<>();
        if (addresses.stream().anyMatch(byAddress::containsKey)) {
            Set<String> own = new HashSet<>(addresses);
            own.forEach(address -> servedAt.getOrDefault(address, List.of()).forEach(of -> addKnown(targets, of, own)));
        } else {
            services.stream()
                    .filter(service -> selects(service, namespace, labels))
                    .forEach(service -> service.ports().forEach(p -> add(targets, service, p, p.targetNumber())));
        }
        return List.copyOf(targets.values());
    }

    private static void addKnown(Map<String, ServiceTarget> targets, ServiceWorkloads served, Set<String> addresses) {
        served.endpoints.forEach((port, endpoints) -> endpoints.stream()
                .filter(e -> addresses.contains(e.address()))
                .forEach(e -> add(targets, served.service, port, e.port())));
    }

    private static void add(Map<String, ServiceTarget> targets, Service service, ServicePort port, int target) {
        String order = "%05d %s %s %05d".formatted(target, service.created(), service.hostname(), port.number());
        targets.putIfAbsent(order, new ServiceTarget(service, port, target));
    }

    private static boolean selects(Service service, String namespace, Map<String, String> labels) {
        return service.namespace().equals(namespace)
                && !service.selector().isEmpty()
                && labels.entrySet().containsAll(service.selector().entrySet());
    }

    /** A Secret for a gateway. */
    public Optional<TlsSecret> secret(String namespace, String name) {
        return Optional.ofNullable(secrets.get(namespace + "/" + name));
    }
}

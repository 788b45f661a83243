package dev.lateen.istiod.registry;

import dev.lateen.api.networking.ServiceEntry;
import dev.lateen.api.networking.WorkloadEntry;
import dev.lateen.api.resource.Resource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** ServiceEntry and WorkloadEntry as services and workloads. */
final class ServiceEntries {
    private static final String AUTO_ADDRESS = "networking.istio.io/enable-autoallocate-ip";
    private static final String TLS_MODE = "security.istio.io/tlsMode";
    private final String clusterId;
    private final List<String> defaultExportTo;

    ServiceEntries(String clusterId, List<String> defaultExportTo) {
        this.clusterId = clusterId;
        this.defaultExportTo = defaultExportTo;
    }

    /** Whether a host of an entry gets an address by itself. */
    static boolean needsAddress(Resource<ServiceEntry> resource, String host) {
        Resolution resolution = resolution(resource.spec().resolution());
        return resource.spec().addresses().isEmpty()
                && !"false".equals(resource.meta().labels().get(AUTO_ADDRESS))
                && resolution != Resolution.ORIGINAL_DESTINATION
                && resolution != Resolution.DYNAMIC_DNS
                && !host.startsWith("*");
    }

    /** A host of an entry as a service. */
    Service service(Resource<ServiceEntry> resource, String host, String autoAddress) {
        ServiceEntry entry = resource.spec();
        return new Service(
                new Service.Named(host, resource.namespace(), host),
                entry.ports().stream().map(ServiceEntries::port).toList(),
                new Service.Addresses(entry.addresses(), autoAddress),
                resolution(entry.resolution()),
                new Service.Nature(entry.location() == ServiceEntry.Location.MESH_EXTERNAL, false, ""),
                new Service.Members(selector(entry), entry.subjectAltNames(), TrafficDistribution.ANY, false),
                new Service.Declared(
                        entry.exportTo().isEmpty() ? defaultExportTo : entry.exportTo(),
                        resource.meta().labels(),
                        resource.meta().created(),
                        resource.meta().origin()));
    }

    static Map<String, String> selector(ServiceEntry entry) {
        return entry.workloadSelector() == null
                ? Map.of()
                : entry.workloadSelector().labels();
    }

    private static Resolution resolution(ServiceEntry.Resolution resolution) {
        return switch (resolution) {
            case NONE -> Resolution.ORIGINAL_DESTINATION;
            case STATIC -> Resolution.ENDPOINTS;
            case DNS -> Resolution.DNS;
            case DNS_ROUND_ROBIN -> Resolution.DNS_ROUND_ROBIN;
            case DYNAMIC_DNS -> Resolution.DYNAMIC_DNS;
        };
    }

    private static ServicePort port(ServiceEntry.ServicePort port) {
        Protocol protocol = Protocol.of(port.number(), port.name(), "TCP", port.protocol());
        int target = port.targetPort() == null || port.targetPort() == 0 ? port.number() : port.targetPort();
        return new ServicePort(port.number(), port.name(), protocol, Integer.toString(target));
    }

    /** The endpoints written into the entry; for a host to be asked of DNS that names none, the host itself. */
    List<WorkloadInstance> inlineWorkloads(Resource<ServiceEntry> resource, String host) {
        ServiceEntry entry = resource.spec();
        List<WorkloadInstance> workloads = new ArrayList<>();
        for (int i = 0; i < entry.endpoints().size(); i++) {
            workloads.add(workload(
                    resource.name() + "-" + i,
                    resource.namespace(),
                    entry.endpoints().get(i),
                    Map.of()));
        }
        boolean asksDns = entry.resolution() == ServiceEntry.Resolution.DNS
                || entry.resolution() == ServiceEntry.Resolution.DNS_ROUND_ROBIN;
        if (workloads.isEmpty() && asksDns && entry.workloadSelector() == null && !host.startsWith("*")) {
            workloads.add(new WorkloadInstance(
                    resource.name(),
                    "",
                    resource.namespace(),
                    host,
                    Map.of(),
                    Map.of(),
                    WorkloadInstance.Identity.unknown(""),
                    WorkloadInstance.Place.in(clusterId),
                    0,
                    true));
        }
        return workloads;
    }

    WorkloadInstance workload(Resource<WorkloadEntry> resource) {
        return workload(
                resource.name(),
                resource.namespace(),
                resource.spec(),
                resource.meta().labels());
    }

    private WorkloadInstance workload(
            String name, String namespace, WorkloadEntry entry, Map<String, String> metaLabels) {
        Map<String, String> labels = new HashMap<>(metaLabels);
        labels.putAll(entry.labels());
        return new WorkloadInstance(
                name,
                "",
                namespace,
                entry.address(),
                entry.ports(),
                Map.copyOf(labels),
                new WorkloadInstance.Identity(entry.serviceAccount(), mutualTls(labels, entry.serviceAccount()), name),
                new WorkloadInstance.Place(
                        entry.locality().isEmpty()
                                ? Topology.locality(labels.getOrDefault(Topology.LOCALITY, ""))
                                : entry.locality(),
                        entry.network(),
                        clusterId,
                        ""),
                entry.weight(),
                true);
    }

    // An entry with an identity is taken to have a sidecar unless its label says otherwise.
    private static boolean mutualTls(Map<String, String> labels, String serviceAccount) {
        String mode = labels.get(TLS_MODE);
        return mode == null ? !serviceAccount.isEmpty() : mode.equals("istio");
    }
}

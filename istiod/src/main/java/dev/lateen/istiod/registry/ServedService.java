package dev.lateen.istiod.registry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A service and who serves it. Its parts are the same objects as before as long as they say the same, so that their identity tells of change.
 *
 * @param service the service
 * @param workloads all that serve it, in a fixed order
 * @param endpoints the same by port
 * @param accounts the service accounts of its workloads as {@code ns/NAMESPACE/sa/NAME}, sorted, without duplicates
 */
record ServedService(
        Service service,
        List<WorkloadInstance> workloads,
        Map<ServicePort, List<ServiceEndpoint>> endpoints,
        List<String> accounts) {

    @SuppressWarnings("ReferenceEquality") // identity is the point: what nothing touched is the same object
    static ServedService of(
            Service service, Map<ServicePort, List<ServiceEndpoint>> endpoints, @Nullable ServedService before) {
        if (before == null) {
            return make(service, endpoints);
        }
        Service same = service.equals(before.service) ? before.service : service;
        if (endpoints.equals(before.endpoints)) {
            return same == before.service ? before : with(before, same);
        }
        Map<ServicePort, List<ServiceEndpoint>> shared = new LinkedHashMap<>();
        endpoints.forEach((port, now) -> {
            List<ServiceEndpoint> was = before.endpoints.get(port);
            shared.put(port, now.equals(was) ? was : now);
        });
        ServedService made = make(same, shared);
        return made.accounts.equals(before.accounts)
                ? new ServedService(same, made.workloads, shared, before.accounts)
                : made;
    }

    private static ServedService with(ServedService before, Service service) {
        return new ServedService(service, before.workloads, before.endpoints, before.accounts);
    }

    private static ServedService make(Service service, Map<ServicePort, List<ServiceEndpoint>> endpoints) {
        List<WorkloadInstance> workloads = endpoints.values().stream()
                .flatMap(List::stream)
                .map(ServiceEndpoint::workload)
                .distinct()
                .toList();
        List<String> accounts = workloads.stream()
                .filter(workload -> !workload.identity().serviceAccount().isEmpty())
                .map(workload -> "ns/" + workload.namespace() + "/sa/"
                        + workload.identity().serviceAccount())
                .distinct()
                .sorted()
                .toList();
        return new ServedService(service, workloads, endpoints, accounts);
    }

    /**
     * The service of another cluster, or of the same, in one: the first says everything but who serves. Ports of one name are one, as in Istio: number and target
     * are each cluster's own matter.
     */
    ServedService joinedBy(ServedService other) {
        Map<ServicePort, List<ServiceEndpoint>> joined = new LinkedHashMap<>();
        endpoints.forEach((port, own) -> joined.put(
                port,
                Stream.concat(own.stream(), other.endpointsOf(port.name()))
                        .distinct()
                        .toList()));
        return make(service, joined);
    }

    private Stream<ServiceEndpoint> endpointsOf(String portName) {
        return endpoints.entrySet().stream()
                .filter(entry -> entry.getKey().name().equals(portName))
                .flatMap(entry -> entry.getValue().stream());
    }

    /** Whether who serves it shows in clusters, listeners or routes, and not in endpoints alone. */
    boolean showsEndpoints() {
        return switch (service.resolution()) {
            case ENDPOINTS, DYNAMIC_DNS -> false;
            case DNS, DNS_ROUND_ROBIN, ALIAS, ORIGINAL_DESTINATION -> true;
        };
    }
}

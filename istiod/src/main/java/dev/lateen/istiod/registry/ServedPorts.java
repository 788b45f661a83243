package dev.lateen.istiod.registry;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which workloads serve which ports of a service, and on which port of theirs. The same service may be told of several times: ServiceEntries of one
 * namespace may each bring ports and endpoints to one host, as in Istio.
 */
final class ServedPorts {
    private final Map<ServicePort, Set<ServiceEndpoint>> endpoints = new LinkedHashMap<>();

    /**
     * Adds workloads.
     *
     * @param service as it is declared where the workloads are from
     * @param listed whether the workloads' ports are written down for this service, so that its target ports don't count
     */
    void add(Service service, List<WorkloadInstance> workloads, boolean listed) {
        for (ServicePort port : service.ports()) {
            Set<ServiceEndpoint> serving = endpoints.computeIfAbsent(known(port), p -> new LinkedHashSet<>());
            for (WorkloadInstance workload : workloads) {
                targetPort(service, port, workload, listed)
                        .ifPresent(target -> serving.add(new ServiceEndpoint(workload, target)));
            }
        }
    }

    // Of two ports of one number the first is the service's.
    private ServicePort known(ServicePort port) {
        return endpoints.keySet().stream()
                .filter(p -> p.number() == port.number()
                        && (p.protocol() == Protocol.UDP) == (port.protocol() == Protocol.UDP))
                .findFirst()
                .orElse(port);
    }

    /** All ports, in the order they were told of. */
    List<ServicePort> ports() {
        return List.copyOf(endpoints.keySet());
    }

    /** The endpoints of each port. */
    Map<ServicePort, List<ServiceEndpoint>> endpoints() {
        Map<ServicePort, List<ServiceEndpoint>> all = new LinkedHashMap<>();
        endpoints.forEach((port, list) -> all.put(port, List.copyOf(list)));
        return all;
    }

    // A ServiceEntry's endpoint may rename the port by the service port's name; a Kubernetes target may be a container
    // port's name.
    private static Optional<Integer> targetPort(
            Service service, ServicePort port, WorkloadInstance workload, boolean listed) {
        if (listed) {
            // Written endpoints name the service's port, not its target.
            return Optional.ofNullable(workload.ports().get(port.name()));
        }
        if (workload.address().startsWith("unix://")) {
            return Optional.of(0);
        }
        if (!service.kubernetes() || !ServicePort.isNumber(port.target())) {
            Integer named = workload.ports().get(service.kubernetes() ? port.target() : port.name());
            if (named != null) {
                return Optional.of(named);
            }
            if (service.kubernetes()) {
                return Optional.empty();
            }
        }
        return Optional.of(port.targetNumber());
    }
}

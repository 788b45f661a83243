package dev.lateen.istiod.registry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * ServiceEntries of one namespace that declare the same host in the same way are one service with the ports and endpoints of all; the oldest says the rest.
 * Where they differ in how endpoints are found, or for whom, the oldest has the host alone. As in Istio.
 */
final class MergedEntries {
    private record Merged(Service first, ServedPorts ports) {}

    private final Map<String, List<Merged>> byHost = new LinkedHashMap<>();

    /** Adds what one entry says of one host; the oldest entry first. */
    void add(Service service, List<WorkloadInstance> serving) {
        List<Merged> sameHost =
                byHost.computeIfAbsent(service.namespace() + "/" + service.hostname(), h -> new ArrayList<>());
        Merged merged = sameHost.stream()
                .filter(other -> isAlike(other.first, service))
                .findFirst()
                .orElse(null);
        if (merged == null) {
            merged = new Merged(service, new ServedPorts());
            sameHost.add(merged);
        }
        merged.ports.add(service, serving, false);
    }

    private static boolean isAlike(Service one, Service other) {
        return one.resolution() == other.resolution()
                && one.labels().equals(other.labels())
                && one.selector().equals(other.selector())
                && one.exportTo().equals(other.exportTo());
    }

    /** Puts the services in, in the order of their first entries. */
    void into(Map<Service, ServedPorts> served) {
        byHost.values()
                .forEach(sameHost -> sameHost.forEach(
                        merged -> served.putIfAbsent(merged.first.withPorts(merged.ports.ports()), merged.ports)));
    }
}

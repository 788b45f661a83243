package dev.lateen.istiod.registry;

import dev.lateen.api.networking.ServiceEntry;
import dev.lateen.api.resource.Resource;
import dev.lateen.istiod.persistent.PersistentMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What the ServiceEntries of one namespace say of one host. Those that declare it in the same way are one service with the ports and endpoints of all; the
 * oldest says the rest. Where they differ in how endpoints are found, or for whom, each is a service, and the oldest has the host. As in Istio.
 */
final class EntryHosts {
    private record Merged(Service first, ServedPorts ports) {}

    private final ServiceEntries reader;
    private final Workloads workloads;
    private final List<Merged> merged = new ArrayList<>();
    private final List<WorkloadInstance> inline = new ArrayList<>();
    private final List<Label> selectors = new ArrayList<>();

    private EntryHosts(ServiceEntries reader, Workloads workloads) {
        this.reader = reader;
        this.workloads = workloads;
    }

    /**
     * What is said of a host.
     *
     * @param entries all that declare it, in any order
     * @param before what was said before, of which what is the same is used again
     */
    static EntryIndex.Host of(
            String host,
            List<Resource<ServiceEntry>> entries,
            ServiceEntries reader,
            Workloads workloads,
            PersistentMap<String, String> autoAddresses,
            EntryIndex.Host before) {
        EntryHosts hosts = new EntryHosts(reader, workloads);
        entries.stream()
                .sorted(Resource.OLDEST_FIRST)
                .forEach(entry ->
                        hosts.add(entry, host, autoAddresses.getOrDefault(AutoAddresses.key(entry, host), "")));
        return hosts.all(before);
    }

    private void add(Resource<ServiceEntry> entry, String host, String autoAddress) {
        Service service = reader.service(entry, host, autoAddress);
        Map<String, String> selector = service.selector();
        List<WorkloadInstance> serving;
        if (selector.isEmpty()) {
            serving = reader.inlineWorkloads(entry, host);
            inline.addAll(serving);
        } else {
            serving = workloads.selected(service.namespace(), selector, null);
            selectors.add(Label.of(service.namespace(), selector));
        }
        Merged same = merged.stream()
                .filter(other -> isAlike(other.first, service))
                .findFirst()
                .orElse(null);
        if (same == null) {
            same = new Merged(service, new ServedPorts());
            merged.add(same);
        }
        same.ports.add(service, serving, false);
    }

    private static boolean isAlike(Service one, Service other) {
        return one.resolution() == other.resolution()
                && one.labels().equals(other.labels())
                && one.selector().equals(other.selector())
                && one.exportTo().equals(other.exportTo());
    }

    private EntryIndex.Host all(EntryIndex.Host before) {
        List<ServedService> services = new ArrayList<>();
        for (Merged one : merged) {
            Service service = one.first.withPorts(one.ports.ports());
            ServedService same = before.services().stream()
                    .filter(was -> was.service().equals(service))
                    .findFirst()
                    .orElse(
                            services.size() < before.services().size()
                                    ? before.services().get(services.size())
                                    : null);
            services.add(ServedService.of(service, one.ports.endpoints(), same));
        }
        services.sort(Comparator.comparing(ServedService::service, ServiceTable.oldestFirst()));
        return new EntryIndex.Host(List.copyOf(services), List.copyOf(inline), List.copyOf(selectors));
    }
}

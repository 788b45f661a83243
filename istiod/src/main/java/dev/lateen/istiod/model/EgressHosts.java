package dev.lateen.istiod.model;

import dev.lateen.api.networking.Destination;
import dev.lateen.api.networking.Sidecar;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.registry.ServicePort;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The {@code namespace/dnsName} entries of a Sidecar's egress listener. */
final class EgressHosts {
    private final Sidecar.Egress egress;
    private final List<Entry> entries;
    private final List<Entry> excluded;

    private record Entry(String namespace, String host) {}

    EgressHosts(Sidecar.Egress egress, String ownNamespace) {
        this.egress = egress;
        this.entries = egress.hosts().stream()
                .filter(h -> !h.startsWith("~"))
                .map(h -> entry(h, ownNamespace))
                .toList();
        // Alone "~" stands for the hosts of all namespaces.
        this.excluded = egress.hosts().stream()
                .filter(h -> h.startsWith("~"))
                .map(h -> entry(h.startsWith("~/") ? "*" + h.substring(1) : h.substring(1), ownNamespace))
                .toList();
    }

    private static Entry entry(String text, String ownNamespace) {
        int slash = text.indexOf('/');
        String namespace = slash < 0 ? "*" : text.substring(0, slash);
        return new Entry(namespace.equals(".") ? ownNamespace : namespace, text.substring(slash + 1));
    }

    EgressListener listener(List<Service> visible, List<RoutingRule> rules) {
        int port = egress.port() == null || egress.port().number() == null
                ? 0
                : egress.port().number();
        List<RoutingRule> mine = rules.stream()
                .filter(r -> r.hosts().stream().anyMatch(h -> covers(entries, r.namespace(), h)))
                .toList();
        // What a rule sends traffic to must be reachable, even if it is not listed itself.
        Set<String> destinations = new HashSet<>();
        mine.forEach(r -> destinations(r).forEach(d -> destinations.add(d.host())));
        List<Service> services = new ArrayList<>();
        for (Service service : visible) {
            boolean taken = covers(entries, service) || destinations.contains(service.hostname());
            if (taken && !covers(excluded, service)) {
                narrow(service, port, services);
            }
        }
        return new EgressListener(egress, List.copyOf(services), mine);
    }

    private static Stream<Destination> destinations(RoutingRule rule) {
        return Stream.of(
                        rule.http().stream().flatMap(h -> h.route().stream().map(w -> w.destination())),
                        rule.http().stream().flatMap(h -> h.mirrors().stream().map(m -> m.destination())),
                        rule.http().stream().flatMap(h -> Stream.ofNullable(h.mirror())),
                        rule.tls().stream().flatMap(t -> t.route().stream().map(w -> w.destination())),
                        rule.tcp().stream().flatMap(t -> t.route().stream().map(w -> w.destination())))
                .flatMap(s -> s);
    }

    private static void narrow(Service service, int port, List<Service> into) {
        if (port == 0) {
            into.add(service);
            return;
        }
        service.port(port)
                .ifPresent(p -> into.add(service.ports().size() == 1 ? service : withPorts(service, List.of(p))));
    }

    static Service withPorts(Service s, List<ServicePort> ports) {
        return new Service(
                s.hostname(),
                s.namespace(),
                s.name(),
                ports,
                s.addresses(),
                s.autoAddress(),
                s.resolution(),
                s.external(),
                s.kubernetes(),
                s.exportTo(),
                s.selector(),
                s.labels(),
                s.subjectAltNames(),
                s.externalName(),
                s.distribution(),
                s.servesNotReady(),
                s.created(),
                s.origin());
    }

    private static boolean covers(List<Entry> entries, Service service) {
        return covers(entries, service.namespace(), service.hostname());
    }

    private static boolean covers(List<Entry> entries, String namespace, String host) {
        return entries.stream()
                .anyMatch(e -> (e.namespace.equals("*") || e.namespace.equals(namespace))
                        && Hosts.overlap(host, e.host)
                        && Hosts.within(host, e.host));
    }
}

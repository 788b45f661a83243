package dev.lateen.istiod.model;

import dev.lateen.api.networking.Destination;
import dev.lateen.api.networking.Sidecar;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.registry.ServicePort;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
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

    /** What may be called through the entry. */
    EgressListener listener(List<Service> visible, List<RoutingRule> rules) {
        int port = port(egress);
        List<RoutingRule> mine = rules.stream()
                .filter(r -> r.hosts().stream().anyMatch(h -> covers(entries, r.namespace(), h)))
                .toList();
        List<Service> services = new ArrayList<>();
        for (Service service : visible) {
            if (covers(entries, service) && !covers(excluded, service)) {
                narrow(service, p -> port == 0 || p.number() == port).ifPresent(services::add);
            }
        }
        return new EgressListener(egress, List.copyOf(services), mine);
    }

    /**
     * What the rules of a listener send traffic to without that it is listed itself: it must be reachable through them, but not by its own name.
     * Of a service only those ports come along that a rule may mean.
     */
    static List<Service> furtherDestinations(EgressListener listener, List<Service> visible) {
        Map<String, Set<Integer>> destinations = new HashMap<>();
        listener.rules()
                .forEach(rule -> destinations(rule)
                        .forEach(d -> destinations
                                .computeIfAbsent(d.host(), h -> new HashSet<>())
                                .add(
                                        d.port() == null || d.port().number() == null
                                                ? 0
                                                : d.port().number())));
        List<Service> services = new ArrayList<>();
        for (Service service : visible) {
            Set<Integer> ports = destinations.get(service.hostname());
            if (ports != null) {
                narrow(service, p -> ports.contains(0) || ports.contains(p.number()))
                        .ifPresent(services::add);
            }
        }
        return services;
    }

    private static Stream<Destination> destinations(RoutingRule rule) {
        return Stream.of(
                        rule.http().stream()
                                .flatMap(h -> h.action().route().stream().map(w -> w.destination())),
                        rule.http().stream()
                                .flatMap(h -> h.mirroring().mirrors().stream().map(m -> m.destination())),
                        rule.http().stream()
                                .flatMap(h -> Stream.ofNullable(h.mirroring().mirror())),
                        rule.tls().stream().flatMap(t -> t.route().stream().map(w -> w.destination())),
                        rule.tcp().stream().flatMap(t -> t.route().stream().map(w -> w.destination())))
                .flatMap(s -> s);
    }

    /** The port of an entry; 0 if it is for all ports that no other is for. */
    static int port(Sidecar.Egress egress) {
        return egress.port() == null || egress.port().number() == null
                ? 0
                : egress.port().number();
    }

    /** The service with some of its ports; empty if none is left, and the same object if all are. */
    private static Optional<Service> narrow(Service service, Predicate<ServicePort> wanted) {
        List<ServicePort> ports = service.ports().stream().filter(wanted).toList();
        if (ports.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(ports.size() == service.ports().size() ? service : service.withPorts(ports));
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

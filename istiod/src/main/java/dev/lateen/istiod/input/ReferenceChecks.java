package dev.lateen.istiod.input;

import dev.lateen.api.networking.Destination;
import dev.lateen.api.networking.HttpRoute;
import dev.lateen.api.networking.TcpRoute;
import dev.lateen.api.networking.TlsRoute;
import dev.lateen.api.networking.VirtualService;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.yaml.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;

/**
 * What no resource shows alone: whether hosts, subsets, ports and gateways that routes name exist (Istio's analyzers IST0101 and IST0112). All of it is
 * doubtful, nothing wrong: what is missing may come later, and until then such a route answers 503. Pure.
 */
final class ReferenceChecks {
    private static final int MOST_NAMES = 8;

    private final KnownHosts hosts;
    private final Subsets subsets;
    private final Set<String> gateways;
    private final List<Problem> problems = new ArrayList<>();

    private ReferenceChecks(KnownHosts hosts, Subsets subsets, Set<String> gateways) {
        this.hosts = hosts;
        this.subsets = subsets;
        this.gateways = gateways;
    }

    /**
     * The doubts about the references of one resource.
     *
     * @param gateways those that exist, as {@code namespace/name}
     */
    static List<Problem> check(
            Resource<VirtualService> service, KnownHosts hosts, Subsets subsets, Set<String> gateways) {
        ReferenceChecks checks = new ReferenceChecks(hosts, subsets, gateways);
        checks.check(service);
        return List.copyOf(checks.problems);
    }

    /** The gateways that a resource names, as {@code namespace/name}. */
    static List<String> gateways(Resource<VirtualService> service) {
        return service.spec().gateways().stream()
                .map(gateway -> fullGateway(service, gateway))
                .toList();
    }

    private static String fullGateway(Resource<VirtualService> service, String gateway) {
        return gateway.indexOf('/') >= 0 ? gateway : service.namespace() + "/" + gateway;
    }

    private void check(Resource<VirtualService> service) {
        for (int i = 0; i < service.spec().gateways().size(); i++) {
            checkGateway(service, service.spec().gateways().get(i), "spec.gateways[" + i + "]");
        }
        List<HttpRoute> http = service.spec().http();
        for (int i = 0; i < http.size(); i++) {
            check(service, http.get(i), "spec.http[" + i + "].");
        }
        List<TlsRoute> tls = service.spec().tls();
        for (int i = 0; i < tls.size(); i++) {
            for (int j = 0; j < tls.get(i).route().size(); j++) {
                check(
                        service,
                        tls.get(i).route().get(j).destination(),
                        "spec.tls[" + i + "].route[" + j + "].destination");
            }
        }
        List<TcpRoute> tcp = service.spec().tcp();
        for (int i = 0; i < tcp.size(); i++) {
            for (int j = 0; j < tcp.get(i).route().size(); j++) {
                check(
                        service,
                        tcp.get(i).route().get(j).destination(),
                        "spec.tcp[" + i + "].route[" + j + "].destination");
            }
        }
    }

    private void check(Resource<VirtualService> service, HttpRoute route, String path) {
        for (int j = 0; j < route.action().route().size(); j++) {
            check(service, route.action().route().get(j).destination(), path + "route[" + j + "].destination");
        }
        if (route.mirroring().mirror() != null) {
            check(service, route.mirroring().mirror(), path + "mirror");
        }
        for (int j = 0; j < route.mirroring().mirrors().size(); j++) {
            check(service, route.mirroring().mirrors().get(j).destination(), path + "mirrors[" + j + "].destination");
        }
    }

    private void check(Resource<VirtualService> service, Destination destination, String path) {
        String host = KnownHosts.fullName(destination.host(), service.namespace());
        if (!hosts.contains(host)) {
            report(
                    service,
                    path + ".host",
                    "unknown host '" + destination.host() + "'; the route answers 503 until there is one",
                    "a host of a Service or ServiceEntry" + some(hosts.names()));
            return;
        }
        checkPort(service, destination, host, path + ".port");
        String subset = destination.subset();
        Set<String> known = subset.isEmpty() ? Set.of() : subsets.of(host);
        if (!subset.isEmpty() && !known.contains(subset)) {
            report(
                    service,
                    path + ".subset",
                    "unknown subset '" + subset + "' of " + host,
                    "a subset that a DestinationRule of this host has" + some(known));
        }
    }

    private void checkPort(Resource<VirtualService> service, Destination destination, String host, String path) {
        NavigableSet<Integer> ports = hosts.ports(host);
        Integer number = destination.port() == null ? null : destination.port().number();
        List<String> names = ports.stream().map(String::valueOf).toList();
        if (number != null && !ports.isEmpty() && !ports.contains(number)) {
            report(
                    service,
                    path + ".number",
                    "unknown port " + number + " of " + host + "; the route answers 503",
                    "a port that it has: " + String.join(", ", names));
        }
        if (number == null && ports.size() > 1) {
            report(
                    service,
                    path,
                    "missing, and " + host + " has the ports " + String.join(", ", names)
                            + "; the route goes to the port at which the request came, if that is one of them",
                    "port.number");
        }
    }

    /** A gateway may be installed later, or live where these files don't tell: that is doubtful, not wrong. */
    private void checkGateway(Resource<VirtualService> service, String gateway, String path) {
        if (!gateway.equals("mesh") && !gateways.contains(fullGateway(service, gateway))) {
            report(service, path, "unknown gateway '" + gateway + "'", "mesh, or a Gateway" + some(gateways));
        }
    }

    private void report(Resource<?> at, String path, String found, String accepted) {
        var origin = at.meta().origin();
        problems.add(new Problem(Problem.Severity.WARNING, origin, origin.line(), at.key(), path, found, accepted));
    }

    private static String some(Set<String> names) {
        if (names.isEmpty()) {
            return ", but there is none";
        }
        List<String> few = names.stream().sorted().limit(MOST_NAMES).toList();
        return ": " + String.join(", ", few) + (names.size() > MOST_NAMES ? ", ..." : "");
    }
}

package dev.lateen.install.run;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Where a gateway listens: a Gateway's server names a port of the gateway's Service, whose target port is bound; a number the Service doesn't have is
 * bound as it is. {@code --gateway-port} turns the target of the first plain HTTP server.
 */
final class GatewayPortPlan {
    private final List<Manifests.Server> servers;
    private final OptionalInt firstHttp;
    private final OptionalInt wanted;

    GatewayPortPlan(Manifests manifests, String selector, OptionalInt wanted) {
        this.wanted = wanted;
        servers = manifests.gateways().stream()
                .filter(gateway -> gateway.selector().isEmpty()
                        || selector.equals(gateway.selector().get("istio")))
                .flatMap(gateway -> gateway.servers().stream())
                .toList();
        firstHttp = servers.stream()
                .filter(Manifests.Server::isPlainHttp)
                .mapToInt(Manifests.Server::port)
                .findFirst();
    }

    /** Changes the gateway's Service as {@code --gateway-port} asks. */
    void apply(Service service) {
        if (wanted.isEmpty() || firstHttp.isEmpty()) {
            return;
        }
        List<ServicePort> ports = new ArrayList<>(service.getSpec().getPorts());
        ports.removeIf(port -> port.getPort() == firstHttp.getAsInt());
        ports.add(new ServicePortBuilder()
                .withName("http-gateway-port")
                .withPort(firstHttp.getAsInt())
                .withTargetPort(new IntOrString(wanted.getAsInt()))
                .build());
        service.getSpec().setPorts(ports);
    }

    /** The ports that are bound, without duplicates: the first plain HTTP server's before all others, which are in the order of the Gateways. */
    List<Integer> listensOn(List<Service> services) {
        return Stream.concat(firstHttp.stream().boxed(), servers.stream().map(Manifests.Server::port))
                .map(port -> boundFor(port, services))
                .distinct()
                .toList();
    }

    private static int boundFor(int number, List<Service> services) {
        return services.stream()
                .flatMap(service -> service.getSpec().getPorts().stream())
                .filter(port -> port.getPort() == number)
                .map(ServicePort::getTargetPort)
                .filter(target -> target != null && target.getIntVal() != null)
                .map(IntOrString::getIntVal)
                .findFirst()
                .orElse(number);
    }
}

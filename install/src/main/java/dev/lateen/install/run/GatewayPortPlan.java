package dev.lateen.install.run;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where a gateway listens: a Gateway's server names a port of the gateway's Service, whose target port is bound; a number the Service doesn't have is
 * bound as it is. {@code --gateway-port} turns the target of the first plain HTTP server.
 */
final class GatewayPortPlan {
    private final OptionalInt firstHttp;
    private final OptionalInt wanted;

    GatewayPortPlan(Manifests manifests, String selector, OptionalInt wanted) {
        this.wanted = wanted;
        Optional<Manifests.Server> server = manifests.gateways().stream()
                .filter(gateway -> gateway.selector().isEmpty()
                        || selector.equals(gateway.selector().get("istio")))
                .flatMap(gateway -> gateway.servers().stream())
                .filter(Manifests.Server::isPlainHttp)
                .findFirst();
        firstHttp = server.isPresent() ? OptionalInt.of(server.get().port()) : OptionalInt.empty();
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

    /** The port that the first plain HTTP server binds; empty if there is no such server. */
    OptionalInt listensOn(List<Service> services) {
        if (firstHttp.isEmpty()) {
            return OptionalInt.empty();
        }
        for (Service service : services) {
            for (ServicePort port : service.getSpec().getPorts()) {
                IntOrString target = port.getTargetPort();
                if (port.getPort() == firstHttp.getAsInt() && target != null && target.getIntVal() != null) {
                    return OptionalInt.of(target.getIntVal());
                }
            }
        }
        return firstHttp;
    }
}

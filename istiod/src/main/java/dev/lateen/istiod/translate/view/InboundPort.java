package dev.lateen.istiod.translate.view;

import dev.lateen.api.networking.ConnectionPool;
import dev.lateen.api.networking.Sidecar;
import dev.lateen.api.resource.Resource;
import dev.lateen.istiod.model.MergedRule;
import dev.lateen.istiod.registry.Protocol;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.registry.ServicePort;
import dev.lateen.istiod.registry.ServiceTarget;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A port on which a sidecar takes requests for its workload.
 *
 * @param port where the workload listens
 * @param servicePort the service's port for it; the oldest service's if there are several
 * @param services that it is a part of, the oldest first; empty for a port that only a Sidecar resource names
 * @param pool limits towards the application
 * @param ingress the Sidecar's entry, or null
 */
public record InboundPort(
        int port,
        ServicePort servicePort,
        List<Service> services,
        @Nullable ConnectionPool pool,
        Sidecar.@Nullable Ingress ingress) {

    /** All inbound ports of a proxy, by number. A Sidecar with ingress entries says them all. */
    public static List<InboundPort> of(ProxyView view) {
        Resource<Sidecar> sidecar = view.scope().sidecar();
        Map<Integer, List<ServiceTarget>> targets = new LinkedHashMap<>();
        view.snapshot()
                .registry()
                .targets(
                        view.node().addresses(),
                        view.node().namespace(),
                        view.node().labels())
                .forEach(t -> targets.computeIfAbsent(t.targetPort(), p -> new ArrayList<>())
                        .add(t));
        List<InboundPort> ports = new ArrayList<>();
        if (sidecar != null && !sidecar.spec().ingress().isEmpty()) {
            for (Sidecar.Ingress ingress : sidecar.spec().ingress()) {
                ports.add(declared(view, sidecar.spec(), ingress, targets));
            }
            return ports;
        }
        targets.forEach((port, list) -> {
            ServiceTarget first = list.getFirst();
            if (first.port().protocol() != Protocol.UDP) {
                ConnectionPool ofSidecar =
                        sidecar == null ? null : sidecar.spec().inboundConnectionPool();
                ports.add(new InboundPort(port, first.port(), services(list), pool(view, first, ofSidecar), null));
            }
        });
        return ports;
    }

    private static InboundPort declared(
            ProxyView view, Sidecar spec, Sidecar.Ingress ingress, Map<Integer, List<ServiceTarget>> targets) {
        int number = ingress.port().number() == null ? 0 : ingress.port().number();
        List<ServiceTarget> known = targets.getOrDefault(number, List.of());
        Protocol protocol =
                Protocol.of(number, ingress.port().name(), "TCP", ingress.port().protocol());
        ServicePort port = new ServicePort(number, ingress.port().name(), protocol, Integer.toString(number));
        ConnectionPool pool =
                ingress.connectionPool() != null ? ingress.connectionPool() : spec.inboundConnectionPool();
        if (pool == null && !known.isEmpty()) {
            pool = pool(view, known.getFirst(), null);
        }
        return new InboundPort(number, port, services(known), pool, ingress);
    }

    private static List<Service> services(List<ServiceTarget> targets) {
        return targets.stream().map(ServiceTarget::service).distinct().toList();
    }

    private static @Nullable ConnectionPool pool(
            ProxyView view, ServiceTarget target, @Nullable ConnectionPool ofSidecar) {
        if (ofSidecar != null) {
            return ofSidecar;
        }
        MergedRule rule = view.scope().destinationRule(target.service());
        return EffectivePolicy.of(
                        view.snapshot().mesh().outbound().defaultTrafficPolicy(),
                        rule,
                        null,
                        target.port().number())
                .connectionPool();
    }
}

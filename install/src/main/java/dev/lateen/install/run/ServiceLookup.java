package dev.lateen.install.run;

import dev.lateen.install.standin.OutboundPath;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.vertx.core.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Cluster DNS and kube-proxy in one, for pods without a sidecar: a Service's name and port to one of its pods, in turn. Read from event loops, replaced
 * as a whole by the reconciler.
 */
final class ServiceLookup implements OutboundPath.ServiceDirectory {
    private final AtomicInteger turn = new AtomicInteger();
    private volatile Map<String, List<SocketAddress>> endpoints = Map.of();

    /** Takes over new services and pods. */
    void update(List<Service> services, List<PodAt> pods) {
        Map<String, List<SocketAddress>> next = new HashMap<>();
        for (Service service : services) {
            Map<String, String> selector =
                    service.getSpec() == null ? null : service.getSpec().getSelector();
            if (selector == null || selector.isEmpty() || service.getSpec().getPorts() == null) {
                continue;
            }
            for (ServicePort port : service.getSpec().getPorts()) {
                List<SocketAddress> addresses = new ArrayList<>();
                for (PodAt pod : pods) {
                    boolean selected =
                            pod.plan().namespace().equals(service.getMetadata().getNamespace())
                                    && pod.plan().labels().entrySet().containsAll(selector.entrySet());
                    if (selected) {
                        target(port, pod)
                                .ifPresent(number ->
                                        addresses.add(SocketAddress.inetSocketAddress(number, pod.address())));
                    }
                }
                put(next, service, port.getPort(), List.copyOf(addresses));
            }
        }
        endpoints = Map.copyOf(next);
    }

    /** A pod and where it listens. */
    record PodAt(PodPlan plan, String address) {}

    @Override
    public Optional<SocketAddress> endpoint(String host, int port) {
        List<SocketAddress> found = endpoints.getOrDefault(host + ":" + port, List.of());
        return found.isEmpty()
                ? Optional.empty()
                : Optional.of(found.get(Math.floorMod(turn.getAndIncrement(), found.size())));
    }

    /** A short name belongs to the first namespace that has it: a stand-in doesn't say whose it is. */
    private static void put(
            Map<String, List<SocketAddress>> into, Service service, int port, List<SocketAddress> addresses) {
        String name = service.getMetadata().getName();
        String qualified = name + "." + service.getMetadata().getNamespace();
        into.putIfAbsent(name + ":" + port, addresses);
        for (String host : List.of(qualified, qualified + ".svc", qualified + ".svc.cluster.local")) {
            into.put(host + ":" + port, addresses);
        }
    }

    private static Optional<Integer> target(ServicePort port, PodAt pod) {
        if (port.getTargetPort() == null) {
            return Optional.of(port.getPort());
        }
        if (port.getTargetPort().getIntVal() != null) {
            return Optional.of(port.getTargetPort().getIntVal());
        }
        String name = port.getTargetPort().getStrVal();
        return pod.plan().containers().stream()
                .filter(container -> container.getPorts() != null)
                .flatMap(container -> container.getPorts().stream())
                .filter(declared -> name != null && name.equals(declared.getName()))
                .map(declared -> declared.getContainerPort())
                .findFirst();
    }
}

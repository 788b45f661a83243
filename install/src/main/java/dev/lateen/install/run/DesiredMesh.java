package dev.lateen.install.run;

import dev.lateen.egress.EgressGateway;
import dev.lateen.ingress.IngressGateway;
import io.fabric8.kubernetes.api.model.Service;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What the manifests ask to run: the users' pods and the gateways. Pure.
 *
 * @param pods every pod, gateways first, without two of one name
 * @param services the users' Services and the gateways'
 * @param gatewayServices those Services which the users didn't write
 * @param ingressPorts the ports of this machine on which the ingress gateway listens, that of its first HTTP server first; empty if no Gateway asks for one
 */
record DesiredMesh(
        List<DesiredPod> pods, List<Service> services, List<Service> gatewayServices, List<Integer> ingressPorts) {
    static final DesiredMesh EMPTY = new DesiredMesh(List.of(), List.of(), List.of(), List.of());

    /** What stands before a pod's application. */
    enum Proxy {
        /** Nothing: it opted out. */
        NONE,
        SIDECAR,
        /** The pod is nothing but a proxy. */
        GATEWAY
    }

    /**
     * A pod and its proxy.
     *
     * @param onHost whether its listeners bind this machine's 127.0.0.1, where users look for an ingress gateway
     */
    record DesiredPod(PodPlan plan, Proxy proxy, boolean onHost) {}

    static DesiredMesh of(Manifests user, OptionalInt gatewayPort, ManifestReader reader, PodDerivation derivation) {
        List<PodPlan> userPods = derivation.pods(user);
        List<DesiredPod> pods = new ArrayList<>();
        List<Service> gatewayServices = new ArrayList<>();
        for (Brought gateway : List.of(
                new Brought(IngressGateway.SELECTOR, IngressGateway.manifest()),
                new Brought(EgressGateway.SELECTOR, EgressGateway.manifest()))) {
            boolean theirs = userPods.stream()
                    .anyMatch(pod -> gateway.selector().equals(pod.labels().get("istio")));
            if (!theirs) {
                Manifests own = reader.read(Path.of(gateway.selector() + ".yaml"), gateway.manifest());
                derivation.pods(own).forEach(plan -> pods.add(desired(plan, new SidecarRule(own))));
                own.of(Service.class).filter(service -> !isAmong(service, user)).forEach(gatewayServices::add);
            }
        }
        SidecarRule rule = new SidecarRule(user);
        userPods.forEach(plan -> pods.add(desired(plan, rule)));
        var ports = new GatewayPortPlan(user, IngressGateway.SELECTOR, gatewayPort);
        List<Service> services = new ArrayList<>();
        user.of(Service.class).forEach(services::add);
        gatewayServices.stream().filter(DesiredMesh::isIngress).forEach(ports::apply);
        List<Integer> ingressPorts = ports.listensOn(ingressService(services, gatewayServices));
        services.addAll(gatewayServices);
        return new DesiredMesh(
                withoutDuplicates(pods), List.copyOf(services), List.copyOf(gatewayServices), ingressPorts);
    }

    private static boolean isAmong(Service service, Manifests user) {
        return user.of(Service.class)
                .map(Service::getMetadata)
                .anyMatch(meta -> meta.getName().equals(service.getMetadata().getName())
                        && meta.getNamespace().equals(service.getMetadata().getNamespace()));
    }

    private record Brought(String selector, String manifest) {}

    private static DesiredPod desired(PodPlan plan, SidecarRule rule) {
        if (isGateway(plan)) {
            return new DesiredPod(
                    plan,
                    Proxy.GATEWAY,
                    IngressGateway.SELECTOR.equals(plan.labels().get("istio")));
        }
        return new DesiredPod(plan, rule.givesSidecar(plan) ? Proxy.SIDECAR : Proxy.NONE, false);
    }

    private static boolean isGateway(PodPlan plan) {
        String label = plan.labels().getOrDefault("istio", "");
        return "gateway".equals(plan.annotations().get("inject.istio.io/templates"))
                || label.equals(IngressGateway.SELECTOR)
                || label.equals(EgressGateway.SELECTOR);
    }

    private static List<Service> ingressService(List<Service> users, List<Service> own) {
        List<Service> all = new ArrayList<>(users);
        all.addAll(own);
        return all.stream().filter(DesiredMesh::isIngress).toList();
    }

    private static boolean isIngress(Service service) {
        Map<String, String> selector =
                service.getSpec() == null ? null : service.getSpec().getSelector();
        return selector != null && IngressGateway.SELECTOR.equals(selector.get("istio"));
    }

    private static List<DesiredPod> withoutDuplicates(List<DesiredPod> pods) {
        Map<String, DesiredPod> byKey = new LinkedHashMap<>();
        pods.forEach(pod -> byKey.putIfAbsent(pod.plan().key(), pod));
        return List.copyOf(byKey.values());
    }
}

package dev.lateen.istiod.registry;

import dev.lateen.istiod.input.ConfigObject;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Pods with an address as workloads. */
final class KubernetesWorkloads {
    private static final String TLS_MODE = "security.istio.io/tlsMode";
    private final String clusterId;
    private final Function<String, Map<String, String>> nodes;

    /** @param nodes the labels of a node by its name; empty if it is not known */
    KubernetesWorkloads(String clusterId, Function<String, Map<String, String>> nodes) {
        this.clusterId = clusterId;
        this.nodes = nodes;
    }

    /** The workload of a pod; empty if it has no address or has ended. */
    Optional<WorkloadInstance> workload(ConfigObject.OfKubernetes typed) {
        Pod pod = (Pod) typed.object();
        PodStatus status = pod.getStatus();
        if (pod.getSpec() == null
                || status == null
                || status.getPodIP() == null
                || status.getPodIP().isEmpty()
                || ended(status)) {
            return Optional.empty();
        }
        Map<String, String> labels =
                KubernetesServices.orEmpty(pod.getMetadata().getLabels());
        String account = pod.getSpec().getServiceAccountName();
        return Optional.of(new WorkloadInstance(
                typed.name(),
                dnsName(pod),
                typed.namespace(),
                status.getPodIP(),
                ports(pod.getSpec().getContainers()),
                labels,
                new WorkloadInstance.Identity(
                        account == null || account.isEmpty() ? "default" : account,
                        "istio".equals(labels.get(TLS_MODE)),
                        workloadName(pod, labels)),
                new WorkloadInstance.Place(
                        locality(pod, labels),
                        labels.getOrDefault(Topology.NETWORK, ""),
                        clusterId,
                        pod.getSpec().getNodeName() == null ? "" : pod.getSpec().getNodeName()),
                0,
                ready(pod, status)));
    }

    /** A pod with a subdomain and without a host name is called by its own name, as in Istio. */
    private static String dnsName(Pod pod) {
        String subdomain = KubernetesServices.orEmpty(pod.getSpec().getSubdomain());
        String hostname = KubernetesServices.orEmpty(pod.getSpec().getHostname());
        return subdomain.isEmpty()
                ? ""
                : (hostname.isEmpty() ? pod.getMetadata().getName() : hostname) + "." + subdomain;
    }

    private static boolean ended(PodStatus status) {
        return "Succeeded".equals(status.getPhase()) || "Failed".equals(status.getPhase());
    }

    private static boolean ready(Pod pod, PodStatus status) {
        boolean leaving = pod.getMetadata().getDeletionTimestamp() != null;
        return !leaving
                && (status.getConditions() == null
                        || status.getConditions().isEmpty()
                        || status.getConditions().stream()
                                .anyMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus())));
    }

    private static Map<String, Integer> ports(@Nullable List<Container> containers) {
        Map<String, Integer> ports = new HashMap<>();
        if (containers != null) {
            containers.stream()
                    .flatMap(c -> c.getPorts().stream())
                    .filter(p -> p.getName() != null && p.getContainerPort() != null)
                    .forEach(p -> ports.putIfAbsent(p.getName(), p.getContainerPort()));
        }
        return Map.copyOf(ports);
    }

    private String locality(Pod pod, Map<String, String> labels) {
        String own = labels.get(Topology.LOCALITY);
        if (own != null && !own.isEmpty()) {
            return Topology.locality(own);
        }
        String node = pod.getSpec().getNodeName();
        Map<String, String> of = node == null ? Map.of() : nodes.apply(node);
        String region = of.getOrDefault(Topology.REGION, "");
        String zone = of.getOrDefault(Topology.ZONE, "");
        String subZone = of.getOrDefault(Topology.SUB_ZONE, "");
        String joined = region + "/" + zone + "/" + subZone;
        return joined.equals("//") ? "" : joined.replaceAll("/+$", "");
    }

    // A Deployment's pods are owned by a ReplicaSet whose name is the Deployment's and the pod template's hash.
    private static String workloadName(Pod pod, Map<String, String> labels) {
        List<OwnerReference> owners = pod.getMetadata().getOwnerReferences();
        if (owners == null || owners.isEmpty()) {
            return pod.getMetadata().getName();
        }
        OwnerReference owner = owners.getFirst();
        String hash = labels.get("pod-template-hash");
        if ("ReplicaSet".equals(owner.getKind())
                && hash != null
                && owner.getName().endsWith("-" + hash)) {
            return owner.getName().substring(0, owner.getName().length() - hash.length() - 1);
        }
        return owner.getName();
    }
}

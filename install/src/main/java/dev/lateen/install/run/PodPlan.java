package dev.lateen.install.run;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Map;

/**
 * A pod that ought to run.
 *
 * @param pod the pod as Kubernetes would make it; not changed once it is here
 * @param workload the name of what asked for it, such as the Deployment's; the pod's own if nobody did
 * @param workloadKind the kind of that
 * @param locality where it runs, as {@code region/zone/subzone}; empty if nothing says so
 * @param fingerprint differs when anything differs that needs a new pod
 */
record PodPlan(Pod pod, String workload, String workloadKind, String locality, String fingerprint) {
    /** The same somewhere. */
    PodPlan at(String where) {
        return new PodPlan(pod, workload, workloadKind, where, fingerprint);
    }

    String name() {
        return pod.getMetadata().getName();
    }

    String namespace() {
        return pod.getMetadata().getNamespace();
    }

    /** Tells it from all other pods: {@code namespace/name}. */
    String key() {
        return namespace() + "/" + name();
    }

    /** Tells its workload from all others. */
    String workloadKey() {
        return workloadKind + " " + namespace() + "/" + workload;
    }

    /** Group and version of the workload's kind. */
    String workloadApiVersion() {
        return switch (workloadKind) {
            case "Pod" -> "v1";
            case "Job" -> "batch/v1";
            default -> "apps/v1";
        };
    }

    Map<String, String> labels() {
        Map<String, String> labels = pod.getMetadata().getLabels();
        return labels == null ? Map.of() : labels;
    }

    Map<String, String> annotations() {
        Map<String, String> annotations = pod.getMetadata().getAnnotations();
        return annotations == null ? Map.of() : annotations;
    }

    /** The service account whose identity it has; Kubernetes' default where the pod names none. */
    String serviceAccount() {
        String account = pod.getSpec().getServiceAccountName();
        if (account == null || account.isEmpty()) {
            account = pod.getSpec().getServiceAccount();
        }
        return account == null || account.isEmpty() ? "default" : account;
    }

    List<Container> containers() {
        List<Container> containers = pod.getSpec().getContainers();
        return containers == null ? List.of() : containers;
    }

    /** The TCP ports that a container declares. */
    static List<Integer> ports(Container container) {
        List<ContainerPort> ports = container.getPorts();
        if (ports == null) {
            return List.of();
        }
        return ports.stream()
                .filter(port -> port.getProtocol() == null || port.getProtocol().equals("TCP"))
                .map(ContainerPort::getContainerPort)
                .distinct()
                .toList();
    }
}

package dev.lateen.istiod.kubernetes.object;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is kept of a Pod: where it is, who it is, and whether it is ready. Of an object of 5 to 20 KB as an API server tells it, that is half of one. */
public final class KeptPod {
    private static final List<PodCondition> READY = List.of(ready("True"));
    private static final List<PodCondition> NOT_READY = List.of(ready("False"));

    private KeptPod() {}

    private static PodCondition ready(String status) {
        PodCondition condition = new PodCondition();
        condition.setType("Ready");
        condition.setStatus(status);
        return condition;
    }

    /** What is kept of a Pod. */
    public static Pod of(Pod full) {
        Pod kept = new Pod();
        ObjectMeta meta = Kept.meta(full.getMetadata());
        meta.setLabels(Kept.all(full.getMetadata().getLabels()));
        meta.setDeletionTimestamp(full.getMetadata().getDeletionTimestamp());
        meta.setOwnerReferences(owner(full.getMetadata().getOwnerReferences()));
        kept.setMetadata(meta);
        kept.setSpec(spec(full.getSpec() == null ? new PodSpec() : full.getSpec()));
        kept.setStatus(status(full.getStatus() == null ? new PodStatus() : full.getStatus()));
        kept.setAdditionalProperties(Map.of());
        return kept;
    }

    /** The first alone: a workload is named after it. */
    private static List<OwnerReference> owner(@Nullable List<OwnerReference> owners) {
        if (owners == null || owners.isEmpty()) {
            return List.of();
        }
        OwnerReference kept = new OwnerReference();
        kept.setKind(owners.getFirst().getKind());
        kept.setName(owners.getFirst().getName());
        kept.setAdditionalProperties(Map.of());
        return List.of(kept);
    }

    private static PodSpec spec(PodSpec full) {
        PodSpec spec = new PodSpec();
        spec.setServiceAccountName(full.getServiceAccountName());
        spec.setNodeName(full.getNodeName());
        spec.setHostname(full.getHostname());
        spec.setSubdomain(full.getSubdomain());
        spec.setContainers(named(full.getContainers()));
        spec.setEphemeralContainers(List.of());
        spec.setEvictionResponders(List.of());
        spec.setHostAliases(List.of());
        spec.setImagePullSecrets(List.of());
        spec.setInitContainers(List.of());
        spec.setNodeSelector(Map.of());
        spec.setOverhead(Map.of());
        spec.setReadinessGates(List.of());
        spec.setResourceClaims(List.of());
        spec.setSchedulingGates(List.of());
        spec.setTolerations(List.of());
        spec.setTopologySpreadConstraints(List.of());
        spec.setVolumes(List.of());
        spec.setAdditionalProperties(Map.of());
        return spec;
    }

    /** The ports that have a name, in one container: whose they are is all the same. */
    private static List<Container> named(@Nullable List<Container> containers) {
        if (containers == null) {
            return List.of();
        }
        List<ContainerPort> ports = containers.stream()
                .flatMap(container -> container.getPorts().stream())
                .filter(port -> port.getName() != null)
                .map(KeptPod::port)
                .toList();
        if (ports.isEmpty()) {
            return List.of();
        }
        Container kept = new Container();
        kept.setPorts(ports);
        kept.setArgs(List.of());
        kept.setCommand(List.of());
        kept.setEnv(List.of());
        kept.setEnvFrom(List.of());
        kept.setResizePolicy(List.of());
        kept.setRestartPolicyRules(List.of());
        kept.setVolumeDevices(List.of());
        kept.setVolumeMounts(List.of());
        kept.setAdditionalProperties(Map.of());
        return List.of(kept);
    }

    private static ContainerPort port(ContainerPort full) {
        ContainerPort port = new ContainerPort();
        port.setName(full.getName());
        port.setContainerPort(full.getContainerPort());
        port.setAdditionalProperties(Map.of());
        return port;
    }

    private static PodStatus status(PodStatus full) {
        PodStatus status = new PodStatus();
        status.setPhase(full.getPhase());
        status.setPodIP(full.getPodIP());
        status.setConditions(conditions(full.getConditions()));
        status.setAllocatedResources(Map.of());
        status.setContainerStatuses(List.of());
        status.setEphemeralContainerStatuses(List.of());
        status.setHostIPs(List.of());
        status.setInitContainerStatuses(List.of());
        status.setNodeAllocatableResourceClaimStatuses(List.of());
        status.setPodIPs(List.of());
        status.setResourceClaimStatuses(List.of());
        status.setVolumeHealth(List.of());
        status.setAdditionalProperties(Map.of());
        return status;
    }

    private static List<PodCondition> conditions(@Nullable List<PodCondition> full) {
        if (full == null || full.isEmpty()) {
            return List.of();
        }
        return full.stream().anyMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus()))
                ? READY
                : NOT_READY;
    }
}

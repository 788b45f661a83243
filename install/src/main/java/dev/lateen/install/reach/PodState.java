package dev.lateen.install.reach;

import dev.lateen.install.failure.CommandFailure;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** What a pod's own status says of whether it can be asked. */
final class PodState {
    /** The container of a sidecar or gateway. */
    static final String PROXY = "istio-proxy";

    private PodState() {}

    static String name(Pod pod) {
        return pod.getMetadata().getName() + "." + pod.getMetadata().getNamespace();
    }

    static boolean isReady(Pod pod) {
        return isRunning(pod)
                && pod.getStatus().getConditions() != null
                && pod.getStatus().getConditions().stream()
                        .anyMatch(condition -> condition.getType().equals("Ready")
                                && condition.getStatus().equals("True"));
    }

    static boolean isRunning(Pod pod) {
        return pod.getStatus() != null
                && "Running".equals(pod.getStatus().getPhase())
                && pod.getMetadata().getDeletionTimestamp() == null;
    }

    /** The port of that name in any container; another where none is called so. */
    static int port(Pod pod, String name, int otherwise) {
        return containers(pod)
                .flatMap(container ->
                        Objects.requireNonNullElse(container.getPorts(), List.<ContainerPort>of()).stream())
                .filter(port -> name.equals(port.getName()))
                .mapToInt(ContainerPort::getContainerPort)
                .findFirst()
                .orElse(otherwise);
    }

    /** @throws CommandFailure if no port of it can be reached now, saying in Kubernetes' words why */
    static void requireRunning(Pod pod) {
        if (isRunning(pod) || hasRunningProxy(pod)) {
            return;
        }
        String phase = pod.getMetadata().getDeletionTimestamp() != null
                ? "Terminating"
                : pod.getStatus() == null
                        ? "Pending"
                        : String.valueOf(pod.getStatus().getPhase());
        List<String> reasons = statuses(pod).flatMap(PodState::waiting).toList();
        throw new CommandFailure(
                CommandFailure.FAILED,
                "pod " + name(pod) + " is " + phase + (reasons.isEmpty() ? "" : " (" + String.join("; ", reasons) + ")")
                        + " (expected: a running pod)");
    }

    /** @throws CommandFailure if it has no proxy, or one that doesn't run */
    static void requireProxy(Pod pod) {
        List<String> containers = containers(pod).map(Container::getName).toList();
        if (!containers.contains(PROXY)) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT,
                    "pod " + name(pod) + " has no sidecar: its containers are " + String.join(", ", containers)
                            + " (expected: a container " + PROXY
                            + "; a pod gets it when it is made in a namespace with the label istio-injection=enabled)");
        }
        requireRunning(pod);
        statuses(pod)
                .filter(status -> status.getName().equals(PROXY))
                .flatMap(PodState::waiting)
                .findFirst()
                .ifPresent(reason -> {
                    throw new CommandFailure(
                            CommandFailure.FAILED, "pod " + name(pod) + ": its proxy does not run: " + reason);
                });
    }

    /** A native sidecar runs while its pod is still called pending. */
    private static boolean hasRunningProxy(Pod pod) {
        return statuses(pod)
                .anyMatch(status -> status.getName().equals(PROXY)
                        && status.getState() != null
                        && status.getState().getRunning() != null);
    }

    private static Stream<Container> containers(Pod pod) {
        List<Container> all = new ArrayList<>(pod.getSpec().getContainers());
        if (pod.getSpec().getInitContainers() != null) {
            all.addAll(pod.getSpec().getInitContainers());
        }
        return all.stream();
    }

    private static Stream<ContainerStatus> statuses(Pod pod) {
        List<ContainerStatus> all = new ArrayList<>();
        if (pod.getStatus() != null) {
            all.addAll(Objects.requireNonNullElse(pod.getStatus().getInitContainerStatuses(), List.of()));
            all.addAll(Objects.requireNonNullElse(pod.getStatus().getContainerStatuses(), List.of()));
        }
        return all.stream();
    }

    private static Stream<String> waiting(ContainerStatus status) {
        var state = status.getState();
        if (state != null && state.getWaiting() != null) {
            String message = state.getWaiting().getMessage();
            return Stream.of(
                    status.getName() + ": " + state.getWaiting().getReason() + (message == null ? "" : ": " + message));
        }
        if (state != null && state.getTerminated() != null && status.getName().equals(PROXY)) {
            return Stream.of(
                    status.getName() + ": ended with " + state.getTerminated().getExitCode());
        }
        return Stream.of();
    }
}

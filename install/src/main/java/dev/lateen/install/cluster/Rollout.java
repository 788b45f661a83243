package dev.lateen.install.cluster;

import dev.lateen.install.failure.CommandFailure;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Waits until what was applied is at work, and tells what it waits for whenever that is something else. Blocks. */
final class Rollout {
    private static final Duration PAUSE = Duration.ofMillis(300);

    private final KubernetesClient client;
    private final Consumer<String> progress;
    private final Duration limit;

    Rollout(KubernetesClient client, Consumer<String> progress, Duration limit) {
        this.client = client;
        this.progress = progress;
        this.limit = limit;
    }

    /** Until all resource definitions are served. */
    void definitions(List<? extends HasMetadata> definitions) throws InterruptedException {
        await(() -> {
            for (HasMetadata wanted : definitions) {
                CustomResourceDefinition now = client.apiextensions()
                        .v1()
                        .customResourceDefinitions()
                        .withName(wanted.getMetadata().getName())
                        .get();
                if (now == null || !isEstablished(now)) {
                    return "CustomResourceDefinition " + wanted.getMetadata().getName() + " is not served yet";
                }
            }
            return null;
        });
    }

    private static boolean isEstablished(CustomResourceDefinition definition) {
        return definition.getStatus() != null
                && definition.getStatus().getConditions() != null
                && definition.getStatus().getConditions().stream()
                        .anyMatch(condition -> condition.getType().equals("Established")
                                && condition.getStatus().equals("True"));
    }

    /** Until objects that were deleted are not there any more. */
    void gone(List<HasMetadata> deleted, ApiObjects objects) throws InterruptedException {
        Deque<HasMetadata> left = new ArrayDeque<>(deleted);
        await(() -> {
            while (!left.isEmpty() && objects.find(left.getFirst()) == null) {
                left.removeFirst();
            }
            return left.isEmpty() ? null : ApiObjects.name(left.getFirst()) + " is not gone yet";
        });
    }

    /** Until a Deployment has all of its pods, of its newest form. */
    void deployment(Deployment wanted) throws InterruptedException {
        await(() -> {
            Deployment now = client.resource(wanted).get();
            String name = ApiObjects.name(wanted);
            if (now == null) {
                return name + " is not there";
            }
            var status = now.getStatus();
            int pods = number(now.getSpec().getReplicas(), 1);
            boolean seen = status != null
                    && number(status.getObservedGeneration(), 0)
                            >= number(now.getMetadata().getGeneration(), 0);
            int ready = status == null ? 0 : number(status.getUpdatedReplicas(), 0);
            int available = status == null ? 0 : number(status.getAvailableReplicas(), 0);
            int all = status == null ? 0 : number(status.getReplicas(), 0);
            if (seen && ready >= pods && available >= pods && all == ready) {
                return null;
            }
            if (seen && ready >= pods && available >= pods) {
                return name + ": " + (all - ready) + " pods of its older form are still there";
            }
            return name + ": " + Math.min(ready, available) + " of " + pods + " pods ready" + reasons(now);
        });
    }

    private static int number(@Nullable Number number, int otherwise) {
        return number == null ? otherwise : number.intValue();
    }

    /** Why pods of a Deployment are not there, or not ready, in Kubernetes' words. */
    private String reasons(Deployment deployment) {
        Set<String> reasons = new LinkedHashSet<>();
        if (deployment.getStatus() != null && deployment.getStatus().getConditions() != null) {
            deployment.getStatus().getConditions().stream()
                    .filter(condition -> condition.getType().equals("ReplicaFailure"))
                    .forEach(condition -> reasons.add(condition.getMessage()));
        }
        client.pods()
                .inNamespace(deployment.getMetadata().getNamespace())
                .withLabels(deployment.getSpec().getSelector().getMatchLabels())
                .list()
                .getItems()
                .forEach(pod -> reasons.addAll(reasons(pod)));
        return reasons.isEmpty() ? "" : " (" + String.join("; ", reasons) + ")";
    }

    private static Set<String> reasons(Pod pod) {
        Set<String> reasons = new LinkedHashSet<>();
        if (pod.getStatus() == null) {
            return reasons;
        }
        if (pod.getStatus().getConditions() != null) {
            pod.getStatus().getConditions().stream()
                    .filter(condition -> condition.getType().equals("PodScheduled")
                            && condition.getStatus().equals("False"))
                    .forEach(condition ->
                            reasons.add(Objects.requireNonNullElse(condition.getMessage(), "not scheduled")));
        }
        if (pod.getStatus().getContainerStatuses() != null) {
            for (ContainerStatus container : pod.getStatus().getContainerStatuses()) {
                var waiting = container.getState() == null
                        ? null
                        : container.getState().getWaiting();
                if (waiting != null && !Objects.equals(waiting.getReason(), "ContainerCreating")) {
                    reasons.add(container.getName() + ": " + waiting.getReason()
                            + (waiting.getMessage() == null ? "" : ": " + waiting.getMessage()));
                }
            }
        }
        return reasons;
    }

    /** @param question what is still missing, in words; null once nothing is */
    private void await(Supplier<@Nullable String> question) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        String told = "";
        while (true) {
            String missing = question.get();
            if (missing == null) {
                return;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new CommandFailure(
                        CommandFailure.FAILED, "gave up after " + limit.toSeconds() + " s: " + missing);
            }
            if (!missing.equals(told)) {
                progress.accept("waiting: " + missing);
                told = missing;
            }
            Thread.sleep(PAUSE.toMillis());
        }
    }
}

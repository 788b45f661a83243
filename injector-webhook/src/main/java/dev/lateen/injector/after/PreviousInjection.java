package dev.lateen.injector.after;

import dev.lateen.injector.tree.ContainerTrees;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What an injection before left in a pod: a second one must come to the same. Pure but for editing the pod it is given. */
public final class PreviousInjection {
    private PreviousInjection() {}

    /** Whether there was one. */
    public static boolean isThere(JsonNode pod) {
        return pod.path("metadata").path("annotations").has(Marks.STATUS);
    }

    /**
     * Makes of a pod what its user wrote.
     *
     * @param agentPort to which Prometheus was sent
     * @throws IllegalArgumentException if an annotation is not as an injection writes it
     */
    public static void undo(ObjectNode pod, int agentPort) {
        JsonNode annotations = pod.path("metadata").path("annotations");
        JsonNode status =
                UserContainers.read(Marks.STATUS, annotations.path(Marks.STATUS).asString("{}"));
        JsonNode remembered = UserContainers.read(
                UserContainers.OVERRIDES,
                annotations.path(UserContainers.OVERRIDES).asString("{}"));
        ObjectNode spec = pod.withObject("/spec");
        boolean injected = isThere(pod);
        for (String list : List.of(ContainerTrees.CONTAINERS, ContainerTrees.INIT)) {
            for (JsonNode name : status.path(list)) {
                ContainerTrees.remove(spec, list, name.asString(""));
            }
            for (JsonNode container : remembered.path(list)) {
                if (ContainerTrees.find(spec.path(list), container.path("name").asString("")) == null) {
                    spec.withArray(list).add(container.deepCopy());
                }
            }
        }
        if (injected) {
            PrometheusMerge.forget(pod, agentPort);
            pod.withObject("/metadata").withObject("/annotations").remove(Marks.STATUS);
        }
    }
}

package dev.lateen.injector.after;

import dev.lateen.injector.pod.PodFacts;
import dev.lateen.injector.tree.ContainerTrees;
import tools.jackson.databind.node.ObjectNode;

/** The order in which a pod's containers start. Pure but for editing the pod it is given. */
public final class ContainerOrder {
    private ContainerOrder() {}

    /** Puts the injected containers where they belong. */
    public static void apply(ObjectNode pod, PodFacts facts) {
        ObjectNode spec = pod.withObject("/spec");
        if (facts.isHeld()) {
            ContainerTrees.toFront(spec, ContainerTrees.CONTAINERS, ContainerTrees.PROXY);
        } else {
            // So that kubectl exec means the application.
            ContainerTrees.toEnd(spec, ContainerTrees.CONTAINERS, ContainerTrees.PROXY);
        }
        boolean isNative = ContainerTrees.find(spec.path(ContainerTrees.INIT), ContainerTrees.PROXY) != null;
        if (isNative) {
            // Redirection, proxy, then the user's: their traffic is the mesh's.
            ContainerTrees.toFront(spec, ContainerTrees.INIT, ContainerTrees.PROXY);
            ContainerTrees.toFront(spec, ContainerTrees.INIT, ContainerTrees.VALIDATION);
            ContainerTrees.toFront(spec, ContainerTrees.INIT, ContainerTrees.REDIRECTION);
        } else {
            // The check before all others; the redirection after them, for the proxy that it leads to does not run yet.
            ContainerTrees.toFront(spec, ContainerTrees.INIT, ContainerTrees.VALIDATION);
            ContainerTrees.toEnd(spec, ContainerTrees.INIT, ContainerTrees.REDIRECTION);
        }
    }
}

package dev.lateen.injector.after;

import dev.lateen.injector.pod.PodFacts;
import dev.lateen.injector.tree.Containers;
import tools.jackson.databind.node.ObjectNode;

/** The order in which a pod's containers start. Pure but for editing the pod it is given. */
public final class ContainerOrder {
    private ContainerOrder() {}

    /** Puts the injected containers where they belong. */
    public static void apply(ObjectNode pod, PodFacts facts) {
        ObjectNode spec = pod.withObject("/spec");
        if (facts.isHeld()) {
            Containers.toFront(spec, Containers.CONTAINERS, Containers.PROXY);
        } else {
            // So that kubectl exec means the application.
            Containers.toEnd(spec, Containers.CONTAINERS, Containers.PROXY);
        }
        boolean isNative = Containers.find(spec.path(Containers.INIT), Containers.PROXY) != null;
        if (isNative) {
            // Redirection, proxy, then the user's: their traffic is the mesh's.
            Containers.toFront(spec, Containers.INIT, Containers.PROXY);
            Containers.toFront(spec, Containers.INIT, Containers.VALIDATION);
            Containers.toFront(spec, Containers.INIT, Containers.REDIRECTION);
        } else {
            // The check before all others; the redirection after them, for the proxy that it leads to does not run yet.
            Containers.toFront(spec, Containers.INIT, Containers.VALIDATION);
            Containers.toEnd(spec, Containers.INIT, Containers.REDIRECTION);
        }
    }
}

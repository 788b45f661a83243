package dev.lateen.injector.pod;

import dev.lateen.injector.tree.ContainerTrees;
import tools.jackson.databind.node.ObjectNode;

/** What OpenShift does to pods before they are injected. Pure but for editing the pod it is given. */
public final class OpenShift {
    private OpenShift() {}

    /**
     * OpenShift gives all containers of a pod one user; a proxy that ran as the application's would let its traffic past. A proxy with a user of its own keeps it.
     */
    public static void forgetAssignedUser(ObjectNode pod) {
        ObjectNode proxy = ContainerTrees.proxy(pod.path("spec"));
        if (proxy == null || !(proxy.path("securityContext") instanceof ObjectNode security)) {
            return;
        }
        long[] application = {0};
        ContainerTrees.eachButProxy(pod.path("spec"), container -> {
            String name = container.path("name").asString("");
            var user = container.path("securityContext").path("runAsUser");
            if (!name.equals(ContainerTrees.VALIDATION)
                    && !name.equals(ContainerTrees.REDIRECTION)
                    && user.isNumber()) {
                application[0] = user.asLong();
            }
        });
        if (security.path("runAsUser").asLong(0) == application[0]) {
            security.remove("runAsUser");
            security.remove("runAsGroup");
        }
    }
}

package dev.lateen.install.standin;

import io.vertx.core.net.SocketAddress;
import java.util.Optional;

/** How a container's calls leave its pod. */
public sealed interface OutboundPath {
    /**
     * To the pod's sidecar, as HTTP proxy.
     *
     * @param proxy the sidecar's proxy port
     */
    record ThroughSidecar(SocketAddress proxy) implements OutboundPath {}

    /**
     * Straight to an endpoint, as from a pod outside the mesh.
     *
     * @param directory finds an endpoint
     */
    record Direct(ServiceDirectory directory) implements OutboundPath {}

    /** By its name, as the machine resolves it: in a pod of a cluster, where a sidecar takes what leaves without being asked. */
    record ByName() implements OutboundPath {}

    /** What cluster DNS and kube-proxy do together for a pod without a sidecar. */
    @FunctionalInterface
    interface ServiceDirectory {
        /**
         * An endpoint of a service, chosen in turn; empty if nobody has that name and port. Called on event loops: must not block.
         *
         * @param host the name as the caller wrote it
         * @param port the service port
         */
        Optional<SocketAddress> endpoint(String host, int port);
    }
}

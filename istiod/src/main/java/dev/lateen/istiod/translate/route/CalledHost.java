package dev.lateen.istiod.translate.route;

import dev.lateen.istiod.registry.Service;
import org.jspecify.annotations.Nullable;

/**
 * A host that a configuration routes requests to, on one port.
 *
 * @param service null if only a VirtualService knows the host
 * @param host the service's, or that of one of its pods
 * @param port that is called
 */
record CalledHost(@Nullable Service service, String host, int port) {
    /** The name of its virtual host. */
    String name() {
        return host + ":" + port;
    }

    /** The full name of a pod; empty if all of a service is called. */
    String pod() {
        return service == null || host.equals(service.hostname()) ? "" : host;
    }
}

package dev.lateen.istiod.model;

import dev.lateen.api.networking.Sidecar;
import dev.lateen.istiod.registry.Service;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a sidecar may call through one of its outbound listeners.
 *
 * @param declared the entry of the Sidecar resource; null for the one listener of all that has no Sidecar
 * @param services visible there, the oldest first
 * @param rules VirtualServices in force there, the oldest first
 */
public record EgressListener(Sidecar.@Nullable Egress declared, List<Service> services, List<RoutingRule> rules) {

    /** Its own port, or 0 if it stands for the ports of all its services. */
    public int port() {
        return declared == null ? 0 : EgressHosts.port(declared);
    }

    /** Whether it is a real port of the proxy, and not one to which redirected connections are handed by their destination. */
    public boolean bindsPort() {
        return declared != null && declared.captureMode() == Sidecar.CaptureMode.NONE;
    }

    /** The address of its own; empty if it stands for the addresses of its services. */
    public String bind() {
        if (declared == null) {
            return "";
        }
        return declared.bind().isEmpty() && bindsPort() ? "127.0.0.1" : declared.bind();
    }
}

package dev.lateen.proxy.xds.bootstrap;

import dev.lateen.proxy.xds.decode.Decoded;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an Envoy bootstrap asks for.
 *
 * @param admin null for no admin server
 * @param ads null without dynamic resources
 * @param sds SDS servers by the name of their cluster
 * @param resources static listeners, clusters and secrets
 * @param ignored fields that were read and change nothing here, for a line in the log
 */
public record BootstrapResources(
        XdsNode node,
        @Nullable InetSocketAddress admin,
        @Nullable ControlPlane ads,
        Map<String, ControlPlane> sds,
        List<Decoded.Accepted> resources,
        List<String> ignored) {
    public BootstrapResources {
        sds = Map.copyOf(sds);
        resources = List.copyOf(resources);
        ignored = List.copyOf(ignored);
    }
}

package dev.lateen.istiod.model;

import dev.lateen.api.networking.HttpRoute;
import dev.lateen.api.networking.TcpRoute;
import dev.lateen.api.networking.TlsRoute;
import dev.lateen.api.networking.VirtualService;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.resource.ResourceKey;
import java.util.List;

/**
 * A VirtualService with its delegates put in and all host and gateway names written in full.
 *
 * @param source the resource as written
 * @param hosts fully qualified
 * @param gateways {@code mesh} or {@code namespace/name}
 * @param http with destinations, gateways and delegates resolved
 * @param tls likewise
 * @param tcp likewise
 * @param exportTo who may use it
 */
public record RoutingRule(
        Resource<VirtualService> source,
        List<String> hosts,
        List<String> gateways,
        List<HttpRoute> http,
        List<TlsRoute> tls,
        List<TcpRoute> tcp,
        List<String> exportTo) {

    /** The resource to name as the cause. */
    public ResourceKey key() {
        return source.key();
    }

    /** The namespace it is declared in. */
    public String namespace() {
        return source.namespace();
    }

    /** Whether it is for sidecars. */
    public boolean forMesh() {
        return gateways.contains("mesh");
    }

    boolean asksForLabels() {
        return http.stream()
                        .flatMap(r -> r.match().stream())
                        .anyMatch(m -> !m.scope().sourceLabels().isEmpty())
                || tls.stream()
                        .flatMap(r -> r.match().stream())
                        .anyMatch(m -> !m.sourceLabels().isEmpty())
                || tcp.stream()
                        .flatMap(r -> r.match().stream())
                        .anyMatch(m -> !m.sourceLabels().isEmpty());
    }
}

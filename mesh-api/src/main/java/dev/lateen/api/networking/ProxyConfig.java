package dev.lateen.api.networking;

import dev.lateen.api.resource.Spec;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.schema.Length;
import dev.lateen.api.schema.Range;
import dev.lateen.api.schema.Wrapped;
import dev.lateen.api.selector.LabelSelector;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Start-up settings of sidecars.
 *
 * @param selector the workloads meant; absent means all of the namespace
 * @param concurrency worker threads; absent means by the CPU limit, 0 means all CPUs
 * @param environmentVariables for the proxy
 * @param image the proxy's image
 */
@ApiKind(
        group = "networking.istio.io",
        kind = "ProxyConfig",
        plural = "proxyconfigs",
        versions = {"v1beta1"})
public record ProxyConfig(
        @Nullable LabelSelector selector,
        @Wrapped @Range(min = 0) @Nullable Integer concurrency,
        Map<String, @Length(max = 2048) String> environmentVariables,
        @Nullable Image image)
        implements Spec {
    /** The proxy's image: {@code default}, {@code debug} or {@code distroless}. */
    public record Image(String imageType) {}
}

package dev.lateen.proxy;

import dev.lateen.proxy.identity.IdentitySettings;
import dev.lateen.proxy.xds.ControlPlane;
import dev.lateen.proxy.xds.Decoded;
import dev.lateen.proxy.xds.XdsNode;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All a proxy is told before it starts; the rest comes over xDS. Read from an Envoy bootstrap, or made in code.
 *
 * @param node who this proxy is; EDS, RDS and SDS subscriptions follow what its listeners and clusters refer to
 * @param concurrency event loops for connections; 0 for one a CPU
 * @param adminAddress Envoy's admin interface (15000); null for none
 * @param statsAddress Prometheus metrics (15090); null for none
 * @param readinessAddress {@code /healthz/ready} (15021); null for none
 * @param controlPlane the ADS server; null when all is static
 * @param sds SDS servers by the name of the cluster that resources call them by
 * @param identity the built-in certificate bootstrap; null without
 * @param sdsServer where the own certificate is served by SDS to a neighbour, {@code host:port} or a Unix path with a leading slash; empty for not
 * @param resources static listeners, clusters, secrets
 * @param drainTime how long connections may go on after a stop or after their listener went
 * @param logLevel as {@code java.util.logging} or Envoy calls it
 * @param document the bootstrap in canonical JSON, for {@code /config_dump}: made when asked for; empty when there is no file
 */
public record ProxyBootstrap(
        XdsNode node,
        int concurrency,
        @Nullable InetSocketAddress adminAddress,
        @Nullable InetSocketAddress statsAddress,
        @Nullable InetSocketAddress readinessAddress,
        @Nullable ControlPlane controlPlane,
        Map<String, ControlPlane> sds,
        @Nullable IdentitySettings identity,
        String sdsServer,
        List<Decoded.Accepted> resources,
        Duration drainTime,
        String logLevel,
        Supplier<Map<String, Object>> document) {
    /** Istio's {@code terminationDrainDuration}. */
    public static final Duration DRAIN_TIME = Duration.ofSeconds(5);

    /** The cluster by which Istio's bootstraps and resources call the SDS server of its agent. */
    private static final String AGENT = "sds-grpc";

    public ProxyBootstrap {
        sds = Map.copyOf(sds);
        resources = List.copyOf(resources);
        if (concurrency < 0 || concurrency > 1024) {
            throw new IllegalArgumentException("concurrency: " + concurrency + " (expected: 0 to 1024)");
        }
    }

    /** One that no file tells of. */
    public ProxyBootstrap(
            XdsNode node,
            int concurrency,
            @Nullable InetSocketAddress adminAddress,
            @Nullable InetSocketAddress statsAddress,
            @Nullable InetSocketAddress readinessAddress,
            @Nullable ControlPlane controlPlane,
            Map<String, ControlPlane> sds,
            @Nullable IdentitySettings identity,
            String sdsServer,
            List<Decoded.Accepted> resources,
            Duration drainTime,
            String logLevel) {
        this(
                node,
                concurrency,
                adminAddress,
                statsAddress,
                readinessAddress,
                controlPlane,
                sds,
                identity,
                sdsServer,
                resources,
                drainTime,
                logLevel,
                Map::of);
    }

    /** The same with a certificate bootstrap of its own in the place of the agent that serves {@code sds-grpc}. */
    public ProxyBootstrap withIdentity(IdentitySettings settings) {
        Map<String, ControlPlane> others = new HashMap<>(sds);
        others.remove(AGENT);
        return new ProxyBootstrap(
                node,
                concurrency,
                adminAddress,
                statsAddress,
                readinessAddress,
                controlPlane,
                others,
                settings,
                sdsServer,
                resources,
                drainTime,
                logLevel,
                document);
    }

    /** The same with another number of event loops. */
    public ProxyBootstrap withConcurrency(int loops) {
        return new ProxyBootstrap(
                node,
                loops,
                adminAddress,
                statsAddress,
                readinessAddress,
                controlPlane,
                sds,
                identity,
                sdsServer,
                resources,
                drainTime,
                logLevel,
                document);
    }
}

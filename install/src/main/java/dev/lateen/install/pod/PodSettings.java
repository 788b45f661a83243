package dev.lateen.install.pod;

import dev.lateen.proxy.ProxyBootstrap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The start-up settings of a pod's proxy: {@code PROXY_CONFIG} as the injector put it together, and over it the pod's annotation, as Istio's agent reads both.
 *
 * @param given the fields that somebody gave: the node metadata {@code PROXY_CONFIG}
 * @param discoveryAddress istiod's {@code HOST:PORT}
 * @param ports the proxy's own
 * @param concurrency event loops; null if nothing was said, 0 for one a CPU
 * @param drain how long connections may go on
 * @param serviceCluster the node's cluster; empty for "by the pod"
 * @param meshId the mesh; empty if nothing was said
 * @param proxyMetadata variables
 * @param stats which of Envoy's own statistics are told beside those that Istio always tells
 * @param remarks what of the settings has no effect, in words
 */
record PodSettings(
        Map<String, Object> given,
        String discoveryAddress,
        Ports ports,
        @Nullable Integer concurrency,
        ProxyBootstrap.Drain drain,
        String serviceCluster,
        String meshId,
        Map<String, String> proxyMetadata,
        Stats stats,
        List<String> remarks) {
    /** The variable with the settings. */
    static final String VARIABLE = "PROXY_CONFIG";

    /** The annotation with settings of this pod. */
    static final String ANNOTATION = "proxy.istio.io/config";

    private static final String DISCOVERY_ADDRESS = "sidecar.istio.io/discoveryAddress";
    private static final String STATUS_PORT = "status.sidecar.istio.io/port";

    /** Where istiod is if nobody says so. */
    static final String ISTIOD = "istiod.istio-system.svc:15012";

    /** Istio's defaults. */
    static final PodSettings NONE = new PodSettings(
            Map.of(),
            ISTIOD,
            new Ports(15000, 15020),
            null,
            ProxyBootstrap.Drain.USUAL,
            "",
            "",
            Map.of(),
            new Stats(List.of(), List.of(), List.of()),
            List.of());

    /** @param admin Envoy's admin interface @param status of the agent; 0 for none */
    record Ports(int admin, int status) {}

    /** What names of statistics begin with, end with, or match. */
    record Stats(List<String> prefixes, List<String> suffixes, List<String> regexps) {}

    /**
     * Reads both. Most pods have neither, and then nothing is read: reading loads the whole reader of resources, which is half of a proxy's start and a sixth of its memory.
     *
     * @param variable the value of {@link #VARIABLE}
     * @param annotation the value of {@link #ANNOTATION}
     * @throws IllegalArgumentException if something in them is wrong: each field, what was found and what is accepted
     */
    static PodSettings of(String variable, String annotation) {
        return isSilent(variable) && isSilent(annotation) ? NONE : PodSettingsReader.read(variable, annotation);
    }

    /** The same with what single annotations of the pod say, which go before all. */
    PodSettings with(Map<String, String> annotations) {
        String istiod = annotations.getOrDefault(DISCOVERY_ADDRESS, discoveryAddress);
        String status = annotations.get(STATUS_PORT);
        return new PodSettings(
                given,
                istiod,
                status == null ? ports : new Ports(ports.admin, statusPort(status)),
                concurrency,
                drain,
                serviceCluster,
                meshId,
                proxyMetadata,
                stats,
                remarks);
    }

    private static int statusPort(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= 65_535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new IllegalArgumentException(STATUS_PORT + ": " + text + " (expected: a port, or 0 for none)");
    }

    private static boolean isSilent(String settings) {
        return settings.isBlank() || settings.strip().equals("{}");
    }
}

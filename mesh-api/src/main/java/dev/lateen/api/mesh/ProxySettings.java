package dev.lateen.api.mesh;

import dev.lateen.api.networking.ProxyConfig;
import dev.lateen.api.networking.WorkloadGroup;
import dev.lateen.api.schema.Default;
import dev.lateen.api.schema.Group;
import dev.lateen.api.schema.KnownButUnused;
import dev.lateen.api.schema.Percentage;
import dev.lateen.api.schema.Port;
import dev.lateen.api.schema.Range;
import dev.lateen.api.schema.Uint32;
import dev.lateen.api.telemetry.Telemetry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Start-up settings of a proxy (Istio: {@code mesh.v1alpha1.ProxyConfig}, also in the annotation {@code proxy.istio.io/config}).
 *
 * @param discoveryAddress istiod's; empty means the one of this mesh
 * @param meshId the mesh; empty means the trust domain
 * @param concurrency worker threads; absent means by the CPU limit, 0 means all CPUs
 * @param proxyMetadata variables of the proxy's environment
 * @param image the proxy's image
 * @param proxyAdminPort the admin port
 * @param statusPort the agent's port
 * @param lifecycle how the proxy starts and ends
 * @param reporting spans and statistics
 * @param traffic how traffic gets to the proxy, and how it is treated there
 */
@KnownButUnused({
    "configPath",
    "binaryPath",
    "customConfigFile",
    "tracingServiceName",
    "discoveryRefreshDelay",
    "zipkinAddress",
    "parentShutdownDuration",
    "controlPlaneAuthPolicy",
    "proxyBootstrapTemplatePath",
    "statNameLength",
    "sds",
    "envoyAccessLogService",
    "envoyMetricsService",
    "envoyMetricsServiceAddress",
    "statsdUdpAddress",
    "connectTimeout",
    "availabilityZone",
    "caCertificatesPem",
    "privateKeyProvider",
    "fileFlushInterval",
    "fileFlushMinSizeKb",
    "statsCompression"
})
public record ProxySettings(
        String discoveryAddress,
        String meshId,
        @Range(min = 0) @Nullable Integer concurrency,
        Map<String, String> proxyMetadata,
        ProxyConfig.@Nullable Image image,
        @Default("15000") @Port int proxyAdminPort,
        @Default("15020") @Port int statusPort,
        @Group Lifecycle lifecycle,
        @Group Reporting reporting,
        @Group Traffic traffic) {

    /**
     * How the proxy starts and ends.
     *
     * @param holdApplicationUntilProxyStarts whether the application waits for the proxy
     * @param readinessProbe of the application, for VMs
     * @param drainDuration how long connections may go on when a listener goes
     * @param terminationDrainDuration how long they may go on when the proxy stops
     */
    public record Lifecycle(
            boolean holdApplicationUntilProxyStarts,
            WorkloadGroup.@Nullable Probe readinessProbe,
            @Default("45s") Duration drainDuration,
            @Default("5s") Duration terminationDrainDuration) {}

    /**
     * Spans and statistics.
     *
     * @param tracing where spans go
     * @param serviceCluster the proxy's name for tracing
     * @param extraStatTags labels that may be added to metrics
     * @param proxyStatsMatcher which of Envoy's own statistics are shown
     */
    public record Reporting(
            @Nullable Tracing tracing,
            @Default("istio-proxy") String serviceCluster,
            List<String> extraStatTags,
            @Nullable StatsMatcher proxyStatsMatcher) {}

    /**
     * How traffic gets to the proxy, and how it is treated there.
     *
     * @param interceptionMode how it gets to the proxy
     * @param gatewayTopology proxies in front of a gateway
     * @param proxyHeaders which headers the proxy adds
     * @param connectionSettings buffers, timeouts and normalisation of connections (since Istio 1.31)
     * @param runtimeValues Envoy's runtime
     */
    public record Traffic(
            InterceptionMode interceptionMode,
            @Nullable Topology gatewayTopology,
            @Nullable ProxyHeaders proxyHeaders,
            @Nullable ConnectionSettings connectionSettings,
            Map<String, String> runtimeValues) {}

    /** How traffic gets to the proxy. */
    public enum InterceptionMode {
        /** By REDIRECT rules. */
        REDIRECT,
        /** By TPROXY rules, which keep the client's address. */
        TPROXY,
        /** Not at all: the application connects to the proxy. */
        NONE
    }

    /**
     * Where spans go.
     *
     * @param zipkin a Zipkin collector
     * @param customTags tags for each span
     * @param maxPathTagLength of the path in a span; absent means 256
     * @param sampling the share of requests in percent; absent means 1
     * @param enableIstioTags absent means true
     */
    @KnownButUnused({"lightstep", "datadog", "stackdriver", "openCensusAgent", "tlsSettings"})
    public record Tracing(
            @Nullable Zipkin zipkin,
            Map<String, Telemetry.CustomTag> customTags,
            @Uint32 @Nullable Long maxPathTagLength,
            @Percentage @Nullable Double sampling,
            @Nullable Boolean enableIstioTags) {}

    /** A Zipkin collector at {@code host:port}. */
    public record Zipkin(String address) {}

    /** Which of Envoy's own statistics are shown. */
    public record StatsMatcher(
            List<String> inclusionPrefixes, List<String> inclusionSuffixes, List<String> inclusionRegexps) {}

    /**
     * Proxies in front of a gateway.
     *
     * @param numTrustedProxies whose X-Forwarded-For is believed
     * @param forwardClientCertDetails what becomes of X-Forwarded-Client-Cert
     * @param proxyProtocol whether the PROXY protocol is expected; absent means no
     */
    public record Topology(
            @Uint32 long numTrustedProxies,
            ForwardClientCert forwardClientCertDetails,
            @Nullable ProxyProtocol proxyProtocol) {}

    /** The PROXY protocol is expected; no settings. */
    public record ProxyProtocol() {}

    /** What becomes of X-Forwarded-Client-Cert. */
    public enum ForwardClientCert {
        /** As the role has it. */
        UNDEFINED,
        /** Taken away. */
        SANITIZE,
        /** Kept. */
        FORWARD_ONLY,
        /** Kept and added to. */
        APPEND_FORWARD,
        /** Replaced. */
        SANITIZE_SET,
        /** Kept always. */
        ALWAYS_FORWARD_ONLY
    }

    /** Which headers the proxy adds. */
    @KnownButUnused({"setCurrentClientCertDetails"})
    public record ProxyHeaders(
            ForwardClientCert forwardedClientCert,
            @Nullable OnByDefault requestId,
            @Nullable Server server,
            @Nullable OnByDefault attemptCount,
            @Nullable OnByDefault envoyDebugHeaders,
            @Nullable MetadataExchange metadataExchangeHeaders,
            @Nullable OffByDefault xForwardedHost,
            @Nullable OffByDefault xForwardedPort,
            @Nullable Boolean preserveHttp1HeaderCase) {
        /** A header that is there unless it is switched off. */
        public record OnByDefault(@Nullable Boolean disabled) {}

        /** A header that is there if it is switched on. */
        public record OffByDefault(@Nullable Boolean enabled) {}

        /** The {@code server} header. */
        public record Server(@Nullable Boolean disabled, String value) {}

        /** Where metadata headers are sent. */
        public record MetadataExchange(Mode mode) {
            /** The ways. */
            public enum Mode {
                /** Everywhere. */
                UNDEFINED,
                /** Only within the mesh. */
                IN_MESH
            }
        }
    }
}

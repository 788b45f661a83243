package dev.lateen.api.mesh;

import dev.lateen.api.networking.ConnectionPool;
import dev.lateen.api.networking.HttpRoute;
import dev.lateen.api.networking.LocalityLbSetting;
import dev.lateen.api.networking.ServerTls;
import dev.lateen.api.networking.TrafficPolicy;
import dev.lateen.api.networking.ZoneAwareLbSetting;
import dev.lateen.api.schema.AtLeast;
import dev.lateen.api.schema.Default;
import dev.lateen.api.schema.KnownButUnused;
import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.Port;
import dev.lateen.api.schema.Range;
import dev.lateen.api.schema.Required;
import dev.lateen.api.schema.Unique;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a whole mesh (Istio: {@code mesh.v1alpha1.MeshConfig}); every default is Istio's.
 *
 * @param trustDomain of the identities made here
 * @param trustDomainAliases other trust domains treated as this one
 * @param rootNamespace whose policies hold for the whole mesh
 * @param enableAutoMtls whether clients use mutual TLS wherever the server can
 * @param outboundTrafficPolicy what is done with requests to unknown hosts
 * @param inboundTrafficPolicy where requests to undeclared ports go
 * @param accessLogFile the access log; empty means none
 * @param accessLogFormat its format; empty means Istio's default
 * @param accessLogEncoding text or JSON
 * @param disableEnvoyListenerLog whether requests that reach no filter chain are left out of the log
 * @param defaultConfig start-up settings of proxies
 * @param connectTimeout of connections to endpoints
 * @param protocolDetectionTimeout how long the first bytes are waited for; 0 means for ever
 * @param pathNormalization how paths are written before they are matched
 * @param proxyHttpPort a port on which sidecars are HTTP proxies; 0 means none
 * @param proxyListenPort the outbound port of sidecars
 * @param proxyInboundListenPort the inbound port of sidecars
 * @param localityLbSetting how localities share traffic
 * @param defaultHttpRetryPolicy of routes that say nothing; absent means Istio's
 * @param h2UpgradePolicy whether HTTP/1.1 is upgraded to HTTP/2 between sidecars
 * @param extensionProviders what Telemetry and AuthorizationPolicy refer to by name
 * @param defaultProviders the providers used where no Telemetry says
 * @param enableTracing whether spans are made
 * @param discoverySelectors the namespaces looked at; empty means all
 * @param dnsRefreshRate how often failed look-ups are tried again
 * @param tcpKeepalive of connections to endpoints
 * @param defaultServiceExportTo of services that say nothing
 * @param defaultVirtualServiceExportTo of VirtualServices that say nothing
 * @param defaultDestinationRuleExportTo of DestinationRules that say nothing
 * @param enablePrometheusMerge whether the application's metrics are merged with the proxy's
 * @param verifyCertificateAtClient whether clients of TLS verify by default
 * @param meshMTLS limits of mutual TLS
 * @param tlsDefaults limits of all other TLS
 * @param ingressClass the class of Ingress resources that are served
 * @param ingressSelector the label of the gateway that serves Ingress resources
 * @param ingressService the Service of the gateway that serves Ingress resources
 * @param ingressControllerMode which Ingress resources are served
 * @param inboundClusterStatName a pattern for the names of statistics
 * @param outboundClusterStatName a pattern for the names of statistics
 * @param caCertificates roots of other trust domains
 * @param zoneAwareLbSetting how zones share traffic; goes before localityLbSetting (since Istio 1.31)
 * @param defaultTrafficPolicy limits of calls where no DestinationRule has any (since Istio 1.31)
 * @param serviceEntryVisibility who sees a ServiceEntry (since Istio 1.31)
 */
@KnownButUnused({
    "configSources",
    "certificates",
    "thriftConfig",
    "serviceSettings",
    "ca",
    "serviceScopeConfigs",
    "mixerCheckServer",
    "mixerReportServer",
    "enableEnvoyAccessLogService",
    "disableMixerHttpReports",
    "enableClientSidePolicyCheck",
    "sidecarToTelemetrySessionAffinity",
    "policyCheckFailOpen",
    "sdsUdsPath",
    "sdsRefreshDelay",
    "disablePolicyChecks",
    "disableReportBatch",
    "reportBatchMaxEntries",
    "reportBatchMaxTime",
    "localityLbSettings",
    "hboneIdleTimeout"
})
public record MeshConfig(
        @Default("cluster.local") @Obeys(MeshRules.TrustDomain.class)
        String trustDomain,

        List<String> trustDomainAliases,
        @Default("istio-system") String rootNamespace,
        @Default("true") boolean enableAutoMtls,
        OutboundTrafficPolicy outboundTrafficPolicy,
        InboundTrafficPolicy inboundTrafficPolicy,
        String accessLogFile,
        String accessLogFormat,
        AccessLogEncoding accessLogEncoding,
        boolean disableEnvoyListenerLog,
        ProxySettings defaultConfig,
        @Default("10s") @AtLeast("1ms") Duration connectTimeout,
        @Default("0s") Duration protocolDetectionTimeout,
        PathNormalization pathNormalization,
        @Range(min = 0, max = 65535) int proxyHttpPort,
        @Default("15001") @Port int proxyListenPort,
        @Default("15006") @Port int proxyInboundListenPort,
        LocalityLbSetting localityLbSetting,
        HttpRoute.@Nullable Retry defaultHttpRetryPolicy,
        H2Upgrade h2UpgradePolicy,
        @Unique("name") List<ExtensionProvider> extensionProviders,
        @Nullable DefaultProviders defaultProviders,
        @Default("true") boolean enableTracing,
        List<NamespaceSelector> discoverySelectors,
        @Default("60s") @AtLeast("1ms") Duration dnsRefreshRate,
        ConnectionPool.@Nullable Keepalive tcpKeepalive,
        List<String> defaultServiceExportTo,
        List<String> defaultVirtualServiceExportTo,
        List<String> defaultDestinationRuleExportTo,
        @Default("true") boolean enablePrometheusMerge,
        @Nullable Boolean verifyCertificateAtClient,
        TlsLimits meshMTLS,
        TlsLimits tlsDefaults,
        @Default("istio") String ingressClass,
        @Default("ingressgateway") String ingressSelector,
        @Default("istio-ingressgateway") String ingressService,
        @Default("STRICT") IngressControllerMode ingressControllerMode,
        String inboundClusterStatName,
        String outboundClusterStatName,
        List<TrustBundle> caCertificates,
        @Nullable ZoneAwareLbSetting zoneAwareLbSetting,
        @Nullable DefaultTrafficPolicy defaultTrafficPolicy,
        @Nullable ServiceEntryVisibility serviceEntryVisibility) {

    /**
     * Limits of calls where no DestinationRule has any: one that has a block replaces that block.
     *
     * @param connectionPool limits and timeouts
     * @param outlierDetection when an endpoint is left out for a while
     */
    public record DefaultTrafficPolicy(
            @Nullable ConnectionPool connectionPool, TrafficPolicy.@Nullable OutlierDetection outlierDetection) {}

    /**
     * Who sees a ServiceEntry, in place of what it says of itself.
     *
     * @param defaultVisibility of entries of which no policy speaks
     * @param applyToSidecars whether sidecars follow; without it nothing of this has an effect on them
     * @param policies the first whose rules all hold counts
     */
    public record ServiceEntryVisibility(Visibility defaultVisibility, boolean applyToSidecars, List<Policy> policies) {
        /** How widely an entry is seen. */
        public enum Visibility {
            /** As PUBLIC. */
            VISIBILITY_UNSPECIFIED,
            /** Nowhere. */
            NONE,
            /** In its own namespace. */
            NAMESPACE,
            /** In the whole mesh. */
            PUBLIC
        }

        /** What entries are seen how widely. */
        public record Policy(Visibility visibility, List<MatchRule> matchingRules) {}

        /** A condition on an entry. */
        public record MatchRule(@Nullable NamespaceSelector namespaceSelector) {}
    }

    /** What is done with requests to unknown hosts. */
    public record OutboundTrafficPolicy(
            @Default("ALLOW_ANY") OutboundMode mode, TrafficPolicy.@Nullable ClientTls tls) {}

    /** What is done with requests to unknown hosts. */
    public enum OutboundMode {
        /** They are refused. */
        REGISTRY_ONLY,
        /** They pass. */
        ALLOW_ANY,
        /** They pass, and names are looked up by the proxy. */
        ALLOW_ANY_DYNAMIC_DNS
    }

    /** Where requests to undeclared ports go. */
    public record InboundTrafficPolicy(InboundMode mode) {}

    /** Where requests to undeclared ports go. */
    public enum InboundMode {
        /** To the workload's address. */
        PASSTHROUGH,
        /** To the loopback address. */
        LOCALHOST
    }

    /** How the access log is written. */
    public enum AccessLogEncoding {
        /** As text. */
        TEXT,
        /** As JSON. */
        JSON
    }

    /** How paths are written before they are matched. */
    public record PathNormalization(NormalizationType normalization) {}

    /** How paths are written before they are matched. */
    public enum NormalizationType {
        /** As BASE. */
        DEFAULT,
        /** Not at all. */
        NONE,
        /** By RFC 3986, and backslashes become slashes. */
        BASE,
        /** BASE, and slashes in a row become one. */
        MERGE_SLASHES,
        /** MERGE_SLASHES after escaped slashes are decoded. */
        DECODE_AND_MERGE_SLASHES
    }

    /** Whether HTTP/1.1 is upgraded to HTTP/2 between sidecars. */
    public enum H2Upgrade {
        /** No. */
        DO_NOT_UPGRADE,
        /** Yes. */
        UPGRADE
    }

    /** The providers used where no Telemetry says. */
    public record DefaultProviders(List<String> tracing, List<String> metrics, List<String> accessLogging) {}

    /** Which namespaces: those with all the labels and for which all the expressions hold. */
    public record NamespaceSelector(Map<String, String> matchLabels, List<Expression> matchExpressions) {
        /** A condition on a label: In, NotIn, Exists or DoesNotExist. */
        public record Expression(
                @Required String key, @Required String operator, List<String> values) {}
    }

    /** Limits of TLS; what is absent is the proxy's. */
    public record TlsLimits(ServerTls.Version minProtocolVersion, List<String> ecdhCurves, List<String> cipherSuites) {}

    /** Which Ingress resources are served. */
    public enum IngressControllerMode {
        /** As STRICT. */
        UNSPECIFIED,
        /** None. */
        OFF,
        /** All without a class, and those of the class. */
        DEFAULT,
        /** Those of the class. */
        STRICT
    }

    /** Roots of another trust domain, as PEM or at a URL of a SPIFFE bundle. */
    @KnownButUnused({"certSigners"})
    public record TrustBundle(
            @Nullable String pem, @Nullable String spiffeBundleUrl, List<String> trustDomains) {}
}

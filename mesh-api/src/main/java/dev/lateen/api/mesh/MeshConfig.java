package dev.lateen.api.mesh;

import dev.lateen.api.networking.ConnectionPool;
import dev.lateen.api.networking.HttpRoute;
import dev.lateen.api.networking.LocalityLbSetting;
import dev.lateen.api.networking.ServerTls;
import dev.lateen.api.networking.TrafficPolicy;
import dev.lateen.api.networking.ZoneAwareLbSetting;
import dev.lateen.api.schema.AtLeast;
import dev.lateen.api.schema.Default;
import dev.lateen.api.schema.Group;
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
 * @param rootNamespace whose policies hold for the whole mesh
 * @param defaultConfig start-up settings of proxies
 * @param extensionProviders what Telemetry and AuthorizationPolicy refer to by name
 * @param security whom proxies trust, and how TLS is spoken
 * @param outbound how calls are made
 * @param listeners what proxies listen on
 * @param telemetry access logs, spans and metrics
 * @param discovery what is looked at, and who sees it
 * @param ingress Kubernetes' Ingress resources
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

        @Default("istio-system") String rootNamespace,
        ProxySettings defaultConfig,
        @Unique("name") List<ExtensionProvider> extensionProviders,
        @Group Security security,
        @Group Outbound outbound,
        @Group Listeners listeners,
        @Group TelemetryDefaults telemetry,
        @Group Discovery discovery,
        @Group Ingress ingress) {

    /**
     * Whom proxies trust, and how TLS is spoken.
     *
     * @param trustDomainAliases other trust domains treated as the mesh's own
     * @param caCertificates roots of other trust domains
     * @param enableAutoMtls whether clients use mutual TLS wherever the server can
     * @param verifyCertificateAtClient whether clients of TLS verify by default
     * @param meshMTLS limits of mutual TLS
     * @param tlsDefaults limits of all other TLS
     */
    public record Security(
            List<String> trustDomainAliases,
            List<TrustBundle> caCertificates,
            @Default("true") boolean enableAutoMtls,
            @Nullable Boolean verifyCertificateAtClient,
            TlsLimits meshMTLS,
            TlsLimits tlsDefaults) {}

    /**
     * How calls are made.
     *
     * @param outboundTrafficPolicy what is done with requests to unknown hosts
     * @param connectTimeout of connections to endpoints
     * @param tcpKeepalive of connections to endpoints
     * @param dnsRefreshRate how often failed look-ups are tried again
     * @param h2UpgradePolicy whether HTTP/1.1 is upgraded to HTTP/2 between sidecars
     * @param defaultHttpRetryPolicy of routes that say nothing; absent means Istio's
     * @param localityLbSetting how localities share traffic
     * @param zoneAwareLbSetting how zones share traffic; goes before localityLbSetting (since Istio 1.31)
     * @param defaultTrafficPolicy limits of calls where no DestinationRule has any (since Istio 1.31)
     */
    public record Outbound(
            OutboundTrafficPolicy outboundTrafficPolicy,
            @Default("10s") @AtLeast("1ms") Duration connectTimeout,
            ConnectionPool.@Nullable Keepalive tcpKeepalive,
            @Default("60s") @AtLeast("1ms") Duration dnsRefreshRate,
            H2Upgrade h2UpgradePolicy,
            HttpRoute.@Nullable Retry defaultHttpRetryPolicy,
            LocalityLbSetting localityLbSetting,
            @Nullable ZoneAwareLbSetting zoneAwareLbSetting,
            @Nullable DefaultTrafficPolicy defaultTrafficPolicy) {}

    /**
     * What proxies listen on, and how they take what comes in.
     *
     * @param proxyListenPort the outbound port of sidecars
     * @param proxyInboundListenPort the inbound port of sidecars
     * @param proxyHttpPort a port on which sidecars are HTTP proxies; 0 means none
     * @param inboundTrafficPolicy where requests to undeclared ports go
     * @param protocolDetectionTimeout how long the first bytes are waited for; 0 means for ever
     * @param pathNormalization how paths are written before they are matched
     */
    public record Listeners(
            @Default("15001") @Port int proxyListenPort,
            @Default("15006") @Port int proxyInboundListenPort,
            @Range(min = 0, max = 65535) int proxyHttpPort,
            InboundTrafficPolicy inboundTrafficPolicy,
            @Default("0s") Duration protocolDetectionTimeout,
            PathNormalization pathNormalization) {}

    /**
     * Access logs, spans and metrics where no Telemetry says.
     *
     * @param accessLogFile the access log; empty means none
     * @param accessLogFormat its format; empty means Istio's default
     * @param accessLogEncoding text or JSON
     * @param disableEnvoyListenerLog whether requests that reach no filter chain are left out of the log
     * @param enableTracing whether spans are made
     * @param defaultProviders the providers used where no Telemetry says
     * @param enablePrometheusMerge whether the application's metrics are merged with the proxy's
     * @param inboundClusterStatName a pattern for the names of statistics
     * @param outboundClusterStatName a pattern for the names of statistics
     */
    public record TelemetryDefaults(
            String accessLogFile,
            String accessLogFormat,
            AccessLogEncoding accessLogEncoding,
            boolean disableEnvoyListenerLog,
            @Default("true") boolean enableTracing,
            @Nullable DefaultProviders defaultProviders,
            @Default("true") boolean enablePrometheusMerge,
            String inboundClusterStatName,
            String outboundClusterStatName) {}

    /**
     * What is looked at, and who sees it.
     *
     * @param discoverySelectors the namespaces looked at; empty means all
     * @param defaultServiceExportTo of services that say nothing
     * @param defaultVirtualServiceExportTo of VirtualServices that say nothing
     * @param defaultDestinationRuleExportTo of DestinationRules that say nothing
     * @param serviceEntryVisibility who sees a ServiceEntry (since Istio 1.31)
     */
    public record Discovery(
            List<NamespaceSelector> discoverySelectors,
            List<String> defaultServiceExportTo,
            List<String> defaultVirtualServiceExportTo,
            List<String> defaultDestinationRuleExportTo,
            @Nullable ServiceEntryVisibility serviceEntryVisibility) {}

    /**
     * Kubernetes' Ingress resources.
     *
     * @param ingressClass the class of those that are served
     * @param ingressControllerMode which are served
     * @param ingressSelector the label of the gateway that serves them
     * @param ingressService the Service of that gateway
     */
    public record Ingress(
            @Default("istio") String ingressClass,
            @Default("STRICT") IngressControllerMode ingressControllerMode,
            @Default("ingressgateway") String ingressSelector,
            @Default("istio-ingressgateway") String ingressService) {}

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

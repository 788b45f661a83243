package dev.lateen.api.networking;

import dev.lateen.api.schema.AtLeast;
import dev.lateen.api.schema.Default;
import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.Percentage;
import dev.lateen.api.schema.Port;
import dev.lateen.api.schema.Range;
import dev.lateen.api.schema.Required;
import dev.lateen.api.schema.Size;
import dev.lateen.api.schema.Uint32;
import dev.lateen.api.schema.Wrapped;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How connections to a host are made and shared out.
 *
 * @param loadBalancer how an endpoint is chosen
 * @param connectionPool limits and timeouts
 * @param outlierDetection when an endpoint is left out for a while; absent means never
 * @param tls how the connection is secured
 * @param portLevelSettings per port; they replace the settings above, they are not merged
 * @param tunnel a proxy through which the connection is made
 * @param proxyProtocol whether the PROXY protocol is spoken
 * @param retryBudget how many of all requests may be retries
 */
@Obeys(DestinationRuleRules.Ports.class)
public record TrafficPolicy(
        @Nullable LoadBalancer loadBalancer,
        @Nullable ConnectionPool connectionPool,
        @Nullable OutlierDetection outlierDetection,
        @Nullable ClientTls tls,
        @Size(max = 4096) List<PortPolicy> portLevelSettings,
        @Nullable Tunnel tunnel,
        @Nullable ProxyProtocol proxyProtocol,
        @Nullable RetryBudget retryBudget) {

    /** The settings of one port; they replace those of the whole. */
    public record PortPolicy(
            @Nullable PortSelector port,
            @Nullable LoadBalancer loadBalancer,
            @Nullable ConnectionPool connectionPool,
            @Nullable OutlierDetection outlierDetection,
            @Nullable ClientTls tls) {}

    /**
     * A proxy through which the connection is made.
     *
     * @param protocol CONNECT (the default) or POST
     * @param targetHost the host asked for
     * @param targetPort the port asked for
     */
    public record Tunnel(
            @Default("CONNECT") @Obeys(DestinationRuleRules.TunnelProtocol.class)
            String protocol,

            @Required String targetHost,
            @Required @Port int targetPort) {}

    /** The PROXY protocol. */
    public record ProxyProtocol(Version version) {
        /** Its version. */
        public enum Version {
            /** Text. */
            V1,
            /** Binary. */
            V2
        }
    }

    /**
     * How many of all requests may be retries.
     *
     * @param percent of the active requests; absent means 20
     * @param minRetryConcurrency always allowed, whatever the share
     * @param budgetInterval whose requests count beside the active ones; absent or 0 means none (since Istio 1.31)
     */
    public record RetryBudget(
            @Wrapped @Percentage @Nullable Double percent,
            @Default("3") @Uint32 long minRetryConcurrency,
            @Nullable Duration budgetInterval) {}

    /**
     * When an endpoint is left out for a while.
     *
     * @param consecutiveErrors old form of {@code consecutiveGatewayErrors}; ignored by Istio
     * @param splitExternalLocalOriginErrors whether failures to connect are counted on their own
     * @param consecutiveLocalOriginFailures failures to connect in a row; absent means 5
     * @param consecutiveGatewayErrors 502, 503, 504 in a row; absent means never
     * @param consecutive5xxErrors 5xx in a row; absent means 5, 0 means never
     * @param interval between sweeps
     * @param baseEjectionTime multiplied by the number of times it happened
     * @param maxEjectionPercent the greatest share of endpoints left out; 0 means the default of 10
     * @param minHealthPercent below this share of healthy endpoints nothing is left out
     * @param outlierDetectionHttpErrorCodes the statuses that count as errors; empty means 500 to 599 (since Istio 1.31)
     */
    public record OutlierDetection(
            int consecutiveErrors,
            boolean splitExternalLocalOriginErrors,
            @Wrapped @Uint32 @Nullable Long consecutiveLocalOriginFailures,
            @Wrapped @Uint32 @Nullable Long consecutiveGatewayErrors,
            @Wrapped @Uint32 @Nullable Long consecutive5xxErrors,
            @Default("10s") @AtLeast("1ms") Duration interval,
            @Default("30s") @AtLeast("1ms") Duration baseEjectionTime,

            @Range(min = 0, max = 100, why = "a share is 0 to 100")
            int maxEjectionPercent,

            @Range(min = 0, max = 100, why = "a share is 0 to 100")
            int minHealthPercent,

            List<@Uint32 @Range(min = 100, max = 599) Integer> outlierDetectionHttpErrorCodes) {}

    /**
     * How a connection to a server is secured.
     *
     * @param mode the way
     * @param clientCertificate a file; for MUTUAL
     * @param privateKey a file; for MUTUAL
     * @param caCertificates a file with the roots to trust; empty means the system's
     * @param credentialName a Secret with the certificates, instead of files
     * @param subjectAltNames names of which the server must have one
     * @param sni the name in the hello; empty means the host
     * @param insecureSkipVerify whether the server's certificate is taken unseen
     * @param caCrl a file with the revoked certificates
     */
    @Obeys(DestinationRuleRules.Tls.class)
    public record ClientTls(
            Mode mode,
            String clientCertificate,
            String privateKey,
            String caCertificates,
            String credentialName,
            List<String> subjectAltNames,
            String sni,
            @Wrapped @Nullable Boolean insecureSkipVerify,
            String caCrl) {
        /** The ways to secure a connection. */
        public enum Mode {
            /** In plain text. */
            DISABLE,
            /** TLS without a certificate of one's own. */
            SIMPLE,
            /** TLS with a certificate of one's own. */
            MUTUAL,
            /** TLS with the workload's mesh certificate. */
            ISTIO_MUTUAL
        }
    }
}

package dev.lateen.proxy.identity;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * How a workload gets its certificate.
 *
 * @param ca who signs
 * @param roots of the mesh, which peers are checked against
 * @param token the service account's token, asked for with each request; may block on a file
 * @param trustDomain such as {@code cluster.local}
 * @param namespace Kubernetes namespace
 * @param serviceAccount Kubernetes service account
 * @param timeToLive of a certificate, as it is asked for
 */
public record IdentitySettings(
        Ca ca,
        Roots roots,
        Callable<String> token,
        String trustDomain,
        String namespace,
        String serviceAccount,
        Duration timeToLive) {
    /**
     * The CA.
     *
     * @param port 15012
     * @param serverName the name its certificate must be for; empty for the host
     * @param roots what its certificate is checked against; null for the mesh's
     */
    public record Ca(
            String host,
            int port,
            String serverName,
            @Nullable Roots roots) {}

    /**
     * Roots that may change.
     *
     * @param first at the start, PEM
     * @param now as they are by now, asked for again and again; may block on a file
     */
    public record Roots(String first, Callable<String> now) {}

    /** Istio's {@code SECRET_TTL}. */
    public static final Duration TIME_TO_LIVE = Duration.ofHours(24);

    /** With roots that stay as they are. */
    public IdentitySettings(
            String caHost,
            int caPort,
            String caServerName,
            String rootsPem,
            Callable<String> token,
            String trustDomain,
            String namespace,
            String serviceAccount,
            Duration timeToLive) {
        this(
                new Ca(caHost, caPort, caServerName, null),
                new Roots(rootsPem, () -> rootsPem),
                token,
                trustDomain,
                namespace,
                serviceAccount,
                timeToLive);
    }

    /** Such as {@code spiffe://cluster.local/ns/default/sa/reviews}. */
    public String spiffeId() {
        return "spiffe://" + trustDomain + "/ns/" + namespace + "/sa/" + serviceAccount;
    }
}

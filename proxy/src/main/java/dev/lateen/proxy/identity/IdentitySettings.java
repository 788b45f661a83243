package dev.lateen.proxy.identity;

import java.time.Duration;
import java.util.concurrent.Callable;

/**
 * How a workload gets its certificate.
 *
 * @param caHost the CA's host
 * @param caPort its port, 15012
 * @param caServerName the name its certificate must be for; empty for the host
 * @param rootsPem what the CA's own certificate is checked against, and what peers are checked against, at the start
 * @param roots the same as they are by now, asked for again and again; may block on a file
 * @param token the service account's token, asked for with each request; may block on a file
 * @param trustDomain such as {@code cluster.local}
 * @param namespace Kubernetes namespace
 * @param serviceAccount Kubernetes service account
 * @param timeToLive of a certificate, as it is asked for
 */
public record IdentitySettings(
        String caHost,
        int caPort,
        String caServerName,
        String rootsPem,
        Callable<String> roots,
        Callable<String> token,
        String trustDomain,
        String namespace,
        String serviceAccount,
        Duration timeToLive) {
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
                caHost,
                caPort,
                caServerName,
                rootsPem,
                () -> rootsPem,
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

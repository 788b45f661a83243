package dev.lateen.istiod.discovery;

import java.time.Duration;

/**
 * How discovery treats proxies.
 *
 * @param controlPlane names this istiod in every response
 * @param identityCheck whether a proxy may only claim the namespace and service account of its credential (Istio:
 *     {@code PILOT_ENABLE_XDS_IDENTITY_CHECK}, default true)
 * @param showPlaintext whether callers without a credential may ask about other proxies, as on the debug pages; only where no stranger can reach the port
 * @param maxStreams streams at a time; more are refused with RESOURCE_EXHAUSTED
 * @param firstMessageWithin how long a stream may stay silent at its beginning
 * @param maxStreamAge after which a stream is ended so that proxies spread over istiods, give or take a tenth; zero for never (Istio:
 *     30 min)
 */
public record DiscoverySettings(
        String controlPlane,
        boolean identityCheck,
        boolean showPlaintext,
        int maxStreams,
        Duration firstMessageWithin,
        Duration maxStreamAge) {

    /** Streams at a time, unless told otherwise. */
    public static final int MOST_STREAMS = 10_000;

    /** How long a stream may stay silent at its beginning, unless told otherwise. */
    public static final Duration FIRST_MESSAGE_WITHIN = Duration.ofSeconds(30);

    /** The usual ones. */
    public static DiscoverySettings defaults(String controlPlane) {
        return new DiscoverySettings(controlPlane, true, false, MOST_STREAMS, FIRST_MESSAGE_WITHIN, Duration.ZERO);
    }
}

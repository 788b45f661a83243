package dev.lateen.istiod.discovery;

import dev.lateen.istiod.model.ProxyNode;
import java.time.Duration;
import java.util.Set;

/** Learns what happens on discovery streams; called from streams' threads, at once by many; must not block. */
public interface DiscoveryEvents {
    /** Nobody listens. */
    DiscoveryEvents NONE = new DiscoveryEvents() {};

    /** A proxy sent its first message and was let in. */
    default void connected(ProxyNode node) {}

    /** A proxy's stream ended, because the proxy or istiod ended it in good order. */
    default void disconnected(ProxyNode node) {}

    /** A proxy's stream broke: it is expected back, and hears of nothing until then. */
    default void lost(ProxyNode node) {}

    /** A stream was refused before or after its first message; the reason names what was wrong. */
    default void refused(String peerAddress, String reason) {}

    /** A response was written. */
    default void pushed(ProxyNode node, String typeUrl, int resources, int removed, int bytes) {}

    /** What a proxy lacked was translated and written; how long that took. */
    default void took(ProxyNode node, Duration pushing) {}

    /** A proxy's stream ends by a fault of istiod, which is logged. */
    default void failed(ProxyNode node) {}

    /** A proxy accepted the last response of a type. */
    default void acknowledged(ProxyNode node, String typeUrl) {}

    /**
     * A proxy rejected the last response of a type; it goes on with what it had.
     *
     * @param code of gRPC's, such as 13 for INTERNAL
     * @param reason in the proxy's words
     */
    default void rejected(ProxyNode node, String typeUrl, int code, String reason) {}

    /** A proxy answered a response that a newer one had replaced. */
    default void expired(ProxyNode node, String typeUrl) {}

    /** A proxy has said nothing to the last response of a type for so long; told once a response. */
    default void silent(ProxyNode node, String typeUrl, Duration since) {}

    /** A response could not be written. */
    default void unsent(ProxyNode node, String typeUrl) {}

    /** A proxy has all of a snapshot; the time counts from when the snapshot was put in force, or the proxy connected. */
    default void converged(ProxyNode node, Duration took) {}

    /**
     * Every connected proxy that a snapshot touches has accepted all of it; while one has rejected something this is not told.
     *
     * @param touched ids of the nodes that something was sent to because of it
     * @param absent ids of the nodes that have lost their streams and heard nothing of it
     */
    default void inForce(long version, Set<String> touched, Set<String> absent, Duration took) {}
}

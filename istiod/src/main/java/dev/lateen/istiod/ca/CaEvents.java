package dev.lateen.istiod.ca;

import dev.lateen.api.identity.SpiffeId;
import java.time.Duration;

/** Learns what the certificate service does; called from its threads, at once by many; must not block. */
public interface CaEvents {
    /** Nobody listens. */
    CaEvents NONE = new CaEvents() {};

    /** Someone asks. */
    default void asked() {}

    /** A certificate was issued. */
    default void issued(SpiffeId identity, Duration ttl) {}

    /** None was. */
    default void refused(RefusedException.Reason reason, String message) {}
}

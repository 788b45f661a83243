package dev.lateen.istiod.config;

import java.time.Duration;

/**
 * When changes of the config are put in force.
 *
 * @param quiet how long none must have come where several come closely one after the other (Istio: {@code PILOT_DEBOUNCE_AFTER}, 100 ms); a lone change
 *     waits for nothing, and a change of endpoints for others no longer than this
 * @param atMost how long a change waits where they never end (Istio: {@code PILOT_DEBOUNCE_MAX}, 10 s)
 */
public record ConfigTiming(Duration quiet, Duration atMost) {
    /** Istio's. */
    public static final ConfigTiming USUAL = new ConfigTiming(Duration.ofMillis(100), Duration.ofSeconds(10));
}

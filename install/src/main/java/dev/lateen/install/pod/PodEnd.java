package dev.lateen.install.pod;

import java.time.Duration;

/**
 * How a pod's proxy ends when it is told to.
 *
 * @param drain how long it goes on being asked while its clients leave (Istio's {@code terminationDrainDuration})
 * @param whenIdle whether it ends when no connection is left, however long that takes ({@code EXIT_ON_ZERO_ACTIVE_CONNECTIONS})
 * @param least how long it goes on at least, in that case ({@code MINIMUM_DRAIN_DURATION})
 */
public record PodEnd(Duration drain, boolean whenIdle, Duration least) {}

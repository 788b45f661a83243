package dev.lateen.proxy.xds;

import dev.lateen.proxy.xds.bootstrap.XdsNode;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How the control plane is asked.
 *
 * @param ads null when only secrets are asked for
 * @param delta incremental xDS, else state of the world
 * @param sds SDS servers by the name of their cluster; a secret whose source is not among them comes from the workload's own identity
 * @param retryBase the first ceiling of the back-off between streams, Envoy's default 500 ms
 * @param retryMost the last, Envoy's default 30 s
 * @param clock for the times that {@code /config_dump} tells
 */
public record XdsSettings(
        XdsNode node,
        @Nullable XdsTarget ads,
        boolean delta,
        Map<String, SdsTarget> sds,
        Duration retryBase,
        Duration retryMost,
        RandomGenerator random,
        InstantSource clock) {
    public XdsSettings {
        sds = Map.copyOf(sds);
    }

    /** An SDS server. */
    public record SdsTarget(XdsTarget target, boolean delta) {}
}

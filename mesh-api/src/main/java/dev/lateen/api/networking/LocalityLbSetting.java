package dev.lateen.api.networking;

import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.Uint32;
import dev.lateen.api.schema.Wrapped;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How localities share traffic.
 *
 * @param distribute explicit shares
 * @param failover where a region's traffic goes if it fails
 * @param failoverPriority labels that tell how near an endpoint is
 * @param enabled absent means what the mesh says
 */
@Obeys(LocalityRules.Localities.class)
public record LocalityLbSetting(
        List<Distribute> distribute,
        List<Failover> failover,
        List<String> failoverPriority,
        @Wrapped @Nullable Boolean enabled) {
    /**
     * Explicit shares.
     *
     * @param from the locality of the client, {@code region/zone/subzone} with wildcards
     * @param to the share of each locality in percent; they add up to 100
     */
    public record Distribute(String from, Map<String, @Uint32 Long> to) {}

    /** Where a region's traffic goes if it fails. */
    public record Failover(String from, String to) {}
}

package dev.lateen.api.networking;

import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.Range;
import dev.lateen.api.schema.Uint32;
import dev.lateen.api.schema.Wrapped;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Routing to the same zone first (since Istio 1.31); it replaces the mesh's as a whole.
 *
 * @param enabled whether it is done; absent means what the mesh says
 * @param failover where a region's traffic goes if it fails
 * @param failoverPriority labels that tell how near an endpoint is
 * @param minClusterSize the least number of endpoints for which it is done; absent means Envoy's 6
 */
@Obeys(LocalityRules.ZoneAware.class)
public record ZoneAwareLbSetting(
        @Wrapped @Nullable Boolean enabled,
        List<LocalityLbSetting.Failover> failover,
        List<String> failoverPriority,

        @Wrapped @Nullable @Uint32 @Range(min = 1, max = 4_294_967_295L)
        Long minClusterSize) {}

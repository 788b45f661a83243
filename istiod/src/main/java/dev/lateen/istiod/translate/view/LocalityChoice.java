package dev.lateen.istiod.translate.view;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.networking.LoadBalancer;
import dev.lateen.api.networking.LocalityLbSetting;
import dev.lateen.istiod.registry.Service;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How localities share the traffic of a service: what its DestinationRule says, else its {@code trafficDistribution}, else the mesh.
 *
 * @param setting null when localities play no part
 * @param failsOver whether a failing locality is left for the next: only with outlier detection, without which it is not known to fail,
 *     or by the service's own wish
 */
public record LocalityChoice(@Nullable LocalityLbSetting setting, boolean failsOver) {

    /** What mesh, service and rule come to. */
    public static LocalityChoice of(MeshConfig mesh, Service service, EffectivePolicy policy) {
        LoadBalancer balancer = policy.loadBalancer();
        LocalityLbSetting own = balancer == null ? null : balancer.localityLbSetting();
        boolean ejects = policy.outlierDetection() != null;
        if (own != null) {
            return new LocalityChoice(isOff(own) ? null : own, ejects);
        }
        List<String> preferred = service.distribution().preferred();
        if (!preferred.isEmpty()) {
            return new LocalityChoice(new LocalityLbSetting(List.of(), List.of(), preferred, true), true);
        }
        LocalityLbSetting ofMesh = mesh.outbound().localityLbSetting();
        return new LocalityChoice(isOff(ofMesh) ? null : ofMesh, ejects);
    }

    private static boolean isOff(LocalityLbSetting setting) {
        return Boolean.FALSE.equals(setting.enabled());
    }
}

package dev.lateen.install.injection;

import dev.lateen.api.networking.ProxyConfig;
import dev.lateen.api.yaml.StartSettings;
import dev.lateen.istiod.model.MeshSnapshot;
import org.jspecify.annotations.Nullable;

/** What is said of the start of a pod's proxy, in Istio's order. Pure. */
public final class SnapshotStart {
    private SnapshotStart() {}

    /**
     * All that is said together.
     *
     * @param mesh by the mesh config
     * @param snapshot whose ProxyConfigs count; null before the first
     */
    public static StartSettings of(StartSettings mesh, @Nullable MeshSnapshot snapshot, StartSettings.Pod pod) {
        return snapshot == null
                ? mesh.with(pod.own())
                : mesh.with(snapshot.all(ProxyConfig.class), snapshot.mesh().rootNamespace(), pod);
    }
}

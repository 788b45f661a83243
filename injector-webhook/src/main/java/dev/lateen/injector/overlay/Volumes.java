package dev.lateen.injector.overlay;

import dev.lateen.injector.settings.SidecarSettings.ControlPlane;
import io.fabric8.kubernetes.api.model.EmptyDirVolumeSource;
import io.fabric8.kubernetes.api.model.ServiceAccountTokenProjectionBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;

/** The kinds of volumes that a proxy needs. Pure. */
final class Volumes {
    /** Half a day; the kubelet renews it before. */
    private static final long TOKEN_SECONDS = 43200;

    private Volumes() {}

    /** @param said whether the kind is written out; a volume of no kind is an empty directory too, and gives way to any other when templates are merged */
    static Volume empty(String name, boolean said) {
        return new VolumeBuilder()
                .withName(name)
                .withEmptyDir(said ? new EmptyDirVolumeSource() : null)
                .build();
    }

    static Volume memory(String name) {
        return new VolumeBuilder()
                .withName(name)
                .withNewEmptyDir()
                .withMedium("Memory")
                .endEmptyDir()
                .build();
    }

    static Volume configMap(String name, String configMap, boolean optional) {
        return new VolumeBuilder()
                .withName(name)
                .withNewConfigMap()
                .withName(configMap)
                .withOptional(optional ? Boolean.TRUE : null)
                .endConfigMap()
                .build();
    }

    static Volume optionalSecret(String name, String secret) {
        return new VolumeBuilder()
                .withName(name)
                .withNewSecret()
                .withSecretName(secret)
                .withOptional(true)
                .endSecret()
                .build();
    }

    static Volume csi(String name, String driver) {
        return new VolumeBuilder()
                .withName(name)
                .withNewCsi()
                .withDriver(driver)
                .endCsi()
                .build();
    }

    /** Labels and annotations of the pod, as files. */
    static Volume podMarks(String name) {
        return new VolumeBuilder()
                .withName(name)
                .withNewDownwardAPI()
                .addNewItem()
                .withPath("labels")
                .withNewFieldRef()
                .withFieldPath("metadata.labels")
                .endFieldRef()
                .endItem()
                .addNewItem()
                .withPath("annotations")
                .withNewFieldRef()
                .withFieldPath("metadata.annotations")
                .endFieldRef()
                .endItem()
                .endDownwardAPI()
                .build();
    }

    static Volume token(String name, String audience) {
        return new VolumeBuilder()
                .withName(name)
                .withNewProjected()
                .addNewSource()
                .withServiceAccountToken(new ServiceAccountTokenProjectionBuilder()
                        .withAudience(audience)
                        .withExpirationSeconds(TOKEN_SECONDS)
                        .withPath("istio-token")
                        .build())
                .endSource()
                .endProjected()
                .build();
    }

    /** Istiod's root: from a ClusterTrustBundle where the cluster has them, else from the namespace's ConfigMap. */
    static Volume root(String name, ControlPlane controlPlane) {
        String bundle = controlPlane.trustBundle();
        if (!controlPlane.clusterTrustBundles()) {
            return configMap(name, bundle.isEmpty() ? "istio-ca-root-cert" : bundle, false);
        }
        return new VolumeBuilder()
                .withName(name)
                .withNewProjected()
                .addNewSource()
                .withNewClusterTrustBundle()
                .withName("istio.io:istiod-ca:" + (bundle.isEmpty() ? "root-cert" : bundle))
                .withPath("root-cert.pem")
                .endClusterTrustBundle()
                .endSource()
                .endProjected()
                .build();
    }
}

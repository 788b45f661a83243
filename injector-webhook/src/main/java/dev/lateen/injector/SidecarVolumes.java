package dev.lateen.injector;

import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.List;

/** The volumes of a sidecar and where it mounts them: Istio's names and paths. */
final class SidecarVolumes {
    private SidecarVolumes() {}

    static List<Volume> volumes() {
        return List.of(
                empty("workload-socket", null),
                empty("credential-socket", null),
                empty("workload-certs", null),
                empty("istio-envoy", "Memory"),
                empty("istio-data", null),
                new VolumeBuilder()
                        .withName("istio-podinfo")
                        .withNewDownwardAPI()
                        .addNewItem()
                        .withNewFieldRef()
                        .withFieldPath("metadata.labels")
                        .endFieldRef()
                        .withPath("labels")
                        .endItem()
                        .addNewItem()
                        .withNewFieldRef()
                        .withFieldPath("metadata.annotations")
                        .endFieldRef()
                        .withPath("annotations")
                        .endItem()
                        .endDownwardAPI()
                        .build(),
                new VolumeBuilder()
                        .withName("istio-token")
                        .withNewProjected()
                        .addNewSource()
                        .withServiceAccountToken(
                                new io.fabric8.kubernetes.api.model.ServiceAccountTokenProjectionBuilder()
                                        .withAudience("istio-ca")
                                        .withExpirationSeconds(43200L)
                                        .withPath("istio-token")
                                        .build())
                        .endSource()
                        .endProjected()
                        .build(),
                configMap("istiod-ca-cert", "istio-ca-root-cert", false),
                configMap("istio-ca-crl", "istio-ca-crl", true));
    }

    static List<VolumeMount> mounts() {
        return List.of(
                mount("workload-socket", "/var/run/secrets/workload-spiffe-uds"),
                mount("credential-socket", "/var/run/secrets/credential-uds"),
                mount("workload-certs", "/var/run/secrets/workload-spiffe-credentials"),
                mount("istiod-ca-cert", "/var/run/secrets/istio"),
                mount("istio-ca-crl", "/var/run/secrets/istio/crl"),
                mount("istio-data", "/var/lib/istio/data"),
                mount("istio-envoy", "/etc/istio/proxy"),
                mount("istio-token", "/var/run/secrets/tokens"),
                mount("istio-podinfo", "/etc/istio/pod"));
    }

    private static Volume empty(String name, @org.jspecify.annotations.Nullable String medium) {
        return new VolumeBuilder()
                .withName(name)
                .withNewEmptyDir()
                .withMedium(medium)
                .endEmptyDir()
                .build();
    }

    private static Volume configMap(String name, String configMap, boolean optional) {
        return new VolumeBuilder()
                .withName(name)
                .withNewConfigMap()
                .withName(configMap)
                .withOptional(optional ? Boolean.TRUE : null)
                .endConfigMap()
                .build();
    }

    private static VolumeMount mount(String name, String path) {
        return new VolumeMountBuilder().withName(name).withMountPath(path).build();
    }
}

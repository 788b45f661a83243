package dev.lateen.injector.overlay;

import dev.lateen.injector.overlay.ProxyContainer.Role;
import dev.lateen.injector.pod.PodFacts;
import dev.lateen.injector.settings.SidecarSettings.ControlPlane;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the proxy finds its token, root, pod's marks and sockets: Istio's names and paths.
 *
 * @param role what the proxy is started as
 */
record ProxyVolumes(Role role) implements Overlay {
    /** The annotation that names a ConfigMap with another bootstrap of Envoy. */
    static final String BOOTSTRAP = "sidecar.istio.io/bootstrapOverride";

    private static final String CREDENTIALS = "/var/run/secrets/workload-spiffe-credentials";

    @Override
    public void add(Fragment fragment, PodFacts facts) {
        fragment.proxy().setVolumeMounts(mounts(facts));
        fragment.volumes().addAll(volumes(facts));
    }

    private List<VolumeMount> mounts(PodFacts facts) {
        ControlPlane controlPlane = facts.settings().controlPlane();
        List<VolumeMount> mounts = new ArrayList<>();
        mounts.add(mount("workload-socket", "/var/run/secrets/workload-spiffe-uds"));
        if (role != Role.GRPC_AGENT) {
            mounts.add(mount("credential-socket", "/var/run/secrets/credential-uds"));
        }
        mounts.add(credentials(facts));
        if (controlPlane.isIstiod()) {
            mounts.add(mount("istiod-ca-cert", "/var/run/secrets/istio"));
        }
        if (controlPlane.isIstiod() && role == Role.SIDECAR) {
            mounts.add(mount("istio-ca-crl", "/var/run/secrets/istio/crl"));
        }
        mounts.add(mount("istio-data", "/var/lib/istio/data"));
        if (role != Role.GRPC_AGENT && facts.annotations().containsKey(BOOTSTRAP)) {
            mounts.add(mount("custom-bootstrap-volume", "/etc/istio/custom-bootstrap"));
        }
        mounts.add(mount(sockets(), "/etc/istio/proxy"));
        mounts.add(mount("istio-token", "/var/run/secrets/tokens"));
        if (controlPlane.mountMtlsCerts()) {
            mounts.add(readOnly("istio-certs", "/etc/certs/"));
        }
        mounts.add(mount("istio-podinfo", "/etc/istio/pod"));
        return mounts;
    }

    /** The memory in which Envoy's or the application's sockets are. */
    private String sockets() {
        return role == Role.GRPC_AGENT ? "istio-xds" : "istio-envoy";
    }

    private List<Volume> volumes(PodFacts facts) {
        ControlPlane controlPlane = facts.settings().controlPlane();
        boolean gateway = role == Role.GATEWAY;
        List<Volume> volumes = new ArrayList<>();
        volumes.add(Volumes.empty("workload-socket", false));
        if (role != Role.GRPC_AGENT) {
            volumes.add(Volumes.empty("credential-socket", gateway));
        }
        volumes.add(
                controlPlane.isGke()
                        ? Volumes.csi("gke-workload-certificate", "workloadcertificates.security.cloud.google.com")
                        : Volumes.empty("workload-certs", gateway));
        if (facts.annotations().containsKey(BOOTSTRAP)) {
            volumes.add(Volumes.configMap("custom-bootstrap-volume", facts.annotation(BOOTSTRAP, ""), false));
        }
        volumes.add(Volumes.memory(sockets()));
        volumes.add(Volumes.empty("istio-data", true));
        volumes.add(Volumes.podMarks("istio-podinfo"));
        volumes.add(Volumes.token("istio-token", controlPlane.tokenAudience()));
        if (controlPlane.isIstiod()) {
            volumes.add(Volumes.root("istiod-ca-cert", controlPlane));
        }
        if (role == Role.SIDECAR) {
            volumes.add(Volumes.configMap("istio-ca-crl", controlPlane.crlConfigMap(), true));
        }
        if (controlPlane.mountMtlsCerts()) {
            String account = facts.spec().path("serviceAccountName").asString("");
            volumes.add(Volumes.optionalSecret("istio-certs", "istio." + (account.isEmpty() ? "default" : account)));
        }
        return volumes;
    }

    static VolumeMount credentials(PodFacts facts) {
        return facts.settings().controlPlane().isGke()
                ? readOnly("gke-workload-certificate", CREDENTIALS)
                : mount("workload-certs", CREDENTIALS);
    }

    static VolumeMount mount(String name, String path) {
        return new VolumeMountBuilder().withName(name).withMountPath(path).build();
    }

    private static VolumeMount readOnly(String name, String path) {
        return new VolumeMountBuilder()
                .withName(name)
                .withMountPath(path)
                .withReadOnly(true)
                .build();
    }
}

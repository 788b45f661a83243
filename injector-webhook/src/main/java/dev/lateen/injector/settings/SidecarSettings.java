package dev.lateen.injector.settings;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What is the same for every sidecar of a mesh, read once from Helm values. Immutable.
 *
 * @param revision {@code istio.io/rev}; empty for the default revision
 * @param images which images, and how they are pulled
 * @param controlPlane where istiod is and how it is trusted
 * @param identity what the proxies say of the cluster they are in
 * @param proxy how the proxy runs
 * @param capture which traffic goes through the proxy
 * @param probing how the proxy and its application are probed
 * @param node what nodes have to offer
 * @param injectedAnnotations put on each pod that is injected
 * @param values all of them, for custom templates
 */
public record SidecarSettings(
        String revision,
        Images images,
        ControlPlane controlPlane,
        Identity identity,
        ProxyDefaults proxy,
        Capture capture,
        Probing probing,
        Node node,
        Map<String, String> injectedAnnotations,
        HelmValues values) {

    /**
     * Images of proxies.
     *
     * @param hub registry and path
     * @param tag of all images
     * @param variant such as {@code distroless}; empty for none
     * @param proxy a name, or a whole reference if it has a slash
     * @param init the same for init containers
     * @param pullPolicy empty for Kubernetes' own
     * @param pullSecrets names of Secrets
     */
    public record Images(
            String hub,
            String tag,
            String variant,
            String proxy,
            String init,
            String pullPolicy,
            List<String> pullSecrets) {}

    /**
     * Istiod as seen from a pod.
     *
     * @param caAddress host and port
     * @param certProvider {@code PILOT_CERT_PROVIDER}
     * @param caName {@code GkeWorkloadCertificate} or empty
     * @param tokenAudience of the projected token
     * @param trustBundle name of the ConfigMap or ClusterTrustBundle with the root; empty for the usual one
     * @param clusterTrustBundles whether the root comes from a ClusterTrustBundle
     * @param crlConfigMap name of the ConfigMap with revoked certificates
     * @param mountMtlsCerts whether a Secret with certificates is mounted
     */
    public record ControlPlane(
            String caAddress,
            String certProvider,
            String caName,
            String tokenAudience,
            String trustBundle,
            boolean clusterTrustBundles,
            String crlConfigMap,
            boolean mountMtlsCerts) {
        /** Whether the root comes from istiod. */
        public boolean isIstiod() {
            return certProvider.equals("istiod");
        }

        /** Whether Google mounts the certificates. */
        public boolean isGke() {
            return caName.equals("GkeWorkloadCertificate");
        }
    }

    /**
     * Who is where; each empty if nobody said.
     *
     * @param clusterName of the cluster
     * @param network of its pods
     * @param meshId of the mesh
     * @param trustDomain when the mesh config gives none
     * @param platform such as {@code openshift}
     */
    public record Identity(String clusterName, String network, String meshId, String trustDomain, String platform) {}

    /**
     * How the proxy's container runs.
     *
     * @param clusterDomain of Kubernetes' DNS
     * @param logs what is logged
     * @param privileged whether containers are
     * @param capNetBindService whether ports under 1024 may be bound
     * @param holdApplication whether the application waits for the proxy
     * @param stsPort of the token exchange, 0 for none
     * @param resources requests and limits; null for none
     * @param seccompProfile null for none
     * @param lifecycle hooks of the container; null for those that fit
     * @param tracer such as {@code datadog}
     */
    public record ProxyDefaults(
            String clusterDomain,
            Logs logs,
            boolean privileged,
            boolean capNetBindService,
            boolean holdApplication,
            int stsPort,
            @Nullable JsonNode resources,
            @Nullable JsonNode seccompProfile,
            @Nullable JsonNode lifecycle,
            String tracer) {}

    /**
     * What is logged.
     *
     * @param proxy level of the proxy
     * @param components levels of its parts
     * @param agent levels of the agent's parts
     * @param asJson whether lines are JSON
     * @param outlierPath file of outlier events; empty for none
     */
    public record Logs(String proxy, String components, String agent, boolean asJson, String outlierPath) {}

    /** Which traffic goes through the proxy where a pod says nothing: lists divided by commas, {@code *} for all. */
    public record Capture(
            String includeIPRanges,
            String excludeIPRanges,
            String includeInboundPorts,
            String excludeInboundPorts,
            String includeOutboundPorts,
            String excludeOutboundPorts,
            boolean forceApplyIptables,
            boolean nativeNftables) {}

    /**
     * How the proxy and its application are probed.
     *
     * @param statusPort the agent's; 0 for no probes
     * @param initialDelaySeconds of the readiness probe
     * @param periodSeconds of it
     * @param failureThreshold of it
     * @param startupFailureThreshold of the startup probe; 0 for none
     * @param rewriteApplication whether the application's probes go through the agent
     */
    public record Probing(
            int statusPort,
            int initialDelaySeconds,
            int periodSeconds,
            int failureThreshold,
            int startupFailureThreshold,
            boolean rewriteApplication) {}

    /**
     * What nodes have to offer.
     *
     * @param cni whether a CNI plugin redirects traffic
     * @param multus whether it is called by Multus
     * @param nativeSidecars whether proxies run as native sidecars
     * @param compliancePolicy such as {@code fips-140-3}; empty for none
     */
    public record Node(boolean cni, boolean multus, NativeSidecars nativeSidecars, String compliancePolicy) {}

    /** Istio's {@code ENABLE_NATIVE_SIDECARS}. */
    public enum NativeSidecars {
        /** Where the node's kubelet has them for good, which is since Kubernetes 1.33. */
        AUTO,
        /** Everywhere. */
        ENABLED,
        /** Nowhere. */
        DISABLED
    }

    /** This distribution's defaults. */
    public static SidecarSettings defaults() {
        return of(HelmValues.defaults());
    }

    /**
     * What values say.
     *
     * @throws IllegalArgumentException if a value can't be what it should, naming it
     */
    public static SidecarSettings of(HelmValues values) {
        return SettingsReader.read(values);
    }
}

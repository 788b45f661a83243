package dev.lateen.istiod.kubernetes.connection;

import dev.lateen.istiod.input.ConfigInput;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a cluster is reached, and who this control plane is in it. Names are Istio's.
 *
 * @param id the cluster's id ({@code --clusterID}, {@code CLUSTER_ID}; Kubernetes)
 * @param kubeconfig how the API server is reached ({@code --kubeconfig}); null from inside the cluster
 * @param namespace in which the control plane is ({@code --namespace}, {@code POD_NAMESPACE}; istio-system)
 * @param revision of the control plane ({@code REVISION}); empty for the default one
 * @param podName what others call this instance by ({@code POD_NAME})
 */
public record ClusterBootstrap(
        String id, @Nullable Path kubeconfig, String namespace, String revision, String podName) {
    /** A cluster that a kubeconfig leads to, with Istio's defaults. */
    public static ClusterBootstrap of(@Nullable Path kubeconfig) {
        return new ClusterBootstrap(ConfigInput.LOCAL_CLUSTER, kubeconfig, "istio-system", "", podNameOrProcess());
    }

    /** Whether this process is a container of a cluster. */
    public static boolean isInCluster() {
        String host = System.getenv("KUBERNETES_SERVICE_HOST");
        return host != null && !host.isEmpty();
    }

    /** The API server as a container of the cluster is told of it. */
    static String masterUrl() {
        String host = System.getenv("KUBERNETES_SERVICE_HOST");
        String port = System.getenv("KUBERNETES_SERVICE_PORT");
        boolean bare = host != null && host.contains(":") && !host.startsWith("[");
        return "https://" + (bare ? "[" + host + "]" : host) + ":" + (port == null || port.isEmpty() ? "443" : port)
                + "/";
    }

    /** {@code POD_NAME}; a process outside of pods is called by its machine and number. */
    public static String podNameOrProcess() {
        String pod = System.getenv("POD_NAME");
        if (pod != null && !pod.isEmpty()) {
            return pod;
        }
        String machine = System.getenv("HOSTNAME");
        return "istiod-" + (machine == null || machine.isEmpty() ? "" : machine + "-")
                + ProcessHandle.current().pid();
    }
}

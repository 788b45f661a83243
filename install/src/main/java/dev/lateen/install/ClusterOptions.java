package dev.lateen.install;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.istiod.kubernetes.connection.ClusterBootstrap;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say which cluster a control plane belongs to, with the names that pilot-discovery has for them. */
final class ClusterOptions {
    private static final String KUBERNETES = "Kubernetes";

    @Option(
            names = "--registries",
            paramLabel = "NAME",
            split = ",",
            defaultValue = KUBERNETES,
            description =
                    "Registries beside files: Kubernetes, read where --kubeconfig is given or istiod is in a cluster,"
                            + " or none (default: ${DEFAULT-VALUE}).")
    private List<String> registries = List.of(KUBERNETES);

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "Follow the cluster that this file leads to (default: the one that istiod is in, if any).")
    private @Nullable Path kubeconfig;

    @Option(
            names = "--clusterID",
            paramLabel = "ID",
            defaultValue = "${env:CLUSTER_ID:-Kubernetes}",
            description = "The id of that cluster (CLUSTER_ID; default: Kubernetes).")
    private String id = "";

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NS",
            defaultValue = "${env:POD_NAMESPACE:-istio-system}",
            description = "Where the control plane is in it (POD_NAMESPACE; default: istio-system).")
    private String namespace = "";

    @Option(
            names = "--revision",
            paramLabel = "NAME",
            defaultValue = "${env:REVISION:-}",
            description = "The revision of the control plane (REVISION; default: none).")
    private String revision = "";

    /** The cluster; null if none is to be followed. */
    @Nullable
    ClusterBootstrap cluster() {
        for (String registry : registries) {
            if (!registry.equals(KUBERNETES) && !registry.equals("none")) {
                throw new CommandFailure(
                        CommandFailure.BAD_INPUT,
                        "--registries: " + registry + " (expected: " + KUBERNETES + ", or none)");
            }
        }
        if (!registries.contains(KUBERNETES) || kubeconfig == null && !ClusterBootstrap.isInCluster()) {
            return null;
        }
        return new ClusterBootstrap(id, kubeconfig, namespace, revision, ClusterBootstrap.podNameOrProcess());
    }
}

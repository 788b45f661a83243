package dev.lateen.install.pod;

import org.jspecify.annotations.Nullable;

/**
 * What the command line of a pod's proxy says.
 *
 * @param type {@code sidecar} or {@code router}
 * @param domain DNS domain of the pod's namespace; empty for the usual one
 * @param serviceCluster the node's cluster; empty for "by the pod"
 * @param concurrency event loops, 0 for one a CPU; null if nothing is said
 */
public record PodFlags(
        String type,
        String domain,
        String serviceCluster,
        @Nullable Integer concurrency) {}

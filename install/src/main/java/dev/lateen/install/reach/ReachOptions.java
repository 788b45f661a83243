package dev.lateen.install.reach;

import dev.lateen.install.cluster.ApiServerOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which cluster a tool reaches into, and whom it means there without being told; by istioctl's names. */
public final class ReachOptions {
    private static final String ISTIO_NAMESPACE = "istio-system";

    @Mixin
    private ApiServerOptions cluster = new ApiServerOptions();

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NS",
            description =
                    "The namespace of pods that are named without one (default: that of the kubeconfig's context).")
    private @Nullable String namespace;

    @Option(
            names = {"-i", "--istioNamespace"},
            paramLabel = "NS",
            description = "The control plane's namespace (default: " + ISTIO_NAMESPACE + ").")
    private @Nullable String istioNamespace;

    @Option(
            names = {"-r", "--revision"},
            paramLabel = "REV",
            description = "Only control planes of this revision.")
    private @Nullable String revision;

    /** Whether the user said anything that makes sense for a cluster alone. */
    public boolean isGiven() {
        return cluster.isGiven() || istioNamespace != null || revision != null;
    }

    /** Whether there is a cluster to be asked. */
    public boolean isKnown() {
        return isGiven() || cluster.isKnown();
    }

    /** The namespace that was said; null for none. */
    public @Nullable String namespace() {
        return namespace;
    }

    /**
     * The way into it, to be closed; nothing is asked yet.
     *
     * @throws dev.lateen.install.failure.CommandFailure if the kubeconfig is no good
     */
    public ClusterReach open() {
        return new ClusterReach(
                cluster.connect(), namespace, istioNamespace == null ? ISTIO_NAMESPACE : istioNamespace, revision);
    }
}

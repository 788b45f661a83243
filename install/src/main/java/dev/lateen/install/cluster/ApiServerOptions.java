package dev.lateen.install.cluster;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.istiod.kubernetes.connection.ClientKeys;
import dev.lateen.istiod.kubernetes.connection.ClusterBootstrap;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which cluster a command is for, by istioctl's names: the options, else the variable KUBECONFIG and its kin. */
public final class ApiServerOptions {
    /** A server that is away is said to be so within seconds, however often it is tried. */
    private static final int CONNECT_MILLIS = 3_000;

    @Option(
            names = {"-c", "--kubeconfig"},
            paramLabel = "FILE",
            description = "The kubeconfig (default: the variable KUBECONFIG, else ~/.kube/config).")
    private @Nullable Path kubeconfig;

    @Option(names = "--context", paramLabel = "NAME", description = "The context in it (default: its current one).")
    private @Nullable String context;

    /** Whether the user named a cluster here. */
    public boolean isGiven() {
        return kubeconfig != null || context != null;
    }

    /** Whether there is a cluster to speak of: the user's choice, a kubeconfig in its usual places, or the one that this process runs in. */
    public boolean isKnown() {
        return isGiven()
                || ClusterBootstrap.isInCluster()
                || Config.autoConfigure(null).getCurrentContext() != null;
    }

    /**
     * A client, to be closed.
     *
     * @throws CommandFailure if the file or the context is not there
     */
    public KubernetesClient connect() {
        Config config = config();
        if (context != null
                && (config.getCurrentContext() == null
                        || !context.equals(config.getCurrentContext().getName()))) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT,
                    "--context: " + context + ": there is none of that name in the kubeconfig");
        }
        settleKey(config);
        // A command tells its user at once; who wants to try again types it again.
        config.setRequestRetryBackoffLimit(2);
        config.setConnectionTimeout(CONNECT_MILLIS);
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    private static void settleKey(Config config) {
        try {
            ClientKeys.withAlgorithm(config);
        } catch (IOException | IllegalArgumentException e) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT, "the kubeconfig's client key can't be read: " + e.getMessage());
        }
    }

    private Config config() {
        Path file = kubeconfig;
        if (file == null) {
            return Config.autoConfigure(context);
        }
        if (!Files.isReadable(file)) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT, "--kubeconfig: " + file + ": no such file, or not readable");
        }
        try {
            return Config.fromKubeconfig(context, file.toFile());
        } catch (RuntimeException e) {
            // The library's own message is that an error has occurred.
            Throwable cause = e.getCause() == null ? e : e.getCause();
            String message = String.valueOf(cause.getMessage());
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT,
                    "--kubeconfig: " + file + ": " + message.lines().findFirst().orElse("")
                            + " (expected: a kubeconfig)");
        }
    }
}

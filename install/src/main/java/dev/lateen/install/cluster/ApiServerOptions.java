package dev.lateen.install.cluster;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.istiod.kubernetes.connection.ClientKeys;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which cluster a command is for, by istioctl's names: the options, else the variable KUBECONFIG and its kin. */
final class ApiServerOptions {
    @Option(
            names = {"-c", "--kubeconfig"},
            paramLabel = "FILE",
            description = "The kubeconfig (default: the variable KUBECONFIG, else ~/.kube/config).")
    private @Nullable Path kubeconfig;

    @Option(names = "--context", paramLabel = "NAME", description = "The context in it (default: its current one).")
    private @Nullable String context;

    /**
     * A client, to be closed.
     *
     * @throws CommandFailure if the file or the context is not there
     */
    KubernetesClient connect() {
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
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT,
                    "--kubeconfig: " + file + ": " + e.getMessage() + " (expected: a kubeconfig)");
        }
    }
}

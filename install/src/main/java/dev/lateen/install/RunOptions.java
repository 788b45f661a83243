package dev.lateen.install;

import dev.lateen.api.schema.GoDuration;
import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.failure.IoReason;
import dev.lateen.install.run.RunBootstrap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that {@code run} and {@code demo} share. */
final class RunOptions {
    @Option(
            names = "--gateway-port",
            paramLabel = "N",
            description =
                    "Port of 127.0.0.1 for the first HTTP server of the ingress gateway (default: the Gateway's own).")
    private @Nullable String gatewayPort;

    @Option(
            names = "--meshConfig",
            paramLabel = "FILE",
            description = "Mesh config as in Istio's ConfigMap (default: Istio's defaults).")
    private @Nullable Path meshConfig;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "Where keys, logs and generated files are kept (default: a temporary directory).")
    private @Nullable Path state;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            description = "Drain and end after this time, such as 30s or 5m (default: on Ctrl-C).")
    private @Nullable String duration;

    @Mixin
    private IstiodAddresses istiod = new IstiodAddresses();

    @Option(
            names = "--httpsAddr",
            paramLabel = "ADDR",
            defaultValue = "127.0.0.1:15017",
            description = "Webhooks (default: ${DEFAULT-VALUE}).")
    private String https = "";

    @Option(
            names = "--pod-network",
            paramLabel = "A.B",
            defaultValue = "127.1",
            description = "First two numbers of the pods' addresses (default: ${DEFAULT-VALUE}).")
    private String podNetwork = "";

    @Option(
            names = "--app-network",
            paramLabel = "A.B",
            defaultValue = "127.2",
            description = "First two numbers of the addresses behind the sidecars (default: ${DEFAULT-VALUE}).")
    private String appNetwork = "";

    /** The options as start-up settings; makes the state directory. */
    RunBootstrap bootstrap(List<Path> paths) {
        if (podNetwork.equals(appNetwork)) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT,
                    "--app-network: " + appNetwork + " (expected: another than that of --pod-network)");
        }
        return new RunBootstrap(
                paths,
                meshConfig,
                gatewayPort == null
                        ? OptionalInt.empty()
                        : OptionalInt.of(ListenOption.port("--gateway-port", gatewayPort)),
                stateDirectory(),
                duration == null ? Optional.empty() : Optional.of(durationOf(duration)),
                new RunBootstrap.Addresses(
                        istiod.grpc(),
                        istiod.secureGrpc(),
                        istiod.monitoring(),
                        ListenOption.parse("--httpsAddr", https)),
                network("--pod-network", podNetwork),
                network("--app-network", appNetwork));
    }

    boolean isStateTemporary() {
        return state == null;
    }

    private Path stateDirectory() {
        try {
            return state == null ? Files.createTempDirectory("lateen-") : Files.createDirectories(state);
        } catch (IOException e) {
            throw new CommandFailure(CommandFailure.FAILED, "--state: can't make " + state + ": " + IoReason.of(e));
        }
    }

    private static String network(String flag, String value) {
        String[] parts = value.split("\\.", -1);
        boolean good = parts.length == 2
                && parts[0].equals("127")
                && parts[1].matches("[0-9]{1,3}")
                && Integer.parseInt(parts[1]) >= 1
                && Integer.parseInt(parts[1]) <= 255;
        if (!good) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT,
                    flag + ": " + value + " (expected: 127 and a number from 1 to 255, such as 127.1)");
        }
        return value;
    }

    /** A time such as {@code 500ms}, {@code 30s}, {@code 5m}, {@code 1h}, or {@code 1m30s}. */
    static Duration durationOf(String text) {
        return GoDuration.parse(text)
                .filter(Duration::isPositive)
                .orElseThrow(() -> new CommandFailure(
                        CommandFailure.BAD_INPUT,
                        "--duration: " + text + " (expected: a time such as 30s, 5m or 1h30m)"));
    }
}

package dev.lateen.install.run;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * How a mesh on one machine is started.
 *
 * @param paths the users' manifests: files and directories
 * @param meshConfig a file with mesh config; null for Istio's defaults
 * @param gatewayPort where the first HTTP server of the ingress gateway listens; empty takes the Gateway's own port
 * @param state where keys, logs and generated files are kept
 * @param duration when it ends by itself; empty never
 * @param addresses where the control plane listens
 * @param podNetwork the first two numbers of pod addresses
 * @param appNetwork the first two numbers of app addresses
 */
public record RunBootstrap(
        List<Path> paths,
        @Nullable Path meshConfig,
        OptionalInt gatewayPort,
        Path state,
        Optional<Duration> duration,
        Addresses addresses,
        String podNetwork,
        String appNetwork) {
    /** Copies the list. */
    public RunBootstrap {
        paths = List.copyOf(paths);
    }

    /** Where the control plane listens, with the flags of Istio that say so. */
    public record Addresses(Listen grpc, Listen secureGrpc, Listen monitoring, Listen https) {}

    /**
     * An address to listen on.
     *
     * @param flag the option that chooses another
     * @param host the address
     * @param port the port, 1 to 65535
     */
    public record Listen(String flag, String host, int port) {
        /** Where who listens there is reached from this machine: all addresses are one of them. */
        Listen reachable() {
            return switch (host) {
                case "0.0.0.0" -> new Listen(flag, "127.0.0.1", port);
                case "::" -> new Listen(flag, "::1", port);
                default -> this;
            };
        }

        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    Path generated() {
        return state.resolve("generated");
    }

    Path logs() {
        return state.resolve("logs");
    }
}

package dev.lateen.install;

import dev.lateen.install.run.RunBootstrap.Listen;
import picocli.CommandLine.Option;

/** The options that say where istiod listens, with Istio's names and ports. */
final class IstiodAddresses {
    @Option(
            names = "--grpcAddr",
            paramLabel = "ADDR",
            defaultValue = "127.0.0.1:15010",
            description = "Config for proxies, plaintext (default: ${DEFAULT-VALUE}).")
    private String grpc = "";

    @Option(
            names = "--secureGRPCAddr",
            paramLabel = "ADDR",
            defaultValue = "127.0.0.1:15012",
            description = "Config and certificates for proxies, TLS (default: ${DEFAULT-VALUE}).")
    private String secureGrpc = "";

    @Option(
            names = "--monitoringAddr",
            paramLabel = "ADDR",
            defaultValue = "127.0.0.1:15014",
            description = "Metrics, readiness and debug pages (default: ${DEFAULT-VALUE}).")
    private String monitoring = "";

    Listen grpc() {
        return ListenOption.parse("--grpcAddr", grpc);
    }

    Listen secureGrpc() {
        return ListenOption.parse("--secureGRPCAddr", secureGrpc);
    }

    Listen monitoring() {
        return ListenOption.parse("--monitoringAddr", monitoring);
    }
}

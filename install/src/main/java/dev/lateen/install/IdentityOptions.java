package dev.lateen.install;

import dev.lateen.api.schema.GoDuration;
import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.run.RunBootstrap;
import dev.lateen.proxy.ProxyBootstrap;
import dev.lateen.proxy.identity.IdentitySettings;
import dev.lateen.proxy.xds.bootstrap.XdsNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * What Istio's agent does beside Envoy, and this proxy does by itself: it gets the workload's certificate from the CA and keeps it fresh. Who
 * the workload is stands in the bootstrap's node metadata ({@code NAMESPACE}, {@code SERVICE_ACCOUNT}).
 */
final class IdentityOptions {
    @Option(
            names = "--token",
            paramLabel = "FILE",
            description =
                    "The service account's token, read anew for each certificate; with it the proxy gets the secrets"
                            + " 'default' and 'ROOTCA' from the CA instead of from the cluster 'sds-grpc'.")
    private @Nullable Path token;

    @Option(
            names = "--ca-root",
            paramLabel = "FILE",
            description = "Root certificates (PEM) by which the CA and other workloads are known; needed with --token.")
    private @Nullable Path root;

    @Option(
            names = "--ca-addr",
            paramLabel = "ADDR",
            defaultValue = "127.0.0.1:15012",
            description = "The CA (default: ${DEFAULT-VALUE}).")
    private String address = "";

    @Option(
            names = "--ca-name",
            paramLabel = "NAME",
            defaultValue = "",
            description = "The name that the CA's certificate must be for (default: the host of --ca-addr).")
    private String serverName = "";

    @Option(
            names = "--trust-domain",
            paramLabel = "NAME",
            defaultValue = "cluster.local",
            description = "Of the workload's identity (default: ${DEFAULT-VALUE}).")
    private String trustDomain = "";

    @Option(
            names = "--cert-ttl",
            paramLabel = "TIME",
            description =
                    "How long a certificate is asked for (default: what SECRET_TTL in PROXY_CONFIG's proxyMetadata"
                            + " says, else 24h); renewed at half of it.")
    private @Nullable String timeToLive;

    /**
     * The bootstrap with this identity, or as it was when none was asked for.
     *
     * @param usualLife how long a certificate is asked for, unless an option says otherwise
     */
    ProxyBootstrap addTo(ProxyBootstrap bootstrap, Duration usualLife) {
        Path tokenFile = token;
        if (tokenFile == null) {
            return bootstrap;
        }
        XdsNode node = bootstrap.node();
        RunBootstrap.Listen ca = ListenOption.parse("--ca-addr", address);
        return bootstrap.withIdentity(new IdentitySettings(
                ca.host(),
                ca.port(),
                serverName,
                roots(),
                () -> Files.readString(tokenFile).strip(),
                trustDomain,
                metadata(node, "NAMESPACE"),
                metadata(node, "SERVICE_ACCOUNT"),
                ttl(usualLife)));
    }

    private String roots() {
        Path file = root;
        if (file == null) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT, "--ca-root is missing (expected with --token: a PEM file of roots)");
        }
        try {
            String pem = Files.readString(file);
            if (!pem.contains("-----BEGIN CERTIFICATE-----")) {
                throw new CommandFailure(
                        CommandFailure.BAD_INPUT, "--ca-root: " + file + ": no certificate in it (expected: PEM)");
            }
            return pem;
        } catch (IOException e) {
            throw new CommandFailure(CommandFailure.BAD_INPUT, "--ca-root: can't read " + e.getMessage());
        }
    }

    private static String metadata(XdsNode node, String key) {
        if (node.metadata().get(key) instanceof String text && !text.isEmpty()) {
            return text;
        }
        throw new CommandFailure(
                CommandFailure.BAD_INPUT,
                "the bootstrap's node.metadata." + key + " is missing (expected with --token: whose the token is)");
    }

    private Duration ttl(Duration usual) {
        String given = timeToLive;
        if (given == null) {
            return usual;
        }
        return GoDuration.parse(given)
                .filter(Duration::isPositive)
                .orElseThrow(() -> new CommandFailure(
                        CommandFailure.BAD_INPUT, "--cert-ttl: " + given + " (expected: a time such as 24h)"));
    }
}

package dev.lateen.install.tools;

import dev.lateen.install.failure.CommandFailure;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code meshctl proxy-config KIND POD}: what a proxy has in force, read from its admin port, in istioctl's tables. */
@Command(
        name = "proxy-config",
        aliases = "pc",
        description = "Show the configuration that a proxy has in force.",
        mixinStandardHelpOptions = true)
public final class ProxyConfigCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "KIND", description = "listener, route, cluster, endpoint or secret.")
    private String kind = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "POD",
            description = "A connected pod, as proxy-status names it; its beginning is enough where only one has it.")
    private @Nullable String pod;

    @Option(
            names = "--address",
            paramLabel = "HOST",
            description = "Ask the admin port of this address instead of looking for the pod.")
    private @Nullable String address;

    @Mixin
    private ToolOptions options = new ToolOptions();

    /** What can be shown. */
    enum ConfigKind {
        LISTENER,
        ROUTE,
        CLUSTER,
        ENDPOINT,
        SECRET;

        /** By istioctl's name of it, or one of its short ones. */
        static ConfigKind of(String name) {
            return switch (name.toLowerCase(Locale.ROOT)) {
                case "listener", "listeners", "l" -> LISTENER;
                case "route", "routes", "r" -> ROUTE;
                case "cluster", "clusters", "c" -> CLUSTER;
                case "endpoint", "endpoints", "ep" -> ENDPOINT;
                case "secret", "secrets", "s" -> SECRET;
                default ->
                    throw new CommandFailure(
                            CommandFailure.BAD_INPUT,
                            "proxy-config: " + name + " (expected: listener, route, cluster, endpoint or secret)");
            };
        }
    }

    @Override
    public Integer call() {
        ConfigKind asked = ConfigKind.of(kind);
        MeshClient client = options.client();
        String host = address != null ? address : addressOf(client);
        JsonNode answer = asked == ConfigKind.ENDPOINT
                ? client.admin(host, "/clusters?format=json")
                : client.admin(host, "/config_dump");
        String text = switch (asked) {
            case LISTENER -> options.print(DumpedResources.of(answer, "ListenersConfigDump"), ListenerRows::table);
            case ROUTE -> options.print(DumpedResources.of(answer, "RoutesConfigDump"), RouteRows::table);
            case CLUSTER -> options.print(DumpedResources.of(answer, "ClustersConfigDump"), ClusterRows::table);
            case SECRET -> options.print(DumpedResources.of(answer, "SecretsConfigDump"), SecretRows::table);
            case ENDPOINT -> options.print(answer, EndpointRows::table);
        };
        spec.commandLine().getOut().print(text);
        spec.commandLine().getOut().flush();
        return 0;
    }

    private String addressOf(MeshClient client) {
        if (pod == null) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT, "proxy-config: no pod given (expected: POD, or --address HOST)");
        }
        return ConnectedProxies.of(client.istiod("/debug/adsz")).named(pod).address();
    }
}

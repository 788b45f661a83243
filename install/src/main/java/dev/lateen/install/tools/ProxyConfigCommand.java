package dev.lateen.install.tools;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

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
    private ConfigKind kind = ConfigKind.LISTENER;

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

    @Option(
            names = "--istiod",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:15014",
            description = "istiod's monitoring address (default: ${DEFAULT-VALUE}).")
    private String istiod = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table or json (default: ${DEFAULT-VALUE}).")
    private OutputFormat output = OutputFormat.TABLE;

    /** What can be shown. */
    enum ConfigKind {
        LISTENER,
        ROUTE,
        CLUSTER,
        ENDPOINT,
        SECRET
    }

    @Override
    public Integer call() {
        MeshClient client = new MeshClient(istiod);
        String host = address != null ? address : addressOf(client);
        JsonNode answer = kind == ConfigKind.ENDPOINT
                ? client.admin(host, "/clusters?format=json")
                : client.admin(host, "/config_dump");
        String text = switch (kind) {
            case LISTENER -> print(ConfigDump.of(answer, "ListenersConfigDump"), ListenerRows::table);
            case ROUTE -> print(ConfigDump.of(answer, "RoutesConfigDump"), RouteRows::table);
            case CLUSTER -> print(ConfigDump.of(answer, "ClustersConfigDump"), ClusterRows::table);
            case SECRET -> print(ConfigDump.of(answer, "SecretsConfigDump"), SecretRows::table);
            case ENDPOINT -> print(answer, EndpointRows::table);
        };
        spec.commandLine().getOut().print(text);
        spec.commandLine().getOut().flush();
        return 0;
    }

    private String addressOf(MeshClient client) {
        if (pod == null) {
            throw new dev.lateen.install.CommandFailure(
                    dev.lateen.install.CommandFailure.BAD_INPUT,
                    "proxy-config: no pod given (expected: POD, or --address HOST)");
        }
        return ConnectedProxies.of(client.istiod("/debug/adsz")).named(pod).address();
    }

    /** Makes a table of a part of the dump. */
    private interface Rows {
        String table(JsonNode part);
    }

    private String print(JsonNode part, Rows rows) {
        return output == OutputFormat.JSON
                ? JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsString(part) + "\n"
                : rows.table(part);
    }
}

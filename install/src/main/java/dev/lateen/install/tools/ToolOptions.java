package dev.lateen.install.tools;

import dev.lateen.install.failure.CommandFailure;
import java.util.Locale;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The options of the tools that ask a running mesh. */
final class ToolOptions {
    @Option(
            names = "--istiod",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:15014",
            description = "istiod's monitoring address (default: ${DEFAULT-VALUE}).")
    private String istiod = "";

    @Option(
            names = "--proxy-admin-port",
            paramLabel = "PORT",
            defaultValue = "" + MeshClient.ADMIN_PORT,
            description = "The proxies' admin port (default: ${DEFAULT-VALUE}).")
    private int adminPort;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "short",
            description = "short (a table), json or yaml (default: ${DEFAULT-VALUE}).")
    private String output = "";

    MeshClient client() {
        return new MeshClient(istiod, adminPort);
    }

    /** What was asked for, as it was asked for. */
    String print(JsonNode content, Rows rows) {
        return switch (output.toLowerCase(Locale.ROOT)) {
            case "short", "table" -> rows.table(content);
            case "json" ->
                JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n";
            case "yaml" -> YAMLMapper.builder().build().writeValueAsString(content);
            default ->
                throw new CommandFailure(
                        CommandFailure.BAD_INPUT, "--output: " + output + " (expected: short, json or yaml)");
        };
    }

    /** Makes a table. */
    @FunctionalInterface
    interface Rows {
        String table(JsonNode content);
    }
}

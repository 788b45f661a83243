package dev.lateen.install.tools;

import dev.lateen.install.failure.CommandFailure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Which resources {@code proxy-config} shows, by istioctl's options; without any it is all. */
final class ConfigFilters {
    @Option(names = "--fqdn", paramLabel = "TEXT", description = "Clusters whose service's name has this in it.")
    private @Nullable String fqdn;

    @Option(names = "--direction", paramLabel = "WORD", description = "Clusters of this direction: inbound, outbound.")
    private @Nullable String direction;

    @Option(names = "--subset", paramLabel = "TEXT", description = "Clusters whose subset has this in it.")
    private @Nullable String subset;

    @Option(names = "--port", paramLabel = "PORT", description = "Clusters, listeners or endpoints of this port.")
    private @Nullable Integer port;

    @Option(names = "--name", paramLabel = "NAME", description = "The route configuration of this name.")
    private @Nullable String name;

    @Option(names = "--cluster", paramLabel = "NAME", description = "Endpoints of this cluster.")
    private @Nullable String cluster;

    @Option(names = "--status", paramLabel = "WORD", description = "Endpoints of this status, such as healthy.")
    private @Nullable String status;

    /**
     * What is left of it.
     *
     * @throws CommandFailure for an option that says nothing of this kind
     */
    JsonNode apply(ConfigKind kind, JsonNode part) {
        Map<String, @Nullable Object> given = new LinkedHashMap<>();
        given.put("--fqdn", fqdn);
        given.put("--direction", direction);
        given.put("--subset", subset);
        given.put("--port", port);
        given.put("--name", name);
        given.put("--cluster", cluster);
        given.put("--status", status);
        given.values().removeIf(Objects::isNull);
        List<String> known = switch (kind) {
            case CLUSTER -> List.of("--fqdn", "--direction", "--subset", "--port");
            case LISTENER -> List.of("--port");
            case ROUTE -> List.of("--name");
            case ENDPOINT -> List.of("--cluster", "--port", "--status");
            case ALL, BOOTSTRAP, SECRET, ECDS, LOG -> List.of();
        };
        given.keySet().stream()
                .filter(option -> !known.contains(option))
                .findFirst()
                .ifPresent(option -> {
                    throw new CommandFailure(
                            CommandFailure.BAD_INPUT,
                            option + ": says nothing of " + kind.word() + " (expected: "
                                    + (known.isEmpty() ? "none of these options" : String.join(", ", known)) + ")");
                });
        return given.isEmpty() ? part : kind == ConfigKind.ENDPOINT ? hosts(part) : matching(kind, part);
    }

    private JsonNode matching(ConfigKind kind, JsonNode part) {
        ArrayNode kept = JsonMapper.builder().build().createArrayNode();
        for (JsonNode each : part) {
            boolean matches = switch (kind) {
                case CLUSTER -> ofCluster(each.path("name").asString("").split("\\|", -1));
                case LISTENER -> isPort(each.path("address"));
                default -> Objects.equals(name, each.path("name").asString(""));
            };
            if (matches) {
                kept.add(each);
            }
        }
        return kept;
    }

    /** DIRECTION|PORT|SUBSET|HOST; other names have none of them. */
    private boolean ofCluster(String[] parts) {
        return parts.length == 4
                && (direction == null || direction.equalsIgnoreCase(parts[0]))
                && (port == null || parts[1].equals(port.toString()))
                && (subset == null || parts[2].contains(subset))
                && (fqdn == null || parts[3].contains(fqdn));
    }

    private boolean isPort(JsonNode address) {
        return port == null || address.path("socket_address").path("port_value").asInt(0) == port;
    }

    private JsonNode hosts(JsonNode page) {
        ObjectNode kept = JsonMapper.builder().build().createObjectNode();
        ArrayNode clusters = kept.putArray("cluster_statuses");
        for (JsonNode each : page.path("cluster_statuses")) {
            if (cluster != null && !cluster.equals(each.path("name").asString(""))) {
                continue;
            }
            ObjectNode one = ((ObjectNode) each).deepCopy();
            ArrayNode hosts = one.putArray("host_statuses");
            for (JsonNode host : each.path("host_statuses")) {
                if (isPort(host.path("address"))
                        && (status == null || status.equalsIgnoreCase(EndpointRows.status(host)))) {
                    hosts.add(host);
                }
            }
            if (!hosts.isEmpty()) {
                clusters.add(one);
            }
        }
        return kept;
    }
}

package dev.lateen.install.tools;

import dev.lateen.install.failure.CommandFailure;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** What {@code proxy-config} can show, by istioctl's words and short words. */
enum ConfigKind {
    ALL("", "all", "a"),
    BOOTSTRAP("BootstrapConfigDump", "bootstrap", "b"),
    CLUSTER("ClustersConfigDump", "cluster", "clusters", "c"),
    LISTENER("ListenersConfigDump", "listener", "listeners", "l"),
    ROUTE("RoutesConfigDump", "route", "routes", "r"),
    ENDPOINT("", "endpoint", "endpoints", "ep"),
    SECRET("SecretsConfigDump", "secret", "secrets", "s"),
    ECDS("EcdsConfigDump", "ecds", "ec"),
    LOG("", "log", "o");

    private final String section;

    @SuppressWarnings("ImmutableEnumChecker") // what List.of gives is
    private final List<String> words;

    ConfigKind(String section, String... words) {
        this.section = section;
        this.words = List.of(words);
    }

    /** Its whole word. */
    String word() {
        return words.getFirst();
    }

    /** @throws CommandFailure for a word that is none of them */
    static ConfigKind of(String name) {
        String word = name.toLowerCase(Locale.ROOT);
        for (ConfigKind kind : values()) {
            if (kind.words.contains(word)) {
                return kind;
            }
        }
        throw new CommandFailure(
                CommandFailure.BAD_INPUT,
                "proxy-config: " + name + " (expected: "
                        + Stream.of(values()).map(ConfigKind::word).collect(Collectors.joining(", ")) + ")");
    }

    /** The admin page that has it. */
    String path() {
        return switch (this) {
            case ENDPOINT -> "/clusters?format=json";
            case ALL -> "/config_dump?include_eds=true";
            case LOG -> "/logging";
            case BOOTSTRAP, CLUSTER, LISTENER, ROUTE, SECRET, ECDS -> "/config_dump";
        };
    }

    /** What of that page is it. */
    JsonNode part(JsonNode page) {
        return switch (this) {
            case ALL, ENDPOINT, LOG -> page;
            case BOOTSTRAP -> DumpedResources.section(page, section);
            case CLUSTER, LISTENER, ROUTE, SECRET, ECDS -> DumpedResources.of(page, section);
        };
    }

    /** As a table. */
    String table(JsonNode part) {
        return switch (this) {
            case BOOTSTRAP -> BootstrapRows.table(part);
            case CLUSTER -> ClusterRows.table(part);
            case LISTENER -> ListenerRows.table(part);
            case ROUTE -> RouteRows.table(part);
            case SECRET -> SecretRows.table(part);
            case ENDPOINT -> part.has("cluster_statuses") ? EndpointRows.table(part) : EndpointRows.ofDump(part);
            case ECDS -> EcdsRows.table(part);
            case ALL -> everything(part);
            case LOG -> throw new IllegalStateException("loggers come as text");
        };
    }

    private static String everything(JsonNode dump) {
        return Stream.of(BOOTSTRAP, CLUSTER, LISTENER, ROUTE, SECRET, ENDPOINT)
                .map(kind -> kind.table(kind.part(dump)))
                .collect(Collectors.joining("\n"));
    }
}

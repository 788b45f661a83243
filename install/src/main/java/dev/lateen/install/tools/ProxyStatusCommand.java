package dev.lateen.install.tools;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.tools.AskedMesh.IstiodPage;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code meshctl proxy-status}: who is connected, and whether each has acknowledged what it was sent, as {@code istioctl proxy-status}. */
@Command(
        name = "proxy-status",
        aliases = "ps",
        description = "Tell for each proxy whether it is in sync with istiod.",
        mixinStandardHelpOptions = true)
public final class ProxyStatusCommand implements Callable<Integer> {
    /** The short words of types, and istiod's. */
    private static final Map<String, String> TYPES = new LinkedHashMap<>();

    static {
        TYPES.put("CDS", "cluster");
        TYPES.put("LDS", "listener");
        TYPES.put("EDS", "endpoint");
        TYPES.put("RDS", "route");
        TYPES.put("ECDS", "extensionconfig");
    }

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", arity = "0..1", paramLabel = "POD", description = "Only this proxy.")
    private @Nullable String pod;

    @Mixin
    private ToolOptions options = new ToolOptions();

    @Override
    public Integer call() {
        PrintWriter errors = spec.commandLine().getErr();
        try (AskedMesh mesh = options.mesh(null, errors)) {
            List<IstiodPage> answers = mesh.istiods("/debug/syncz");
            requireOne(answers);
            List<JsonNode> proxies = proxies(answers);
            if (pod != null) {
                String name = only(proxies, pod);
                proxies.removeIf(proxy -> !name.equals(proxy.path("proxy").asString("")));
            }
            proxies.sort(Comparator.comparing(proxy -> proxy.path("proxy").asString("")));
            ArrayNode shown = JsonMapper.builder().build().createArrayNode().addAll(proxies);
            spec.commandLine().getOut().print(options.print(shown, found -> table(found) + remarks(mesh, found)));
            spec.commandLine().getOut().flush();
            return told(answers, errors);
        }
    }

    /** Several control planes have the proxies among them; each proxy says whose it is. */
    private static List<JsonNode> proxies(List<IstiodPage> answers) {
        List<JsonNode> proxies = new ArrayList<>();
        for (IstiodPage answer : answers) {
            if (answer.text() != null) {
                for (JsonNode proxy : MeshClient.json(answer.istiod() + " /debug/syncz", answer.text())) {
                    boolean named = !answer.istiod().equals(MeshByAddress.NAMELESS);
                    if (named && proxy instanceof ObjectNode object) {
                        object.put("istiod", answer.istiod());
                    }
                    proxies.add(proxy);
                }
            }
        }
        return proxies;
    }

    private String only(List<JsonNode> proxies, String given) {
        return ConnectedProxies.ofStatus(proxies)
                .in(options.namespace())
                .named(given)
                .name();
    }

    /** @throws CommandFailure if nobody answered: an empty table would say that there are no proxies */
    static void requireOne(List<IstiodPage> answers) {
        if (answers.stream().allMatch(answer -> answer.failure() != null)) {
            throw new CommandFailure(
                    CommandFailure.FAILED,
                    answers.stream()
                            .map(answer -> answer.istiod() + " did not answer: " + answer.failure())
                            .collect(Collectors.joining("\nmeshctl: ")));
        }
    }

    /** A table that lacks some proxies is no success. */
    static int told(List<IstiodPage> answers, PrintWriter errors) {
        int exitCode = 0;
        for (IstiodPage answer : answers) {
            if (answer.failure() != null) {
                errors.println("meshctl: " + answer.istiod() + " did not answer, its proxies are missing: "
                        + answer.failure());
                exitCode = CommandFailure.FAILED;
            }
        }
        return exitCode;
    }

    private static String table(JsonNode proxies) {
        TextTable table = new TextTable("NAME", "CLUSTER", "CDS", "LDS", "EDS", "RDS", "ECDS", "ISTIOD", "VERSION");
        for (JsonNode proxy : proxies) {
            table.row(
                    proxy.path("proxy").asString(""),
                    proxy.path("cluster_id").asString(""),
                    state(proxy, "cluster"),
                    state(proxy, "listener"),
                    state(proxy, "endpoint"),
                    state(proxy, "route"),
                    state(proxy, "extensionconfig"),
                    proxy.path("istiod").asString(MeshByAddress.NAMELESS),
                    proxy.path("istio_version").asString(""));
        }
        return table.text();
    }

    /** Under the table: what is stale and why, what istiod refused, and what proxies of this machine can't build. */
    private static String remarks(AskedMesh mesh, JsonNode proxies) {
        String text = reasons(proxies) + gaps(mesh, proxies) + refused(mesh);
        return text.isEmpty() ? "" : "\n" + text;
    }

    /** The objects that istiod does not take as they stand; of an istiod that can't say nothing is said. */
    private static String refused(AskedMesh mesh) {
        Set<String> lines = new LinkedHashSet<>();
        try {
            for (IstiodPage answer : mesh.istiods("/debug/objectz")) {
                if (answer.text() != null) {
                    for (JsonNode object : MeshClient.json(answer.istiod(), answer.text())) {
                        if (object.path("verdict").asString("").equals("REFUSED")) {
                            lines.add(refusal(object));
                        }
                    }
                }
            }
        } catch (CommandFailure olderIstiod) {
            return "";
        }
        return String.join("", lines);
    }

    private static String refusal(JsonNode object) {
        String why = object.path("problems").path(0).path("found").asString("");
        return "%s: refused: %s%s%n"
                .formatted(
                        object.path("object").asString(""),
                        why,
                        object.path("keepsLastGood").asBoolean(false) ? "; what was last good stays" : "");
    }

    /** Asked of the proxies themselves, as far as they answer here; the table is whole without it. */
    private static String gaps(AskedMesh mesh, JsonNode proxies) {
        StringBuilder text = new StringBuilder();
        try {
            for (JsonNode proxy : proxies) {
                String name = proxy.path("proxy").asString("");
                AskedMesh.ProxyPages pages = mesh.neighbour(name);
                if (pages != null) {
                    gaps(pages)
                            .forEach(gap ->
                                    text.append(name).append(": ").append(gap).append('\n'));
                }
            }
        } catch (CommandFailure unreachable) {
            return "";
        }
        return text.toString();
    }

    private static List<String> gaps(AskedMesh.ProxyPages proxy) {
        List<String> gaps = new ArrayList<>();
        try {
            for (JsonNode gap : MeshClient.json(proxy.name(), proxy.get("/config_gaps"))) {
                gaps.add(gap.path("text").asString(""));
            }
        } catch (CommandFailure elsewhere) {
            return List.of();
        }
        return gaps;
    }

    /** Under the table, why something is stale. */
    private static String reasons(JsonNode proxies) {
        StringBuilder text = new StringBuilder();
        for (JsonNode proxy : proxies) {
            String name = proxy.path("proxy").asString("");
            String since = proxy.path("disconnected_at").asString("");
            if (!since.isEmpty()) {
                text.append(name).append(": no stream since ").append(since).append('\n');
            }
            TYPES.forEach((word, type) -> {
                String reason = proxy.path(type + "_rejected").asString("");
                if (!reason.isEmpty()) {
                    text.append("%s: %s rejected: %s%n".formatted(name, word, reason.replace("\n", "; ")));
                }
            });
        }
        return text.toString();
    }

    private static String state(JsonNode proxy, String type) {
        String sent = proxy.path(type + "_sent").asString("");
        String acked = proxy.path(type + "_acked").asString("");
        if (sent.isEmpty()) {
            return "IGNORED";
        }
        if (proxy.has("disconnected_at")) {
            return "DISCONNECTED";
        }
        boolean rejected = !proxy.path(type + "_rejected").asString("").isEmpty();
        return sent.equals(acked) && !rejected ? "SYNCED" : "STALE";
    }
}

package dev.lateen.install.tools;

import dev.lateen.install.failure.CommandFailure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

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
        List<JsonNode> proxies = new ArrayList<>();
        for (JsonNode proxy : options.client().istiod("/debug/syncz")) {
            proxies.add(proxy);
        }
        if (pod != null) {
            String name = ConnectedProxies.ofStatus(proxies).named(pod).name();
            proxies.removeIf(proxy -> !name.equals(proxy.path("proxy").asString("")));
        }
        proxies.sort(Comparator.comparing(proxy -> proxy.path("proxy").asString("")));
        ArrayNode shown = JsonMapper.builder().build().createArrayNode().addAll(proxies);
        spec.commandLine().getOut().print(options.print(shown, found -> table(found) + remarks(found)));
        spec.commandLine().getOut().flush();
        return 0;
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
                    proxy.path("istiod").asString("istiod"),
                    proxy.path("istio_version").asString(""));
        }
        return table.text();
    }

    /** Under the table: what is stale and why, and what proxies of this machine can't build. */
    private String remarks(JsonNode proxies) {
        String text = reasons(proxies) + gaps(proxies) + refused();
        return text.isEmpty() ? "" : "\n" + text;
    }

    /** The objects that istiod does not take as they stand; of an istiod that can't say nothing is said. */
    private String refused() {
        StringBuilder text = new StringBuilder();
        try {
            for (JsonNode object : options.client().istiod("/debug/objectz")) {
                if (object.path("verdict").asString("").equals("REFUSED")) {
                    String why = object.path("problems").path(0).path("found").asString("");
                    text.append("%s: refused: %s%s%n"
                            .formatted(
                                    object.path("object").asString(""),
                                    why,
                                    object.path("keepsLastGood").asBoolean(false) ? "; what was last good stays" : ""));
                }
            }
        } catch (CommandFailure olderIstiod) {
            return "";
        }
        return text.toString();
    }

    /** Asked of the proxies themselves, as far as they answer here; the table is whole without it. */
    private String gaps(JsonNode proxies) {
        MeshClient client = options.client();
        StringBuilder text = new StringBuilder();
        ConnectedProxies connected;
        try {
            connected = ConnectedProxies.of(client.istiod("/debug/connections"));
        } catch (CommandFailure unreachable) {
            return "";
        }
        for (JsonNode proxy : proxies) {
            String name = proxy.path("proxy").asString("");
            for (String address : connected.localAddresses(name)) {
                gaps(client, address)
                        .forEach(gap ->
                                text.append(name).append(": ").append(gap).append('\n'));
            }
        }
        return text.toString();
    }

    private static List<String> gaps(MeshClient client, String address) {
        List<String> gaps = new ArrayList<>();
        try {
            for (JsonNode gap : client.admin(address, "/config_gaps")) {
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

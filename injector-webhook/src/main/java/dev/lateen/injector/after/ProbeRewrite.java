package dev.lateen.injector.after;

import dev.lateen.injector.pod.PodFacts;
import dev.lateen.injector.tree.ContainerTrees;
import dev.lateen.injector.tree.KubernetesText;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Probes and hooks of applications go through the agent, which reaches the application past mutual TLS: each becomes an HTTP request to the agent's port, and the agent is told what it stands for.
 * Commands are left as they are. Pure but for editing the pod it is given.
 */
public final class ProbeRewrite {
    private static final String REWRITES = "sidecar.istio.io/rewriteAppHTTPProbers";
    private static final String VARIABLE = "ISTIO_KUBE_APP_PROBERS";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Ways in which the kubelet asks that the agent can ask too; hooks know no gRPC. */
    private static final List<String> WAYS = List.of("httpGet", "tcpSocket", "grpc");

    private ProbeRewrite() {}

    /** Rewrites the pod's probes, if that is wanted and it has a proxy. */
    public static void apply(ObjectNode pod, PodFacts facts, boolean injectedBefore) {
        ObjectNode proxy = ContainerTrees.proxy(pod.path("spec"));
        Boolean said = Flags.read(
                pod.path("metadata").path("annotations").path(REWRITES).asString(""));
        if (proxy == null || !(said == null ? facts.settings().probing().rewriteApplication() : said)) {
            return;
        }
        Map<String, JsonNode> probers = new TreeMap<>();
        String own = facts.annotations().get(PodFacts.STATUS_PORT);
        int agentPort = facts.start().statusPort();
        int port = own == null ? agentPort : Integer.parseInt(own.strip());
        ContainerTrees.eachButProxy(pod.path("spec"), container -> {
            for (Place place : places(container)) {
                ObjectNode prober = prober(place, ports(container), agentPort);
                if (prober != null) {
                    probers.put(place.path, prober);
                }
                rewrite(place.probe, place.path, port);
            }
        });
        if (!probers.isEmpty()) {
            tell(proxy, probers, injectedBefore);
        }
    }

    /**
     * A probe or hook of a container.
     *
     * @param probe may be edited
     * @param path at the agent
     * @param isHook of the container's life
     */
    private record Place(ObjectNode probe, String path, boolean isHook) {
        List<String> ways() {
            return isHook ? WAYS.subList(0, 2) : WAYS;
        }
    }

    private static List<Place> places(ObjectNode container) {
        String name = container.path("name").asString("");
        String health = "/app-health/" + name;
        String life = "/app-lifecycle/" + name;
        JsonNode hooks = container.path("lifecycle");
        return Stream.of(
                        place(container.path("readinessProbe"), health + "/readyz", false),
                        place(container.path("livenessProbe"), health + "/livez", false),
                        place(container.path("startupProbe"), health + "/startupz", false),
                        place(hooks.path("preStop"), life + "/prestopz", true),
                        place(hooks.path("postStart"), life + "/poststartz", true))
                .flatMap(List::stream)
                .toList();
    }

    private static List<Place> place(JsonNode probe, String path, boolean isHook) {
        return probe instanceof ObjectNode object ? List.of(new Place(object, path, isHook)) : List.of();
    }

    private static Map<String, JsonNode> ports(ObjectNode container) {
        Map<String, JsonNode> ports = new HashMap<>();
        for (JsonNode port : container.path("ports")) {
            ports.put(port.path("name").asString(""), port.path("containerPort"));
        }
        return ports;
    }

    /** What the agent asks in the kubelet's place; null for a command, a port that has no such name, or a probe that the agent answers already. */
    private static @Nullable ObjectNode prober(Place place, Map<String, JsonNode> ports, int agentPort) {
        for (String way : place.ways()) {
            if (place.probe.path(way) instanceof ObjectNode asked) {
                ObjectNode action = asked.deepCopy();
                JsonNode port = action.path("port");
                if (port.isString() && !way.equals("grpc")) {
                    JsonNode number = ports.get(port.stringValue());
                    if (number == null) {
                        return null;
                    }
                    action.set("port", number);
                } else if (port.asInt(0) == agentPort && !way.equals("grpc")) {
                    return null;
                }
                ObjectNode prober = JSON.createObjectNode();
                prober.set(way, action);
                int timeout = place.probe.path("timeoutSeconds").asInt(0);
                if (timeout != 0 && !place.isHook) {
                    prober.put("timeoutSeconds", timeout);
                }
                return prober;
            }
        }
        return null;
    }

    private static void rewrite(ObjectNode probe, String path, int port) {
        boolean isHook = path.startsWith("/app-lifecycle/");
        for (String way : isHook ? WAYS.subList(0, 2) : WAYS) {
            if (probe.path(way) instanceof ObjectNode asked) {
                ObjectNode action = way.equals("httpGet") ? asked : JSON.createObjectNode();
                probe.remove(way);
                action.put("path", path).put("port", port);
                if (action.path("scheme").asString("").equals("HTTPS")) {
                    // The agent speaks TLS to the application, not to the kubelet.
                    action.put("scheme", "HTTP");
                }
                probe.set("httpGet", action);
                return;
            }
        }
    }

    /** A proxy that was injected before keeps what it was told then. */
    private static void tell(ObjectNode proxy, Map<String, JsonNode> probers, boolean injectedBefore) {
        ObjectNode known = injectedBefore ? variable(proxy) : null;
        if (known != null) {
            read(known.path("value").asString("{}"))
                    .properties()
                    .forEach(entry -> probers.put(entry.getKey(), entry.getValue()));
        }
        ObjectNode all = JSON.createObjectNode();
        probers.forEach(all::set);
        ObjectNode told = known == null ? proxy.withArray("env").addObject().put("name", VARIABLE) : known;
        told.put("value", KubernetesText.of(all));
    }

    private static @Nullable ObjectNode variable(ObjectNode proxy) {
        return ContainerTrees.find(proxy.path("env"), VARIABLE);
    }

    private static JsonNode read(String text) {
        try {
            return JSON.readTree(text);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "variable " + VARIABLE + ": " + text + " (expected: a JSON object, as an injection writes it)", e);
        }
    }
}

package dev.lateen.injector.after;

import dev.lateen.injector.pod.PodFacts;
import dev.lateen.injector.tree.ContainerTrees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The application's metrics are merged with the proxy's on the agent's port: the pod's own {@code prometheus.io/*} annotations move into a variable of the proxy, and the annotations point to the agent.
 * Prometheus reads {@code prometheus.io/port} and {@code prometheus_io_port} alike, so all spellings count. Pure but for editing the pod it is given.
 */
public final class PrometheusMerge {
    private static final String SCRAPE = "prometheus_io_scrape";
    private static final String PORT = "prometheus_io_port";
    private static final String PATH = "prometheus_io_path";
    private static final String TARGETS = "prometheus_istio_io_scrape_targets";
    private static final String SECURE_PORT = "prometheus_istio_io_secure_port";
    private static final String MERGE = "prometheus.istio.io/merge-metrics";
    private static final String METRICS = "/metrics";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Ports of the proxy: to scrape them is to count twice, or no metrics at all. */
    private static final Map<String, String> RESERVED = Map.of(
            "15000", "Envoy's admin port",
            "15001", "the outbound port",
            "15004", "istiod's debug port",
            "15006", "the inbound port",
            "15008", "HBONE",
            "15020", "the agent's port",
            "15021", "Envoy's health port",
            "15053", "DNS",
            "15090", "Envoy's metrics, merged already");

    private PrometheusMerge() {}

    /**
     * Moves the annotations.
     *
     * @throws IllegalArgumentException if the application's port is none, or one of the proxy's
     */
    public static void apply(ObjectNode pod, PodFacts facts) {
        ObjectNode annotations = pod.withObject("/metadata").withObject("/annotations");
        Map<String, String> texts = PodFacts.texts(annotations);
        String agent = String.valueOf(facts.start().statusPort());
        if (!isScraped(texts) || !merges(texts, facts) || agent.equals(find(texts, PORT))) {
            return;
        }
        ObjectNode proxy = ContainerTrees.proxy(pod.path("spec"));
        String application = application(texts, agent);
        if (proxy != null && application != null) {
            proxy.withArray("env")
                    .addObject()
                    .put("name", "ISTIO_PROMETHEUS_ANNOTATIONS")
                    .put("value", application);
        }
        clear(annotations);
        annotations.put("prometheus.io/port", agent);
        annotations.put("prometheus.io/path", "/stats/prometheus");
        annotations.put("prometheus.io/scrape", "true");
    }

    /** Tells Prometheus of the port with mutual TLS, where the proxy has one and the pod says nothing of it. */
    public static void tellSecurePort(ObjectNode pod) {
        ObjectNode annotations = pod.withObject("/metadata").withObject("/annotations");
        ObjectNode proxy = ContainerTrees.proxy(pod.path("spec"));
        if (proxy == null || find(PodFacts.texts(annotations), SECURE_PORT) != null) {
            return;
        }
        for (var variable : proxy.path("env")) {
            String port = variable.path("value").asString("");
            if (variable.path("name").asString("").equals("ENVOY_SECURE_MERGED_METRICS_PORT")
                    && !port.isEmpty()
                    && !port.equals("0")) {
                annotations.put("prometheus.istio.io/secure-port", port);
                return;
            }
        }
    }

    /** What an injection before wrote is no wish of the user's. */
    static void forget(ObjectNode pod, int agentPort) {
        ObjectNode annotations = pod.withObject("/metadata").withObject("/annotations");
        if (String.valueOf(agentPort).equals(find(PodFacts.texts(annotations), PORT))) {
            clear(annotations);
        }
    }

    private static void clear(ObjectNode annotations) {
        for (String name : List.copyOf(annotations.propertyNames())) {
            if (List.of(SCRAPE, PORT, PATH, TARGETS).contains(plain(name))) {
                annotations.remove(name);
            }
        }
    }

    private static boolean isScraped(Map<String, String> annotations) {
        Boolean said = Flags.read(find(annotations, SCRAPE));
        return said == null || said;
    }

    private static boolean merges(Map<String, String> annotations, PodFacts facts) {
        Boolean said = Flags.read(annotations.get(MERGE));
        return said == null ? facts.mesh().prometheusMerge() : said;
    }

    /** As Prometheus writes the name of an annotation into a label. */
    private static String plain(String name) {
        return name.replaceAll("[^a-zA-Z0-9_]", "_");
    }

    private static @Nullable String find(Map<String, String> annotations, String plain) {
        for (Map.Entry<String, String> annotation : annotations.entrySet()) {
            if (plain(annotation.getKey()).equals(plain)) {
                return annotation.getValue();
            }
        }
        return null;
    }

    private static @Nullable String application(Map<String, String> annotations, String agent) {
        String scrape = text(find(annotations, SCRAPE));
        String path = text(find(annotations, PATH));
        String port = text(find(annotations, PORT));
        List<Target> targets = targets(find(annotations, TARGETS));
        if (!targets.isEmpty()) {
            targets.forEach(target -> check("prometheus.istio.io/scrape-targets", target.port, agent));
            port = targets.getFirst().port;
            path = targets.getFirst().path;
        } else if (!port.isEmpty()) {
            check("prometheus.io/port", port, agent);
        }
        if (scrape.isEmpty() && path.isEmpty() && port.isEmpty()) {
            return null;
        }
        ObjectNode json =
                JSON.createObjectNode().put("scrape", scrape).put("path", path).put("port", port);
        if (!targets.isEmpty()) {
            ArrayNode all = json.putArray("targets");
            targets.forEach(target -> all.addObject().put("port", target.port).put("path", target.path));
        }
        return JSON.writeValueAsString(json);
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    private static void check(String annotation, String port, String agent) {
        int number = port.matches("\\+?[0-9]{1,9}") ? Integer.parseInt(port) : 0;
        if (number < 1 || number > 65535) {
            throw new IllegalArgumentException("annotation " + annotation + ": " + port + " (expected: a port)");
        }
        String plain = String.valueOf(number);
        String reason = plain.equals(agent) ? "the agent's port" : RESERVED.get(plain);
        if (reason != null) {
            throw new IllegalArgumentException("annotation " + annotation + ": " + port + " is reserved for Istio ("
                    + reason + ") (expected: a port of the application)");
        }
    }

    private record Target(String port, String path) {}

    /** {@code PORT[:PATH],...}. */
    private static List<Target> targets(@Nullable String text) {
        List<Target> targets = new ArrayList<>();
        for (String entry : (text == null ? "" : text).split(",")) {
            String[] parts = entry.strip().split(":", 2);
            String path = parts.length < 2 || parts[1].isBlank() ? METRICS : parts[1].strip();
            if (!entry.isBlank()) {
                targets.add(new Target(parts[0].strip(), path));
            }
        }
        return targets;
    }
}

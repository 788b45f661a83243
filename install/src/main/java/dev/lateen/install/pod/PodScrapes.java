package dev.lateen.install.pod;

import dev.lateen.proxy.agent.ScrapeTarget;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Where the application tells metrics, as the injector passes it: {@code ISTIO_PROMETHEUS_ANNOTATIONS}, JSON of the pod's {@code prometheus.io} annotations, which lead to the
 * agent now. Pure.
 */
final class PodScrapes {
    static final String VARIABLE = "ISTIO_PROMETHEUS_ANNOTATIONS";

    private static final String USUAL_PATH = "/metrics";
    private static final String USUAL_PORT = "80";

    /** Ports of the proxy's own: not the application's, or told already. */
    private static final Map<Integer, String> RESERVED = Map.of(
            15000, "the admin interface",
            15001, "outbound capture",
            15004, "istiod's debug interface",
            15006, "inbound capture",
            15008, "the tunnel",
            15020, "the agent itself",
            15021, "readiness",
            15053, "DNS",
            15090, "the proxy's metrics, which are told anyway");

    private PodScrapes() {}

    /**
     * The application's endpoints; none if it is not to be scraped.
     *
     * @param agentPort the agent's own
     * @throws IllegalArgumentException for anything that is wrong
     */
    static List<ScrapeTarget> parse(String json, int agentPort) {
        if (json.isBlank()) {
            return List.of();
        }
        try {
            JsonObject given = new JsonObject(json);
            if ("false".equals(given.getString("scrape"))) {
                return List.of();
            }
            JsonArray several = given.getJsonArray("targets");
            if (several == null || several.isEmpty()) {
                return List.of(target(given, agentPort));
            }
            List<ScrapeTarget> targets = new ArrayList<>();
            for (int i = 0; i < several.size(); i++) {
                targets.add(target(several.getJsonObject(i), agentPort));
            }
            return targets;
        } catch (DecodeException | ClassCastException | NullPointerException e) {
            throw new IllegalArgumentException(VARIABLE + ": " + e.getMessage() + " (expected: a JSON object)", e);
        }
    }

    private static ScrapeTarget target(JsonObject given, int agentPort) {
        String port = given.getString("port");
        String path = given.getString("path");
        String whole = path == null || path.isEmpty() ? USUAL_PATH : path;
        return new ScrapeTarget(
                port(port == null || port.isEmpty() ? USUAL_PORT : port, agentPort),
                whole.startsWith("/") ? whole : "/" + whole);
    }

    private static int port(String text, int agentPort) {
        int port;
        try {
            port = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            port = 0;
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException(VARIABLE + ".port: " + text + " (expected: 1 to 65535)");
        }
        String whose = port == agentPort ? RESERVED.get(15020) : RESERVED.get(port);
        if (whose != null) {
            throw new IllegalArgumentException(
                    VARIABLE + ".port: " + text + ", " + whose + " (expected: the application's port)");
        }
        return port;
    }
}

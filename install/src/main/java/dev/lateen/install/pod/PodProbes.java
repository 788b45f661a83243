package dev.lateen.install.pod;

import dev.lateen.proxy.agent.AppProbe;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The application's probes and hooks as the injector passes them: {@code ISTIO_KUBE_APP_PROBERS}, JSON of Kubernetes' handlers by the path that the kubelet asks now. Pure.
 */
final class PodProbes {
    static final String VARIABLE = "ISTIO_KUBE_APP_PROBERS";

    private static final List<String> KINDS = List.of("httpGet", "tcpSocket", "grpc");
    private static final Map<String, List<String>> ENDS = Map.of(
            "app-health", List.of("livez", "readyz", "startupz"), "app-lifecycle", List.of("prestopz", "poststartz"));

    private final String path;
    private final JsonObject prober;

    private PodProbes(String path, JsonObject prober) {
        this.path = path;
        this.prober = prober;
    }

    /** @throws IllegalArgumentException for anything that is wrong, with the path */
    static Map<String, AppProbe> parse(String json) {
        Map<String, AppProbe> probes = new LinkedHashMap<>();
        if (json.isBlank()) {
            return probes;
        }
        try {
            JsonObject all = new JsonObject(json);
            for (String path : all.fieldNames()) {
                probes.put(path, new PodProbes(path, all.getJsonObject(path)).probe());
            }
            return probes;
        } catch (DecodeException | ClassCastException | NullPointerException e) {
            throw new IllegalArgumentException(VARIABLE + ": " + e.getMessage() + " (expected: JSON of probers)", e);
        }
    }

    private AppProbe probe() {
        if (!isKnownPath()) {
            throw wrong(
                    "",
                    "path",
                    "/app-health/CONTAINER/ with livez, readyz or startupz, /app-lifecycle/CONTAINER/ with prestopz or"
                            + " poststartz");
        }
        List<String> given =
                KINDS.stream().filter(kind -> prober.getValue(kind) != null).toList();
        if (given.size() != 1) {
            throw wrong("", String.valueOf(given), "one of " + KINDS);
        }
        String kind = given.getFirst();
        JsonObject handler = prober.getJsonObject(kind);
        int port = port(kind, handler.getValue("port"));
        Duration timeout = timeout(prober.getValue("timeoutSeconds"));
        return switch (kind) {
            case "httpGet" -> httpGet(handler, port, timeout);
            case "tcpSocket" -> new AppProbe.TcpSocket(port, timeout);
            default -> new AppProbe.Grpc(port, timeout, text(handler, "service", ""));
        };
    }

    private AppProbe httpGet(JsonObject handler, int port, Duration timeout) {
        String given = text(handler, "path", "/");
        String scheme = text(handler, "scheme", "HTTP");
        if (!scheme.equals("HTTP") && !scheme.equals("HTTPS")) {
            throw wrong("httpGet.scheme", scheme, "HTTP or HTTPS");
        }
        return new AppProbe.HttpGet(port, timeout, scheme.equals("HTTPS"), given.startsWith("/") ? given : "/" + given);
    }

    /** Kubernetes writes null, or nothing between the quotes, for what was not said. */
    private static String text(JsonObject handler, String field, String otherwise) {
        String value = handler.getString(field);
        return value == null || value.isEmpty() ? otherwise : value;
    }

    private int port(String kind, @Nullable Object given) {
        if (given instanceof Number number && number.intValue() > 0 && number.intValue() <= 65_535) {
            return number.intValue();
        }
        throw wrong(kind + ".port", String.valueOf(given), "a number from 1 to 65535");
    }

    private Duration timeout(@Nullable Object given) {
        if (given == null) {
            return Duration.ZERO;
        }
        if (given instanceof Number number && number.intValue() >= 0) {
            return Duration.ofSeconds(number.intValue());
        }
        throw wrong("timeoutSeconds", String.valueOf(given), "seconds");
    }

    private boolean isKnownPath() {
        String[] parts = path.split("/", -1);
        return parts.length == 4
                && parts[0].isEmpty()
                && !parts[2].isEmpty()
                && ENDS.getOrDefault(parts[1], List.of()).contains(parts[3]);
    }

    private IllegalArgumentException wrong(String field, String found, String expected) {
        return new IllegalArgumentException(VARIABLE + "[" + path + "]" + (field.isEmpty() ? "" : "." + field) + ": "
                + found + " (expected: " + expected + ")");
    }
}

package dev.lateen.injector.pod;

import dev.lateen.api.yaml.StartSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How the proxy of one pod starts, as far as injection depends on it.
 *
 * @param settings all that was said of it
 */
public record ProxySettingsView(StartSettings settings) {
    /** Istio's defaults: what equals them is not written into a pod. */
    private static final Map<String, Object> DEFAULTS = Map.ofEntries(
            Map.entry("configPath", "./etc/istio/proxy"),
            Map.entry("binaryPath", "/usr/local/bin/envoy"),
            Map.entry("serviceCluster", "istio-proxy"),
            Map.entry("drainDuration", "45s"),
            Map.entry("terminationDrainDuration", "5s"),
            Map.entry("discoveryAddress", "istiod.istio-system.svc:15012"),
            Map.entry("proxyAdminPort", 15000),
            Map.entry("controlPlaneAuthPolicy", "MUTUAL_TLS"),
            Map.entry("statNameLength", 189),
            Map.entry("statusPort", 15020),
            Map.entry("interceptionMode", "REDIRECT"));

    /** Maps, whose names Istio's texts have in order. */
    private static final List<String> MAPS = List.of("proxyMetadata", "runtimeValues");

    /** As Istio's messages have them, and so its texts. */
    private static final List<String> ORDER = List.of(
            "configPath",
            "binaryPath",
            "serviceCluster",
            "tracingServiceName",
            "drainDuration",
            "discoveryAddress",
            "statsdUdpAddress",
            "proxyAdminPort",
            "controlPlaneAuthPolicy",
            "customConfigFile",
            "statNameLength",
            "concurrency",
            "proxyBootstrapTemplatePath",
            "interceptionMode",
            "tracing",
            "envoyAccessLogService",
            "envoyMetricsService",
            "proxyMetadata",
            "runtimeValues",
            "statusPort",
            "extraStatTags",
            "gatewayTopology",
            "terminationDrainDuration",
            "meshId",
            "readinessProbe",
            "proxyStatsMatcher",
            "holdApplicationUntilProxyStarts",
            "caCertificatesPem",
            "image",
            "privateKeyProvider",
            "proxyHeaders");

    /** {@code REDIRECT}, {@code TPROXY} or {@code NONE}. */
    public String interceptionMode() {
        return text("interceptionMode", "REDIRECT");
    }

    /** Whether the application waits for the proxy. */
    public boolean holdsApplication() {
        return text("holdApplicationUntilProxyStarts", "false").equals("true");
    }

    /** The agent's port. */
    public int statusPort() {
        return Integer.parseInt(text("statusPort", "15020"));
    }

    /** The kind of image, such as {@code distroless}; empty if nothing is said. */
    public String imageType() {
        return settings.given().get("image") instanceof Map<?, ?> image && image.get("imageType") != null
                ? String.valueOf(image.get("imageType"))
                : "";
    }

    /** Variables of the proxy's environment, sorted by name. */
    public Map<String, String> metadata() {
        Map<String, String> metadata = new TreeMap<>();
        if (settings.given().get("proxyMetadata") instanceof Map<?, ?> given) {
            given.forEach((name, value) -> metadata.put(String.valueOf(name), String.valueOf(value)));
        }
        return metadata;
    }

    private String text(String field, String otherwise) {
        Object value = settings.given().get(field);
        return value == null ? otherwise : String.valueOf(value);
    }

    /** What differs from the defaults, in one line of JSON: the variable {@code PROXY_CONFIG}. */
    public String json() {
        Map<String, Object> given = new LinkedHashMap<>();
        for (String field : ORDER) {
            put(given, field, settings.given().get(field));
        }
        settings.given().forEach((field, value) -> put(given, field, value));
        return new StartSettings(given).json();
    }

    private static void put(Map<String, Object> given, String field, @Nullable Object value) {
        boolean empty = field.equals("proxyMetadata") && value instanceof Map<?, ?> map && map.isEmpty();
        if (value != null && !empty && !value.equals(DEFAULTS.get(field))) {
            given.put(field, MAPS.contains(field) && value instanceof Map<?, ?> map ? new TreeMap<>(map) : value);
        }
    }
}

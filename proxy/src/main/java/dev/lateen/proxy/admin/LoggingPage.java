package dev.lateen.proxy.admin;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * {@code /logging}: Envoy's level words on the JDK's loggers, which carry the proxy's log. Loggers whose level was set are kept here, since
 * the JDK holds them weakly.
 */
final class LoggingPage {
    private static final Map<String, Level> LEVELS = Map.of(
            "trace", Level.FINEST,
            "debug", Level.FINE,
            "info", Level.INFO,
            "warning", Level.WARNING,
            "warn", Level.WARNING,
            "error", Level.SEVERE,
            "critical", Level.SEVERE,
            "off", Level.OFF);

    /** What may be set; Envoy's own list of loggers becomes our packages. */
    private static final List<String> NAMES =
            List.of("admin", "bootstrap", "http", "identity", "listener", "tcp", "telemetry", "tls", "upstream", "xds");

    /** Envoy's loggers with the package that does the same here; istioctl knows these names. */
    private static final Map<String, String> ENVOYS = Map.ofEntries(
            Map.entry("config", "xds"),
            Map.entry("init", "xds"),
            Map.entry("rds", "xds"),
            Map.entry("main", "xds"),
            Map.entry("connection", "listener"),
            Map.entry("conn_handler", "listener"),
            Map.entry("filter", "http"),
            Map.entry("client", "http"),
            Map.entry("http2", "http"),
            Map.entry("pool", "http"),
            Map.entry("router", "http"),
            Map.entry("rbac", "http"),
            Map.entry("secret", "identity"),
            Map.entry("stats", "telemetry"),
            Map.entry("tracing", "telemetry"),
            Map.entry("dns", "upstream"),
            Map.entry("runtime", "bootstrap"));

    /** Envoy's other loggers: what they would tell of is not here, so that a level for them changes nothing. */
    private static final Set<String> SILENT = Set.of(
            "aws",
            "assert",
            "backtrace",
            "cache_filter",
            "dubbo",
            "envoy_bug",
            "ext_authz",
            "ext_proc",
            "file",
            "forward_proxy",
            "grpc",
            "happy_eyeballs",
            "hc",
            "health_checker",
            "hystrix",
            "io",
            "jwt",
            "kafka",
            "lua",
            "matcher",
            "misc",
            "mongo",
            "multi_connection",
            "oauth2",
            "quic",
            "quic_stream",
            "redis",
            "rocketmq",
            "testing",
            "thrift",
            "udp",
            "wasm",
            "websocket");

    private final Map<String, Logger> changed = new TreeMap<>();

    /** @throws IllegalArgumentException for an unknown logger or level, saying what is accepted */
    synchronized String answer(Map<String, String> query) {
        query.forEach((name, value) -> {
            if (name.equals("level")) {
                set("dev.lateen.proxy", value);
                NAMES.forEach(each -> set("dev.lateen.proxy." + each, value));
            } else if (name.equals("paths")) {
                for (String pair : value.split(",", -1)) {
                    String[] parts = pair.split(":", 2);
                    setNamed(parts[0], parts.length == 2 ? parts[1] : "");
                }
            } else {
                setNamed(name, value);
            }
        });
        StringBuilder out = new StringBuilder("active loggers:\n");
        for (String name : NAMES) {
            out.append("  ")
                    .append(name)
                    .append(": ")
                    .append(level("dev.lateen.proxy." + name))
                    .append('\n');
        }
        return out.toString();
    }

    private void setNamed(String name, String value) {
        if (SILENT.contains(name)) {
            level(value, name);
        } else {
            set(qualified(ENVOYS.getOrDefault(name, name)), value);
        }
    }

    private static String qualified(String name) {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException(
                    "logger: " + name + " (expected: level, paths, or one of " + String.join(", ", NAMES) + ")");
        }
        return "dev.lateen.proxy." + name;
    }

    private void set(String logger, String word) {
        changed.computeIfAbsent(logger, Logger::getLogger).setLevel(level(word, logger));
    }

    private static Level level(String word, String logger) {
        Level level = LEVELS.get(word.toLowerCase(Locale.ROOT));
        if (level == null) {
            throw new IllegalArgumentException("level: " + word + " for " + logger
                    + " (expected: one of trace, debug, info, warning, error, critical, off)");
        }
        return level;
    }

    private static String level(String name) {
        for (Logger logger = Logger.getLogger(name); logger != null; logger = logger.getParent()) {
            Level level = logger.getLevel();
            if (level != null) {
                return word(level);
            }
        }
        return "info";
    }

    private static String word(Level level) {
        int value = level.intValue();
        if (value >= Level.OFF.intValue()) {
            return "off";
        }
        if (value >= Level.SEVERE.intValue()) {
            return "error";
        }
        if (value >= Level.WARNING.intValue()) {
            return "warning";
        }
        if (value >= Level.INFO.intValue()) {
            return "info";
        }
        return value >= Level.FINE.intValue() ? "debug" : "trace";
    }
}

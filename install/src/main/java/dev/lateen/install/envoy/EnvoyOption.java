package dev.lateen.install.envoy;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Envoy's command line options, by its names ({@code source/server/options_impl.cc}); what some other than {@link Effect#FOLLOWED} do stays without effect. */
enum EnvoyOption {
    CONFIG_PATH(Value.TEXT, Effect.FOLLOWED, "the bootstrap, YAML or JSON (also -c)"),
    CONFIG_YAML(Value.TEXT, Effect.FOLLOWED, "YAML or JSON that is merged over --config-path"),
    MODE(Value.TEXT, Effect.FOLLOWED, "serve (default), validate or init_only"),
    CONCURRENCY(Value.NUMBER, Effect.FOLLOWED, "event loops (default: one a CPU)"),
    LOG_LEVEL(Value.TEXT, Effect.FOLLOWED, "trace, debug, info, warning, error, critical or off (also -l)"),
    COMPONENT_LOG_LEVEL(Value.TEXT, Effect.CHECKED, "levels of Envoy's components, such as upstream:debug"),
    LOG_PATH(Value.TEXT, Effect.FOLLOWED, "a file for the log instead of standard error"),
    DRAIN_TIME_S(Value.NUMBER, Effect.FOLLOWED, "how long connections of removed listeners may go on (default: 600)"),
    DRAIN_STRATEGY(Value.TEXT, Effect.CHECKED, "gradual or immediate; connections are asked to leave at once"),
    LOCAL_ADDRESS_IP_VERSION(Value.TEXT, Effect.CHECKED, "v4 or v6"),
    FILE_FLUSH_INTERVAL_MSEC(Value.NUMBER, Effect.CHECKED, "access logs are written at once, so never later"),
    FILE_FLUSH_MIN_SIZE_KB(Value.NUMBER, Effect.CHECKED, "access logs are written at once"),
    SERVICE_CLUSTER(Value.TEXT, Effect.FOLLOWED, "node.cluster"),
    SERVICE_NODE(Value.TEXT, Effect.FOLLOWED, "node.id"),
    SERVICE_ZONE(Value.TEXT, Effect.FOLLOWED, "node.locality.zone"),
    ALLOW_UNKNOWN_STATIC_FIELDS(
            Value.NONE, Effect.FOLLOWED, "what is not known in the bootstrap is named, not refused"),
    ALLOW_UNKNOWN_FIELDS(Value.NONE, Effect.FOLLOWED, "the same"),
    ADMIN_ADDRESS_PATH(Value.TEXT, Effect.FOLLOWED, "a file that is told the admin address"),
    VERSION(Value.NONE, Effect.FOLLOWED, "prints the version"),
    HELP(Value.NONE, Effect.FOLLOWED, "prints this (also -h)"),
    HOT_RESTART_VERSION(Value.NONE, Effect.FOLLOWED, "prints that there is no hot restart"),
    LOG_FORMAT(Value.TEXT, Effect.NONE, ""),
    LOG_FORMAT_ESCAPED(Value.NONE, Effect.NONE, ""),
    ENABLE_FINE_GRAIN_LOGGING(Value.NONE, Effect.NONE, ""),
    BASE_ID(Value.NUMBER, Effect.NONE, ""),
    USE_DYNAMIC_BASE_ID(Value.NONE, Effect.NONE, ""),
    BASE_ID_PATH(Value.TEXT, Effect.NONE, ""),
    SKIP_HOT_RESTART_ON_NO_PARENT(Value.NONE, Effect.NONE, ""),
    SKIP_HOT_RESTART_PARENT_STATS(Value.NONE, Effect.NONE, ""),
    DISABLE_HOT_RESTART(Value.NONE, Effect.NONE, ""),
    RESTART_EPOCH(Value.NUMBER, Effect.NONE, ""),
    PARENT_SHUTDOWN_TIME_S(Value.NUMBER, Effect.NONE, ""),
    SOCKET_PATH(Value.TEXT, Effect.NONE, ""),
    SOCKET_MODE(Value.NUMBER, Effect.NONE, ""),
    REJECT_UNKNOWN_DYNAMIC_FIELDS(Value.NONE, Effect.NONE, ""),
    IGNORE_UNKNOWN_DYNAMIC_FIELDS(Value.NONE, Effect.NONE, ""),
    SKIP_DEPRECATED_LOGS(Value.NONE, Effect.NONE, ""),
    ENABLE_MUTEX_TRACING(Value.NONE, Effect.NONE, ""),
    CPUSET_THREADS(Value.NONE, Effect.NONE, ""),
    DISABLE_EXTENSIONS(Value.TEXT, Effect.NONE, ""),
    ENABLE_CORE_DUMP(Value.NONE, Effect.NONE, ""),
    STATS_TAG(Value.TEXT, Effect.NONE, ""),
    MAX_STATS(Value.NUMBER, Effect.NONE, ""),
    MAX_OBJ_NAME_LEN(Value.NUMBER, Effect.NONE, "");

    /** What stands behind an option. */
    enum Value {
        NONE,
        TEXT,
        /** 0 to 4294967295. */
        NUMBER
    }

    /** What comes of it. */
    enum Effect {
        FOLLOWED,
        /** Its value must be one of Envoy's, and what it asks for is so anyway or has no meaning here. */
        CHECKED,
        /** It concerns what only Envoy has. */
        NONE
    }

    private final Value value;
    private final Effect effect;
    private final String help;

    EnvoyOption(Value value, Effect effect, String help) {
        this.value = value;
        this.effect = effect;
        this.help = help;
    }

    Value value() {
        return value;
    }

    Effect effect() {
        return effect;
    }

    String help() {
        return help;
    }

    /** As it is written, with its two hyphens. */
    String flag() {
        return "--" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The option that is written so; empty if Envoy has none. */
    static Optional<EnvoyOption> of(String flag) {
        return switch (flag) {
            case "-c" -> Optional.of(CONFIG_PATH);
            case "-l" -> Optional.of(LOG_LEVEL);
            case "-h" -> Optional.of(HELP);
            default ->
                Arrays.stream(values())
                        .filter(option -> option.flag().equals(flag))
                        .findFirst();
        };
    }
}

package dev.lateen.install.envoy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a command line of Envoy's asks for. {@code --option value} and {@code --option=value} are the same. Pure.
 *
 * @param configPath the bootstrap's file; null where all is in {@code configYaml}
 * @param configYaml what is merged over it; empty for nothing
 * @param mode to serve, or only to look whether the bootstrap is good
 * @param concurrency event loops; empty for one a CPU
 * @param drainTime how long connections of removed listeners may go on
 * @param allowUnknown whether what is not known in the bootstrap is passed over
 * @param adminAddressPath a file that is told the admin address; null for none
 * @param node the parts of the node that are given here instead of in the bootstrap
 * @param withoutEffect options that are known and change nothing here
 */
public record EnvoyCommandLine(
        @Nullable Path configPath,
        String configYaml,
        Mode mode,
        OptionalInt concurrency,
        Log log,
        Duration drainTime,
        boolean allowUnknown,
        @Nullable Path adminAddressPath,
        Node node,
        List<String> withoutEffect) {
    private static final long MOST = 0xffffffffL;
    private static final int MOST_LOOPS = 1024;
    private static final Pattern COMPONENT_LEVELS = Pattern.compile("[^:,]+:[a-z]+(,[^:,]+:[a-z]+)*");

    /** Envoy's levels; {@code warn} is another word for {@code warning}. */
    private static final Set<String> LEVELS =
            Set.of("trace", "debug", "info", "warning", "warn", "error", "critical", "off");

    /** What is logged. @param level in Envoy's words @param path where it goes; null for standard error */
    public record Log(String level, @Nullable Path path) {}

    /** What is to be done. */
    public enum Mode {
        SERVE,
        VALIDATE,

        /** Starts as if to serve, and ends. */
        INIT_ONLY,
        VERSION,
        HELP,
        HOT_RESTART_VERSION
    }

    /** Empty texts are not given. */
    public record Node(String id, String cluster, String zone) {}

    /** A command line that Envoy would not take either; the message is for the user. */
    public static final class Wrong extends Exception {
        private static final long serialVersionUID = 1L;

        Wrong(String message) {
            super(message, null, false, false);
        }

        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }

    /** Reads arguments as they are behind the name of the program. */
    public static EnvoyCommandLine parse(List<String> arguments) throws Wrong {
        Map<EnvoyOption, String> given = new EnumMap<>(EnvoyOption.class);
        Set<EnvoyOption> seen = EnumSet.noneOf(EnvoyOption.class);
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            int equals = argument.startsWith("--") ? argument.indexOf('=') : -1;
            String flag = equals < 0 ? argument : argument.substring(0, equals);
            EnvoyOption option = EnvoyOption.of(flag)
                    .orElseThrow(
                            () -> new Wrong(flag + ": unknown option (expected: one of Envoy's; --help names them)"));
            if (!seen.add(option) && option != EnvoyOption.STATS_TAG) {
                throw new Wrong(flag + ": given twice (expected: once)");
            }
            if (option.value() == EnvoyOption.Value.NONE) {
                if (equals >= 0) {
                    throw new Wrong(flag + ": a value, " + argument.substring(equals + 1) + " (expected: none)");
                }
                given.put(option, "");
            } else if (equals >= 0) {
                given.put(option, argument.substring(equals + 1));
            } else if (++i < arguments.size()) {
                given.put(option, arguments.get(i));
            } else {
                throw new Wrong(flag + ": no value (expected: " + flag + " VALUE)");
            }
        }
        return of(given);
    }

    private static EnvoyCommandLine of(Map<EnvoyOption, String> given) throws Wrong {
        for (Map.Entry<EnvoyOption, String> option : given.entrySet()) {
            if (option.getKey().value() == EnvoyOption.Value.NUMBER) {
                number(option.getKey(), option.getValue(), MOST);
            }
        }
        checkWords(given);
        String path = given.getOrDefault(EnvoyOption.CONFIG_PATH, "");
        String yaml = given.getOrDefault(EnvoyOption.CONFIG_YAML, "");
        Mode mode = mode(given);
        boolean reads = mode == Mode.SERVE || mode == Mode.VALIDATE || mode == Mode.INIT_ONLY;
        if (reads && path.isEmpty() && yaml.isEmpty()) {
            throw new Wrong("no configuration (expected: at least one of --config-path and --config-yaml)");
        }
        String loops = given.get(EnvoyOption.CONCURRENCY);
        return new EnvoyCommandLine(
                path(path),
                yaml,
                mode,
                loops == null
                        ? OptionalInt.empty()
                        : OptionalInt.of((int) Math.max(1, number(EnvoyOption.CONCURRENCY, loops, MOST_LOOPS))),
                new Log(
                        given.getOrDefault(EnvoyOption.LOG_LEVEL, "info"),
                        path(given.getOrDefault(EnvoyOption.LOG_PATH, ""))),
                Duration.ofSeconds(
                        number(EnvoyOption.DRAIN_TIME_S, given.getOrDefault(EnvoyOption.DRAIN_TIME_S, "600"), MOST)),
                given.containsKey(EnvoyOption.ALLOW_UNKNOWN_STATIC_FIELDS)
                        || given.containsKey(EnvoyOption.ALLOW_UNKNOWN_FIELDS),
                path(given.getOrDefault(EnvoyOption.ADMIN_ADDRESS_PATH, "")),
                new Node(
                        given.getOrDefault(EnvoyOption.SERVICE_NODE, ""),
                        given.getOrDefault(EnvoyOption.SERVICE_CLUSTER, ""),
                        given.getOrDefault(EnvoyOption.SERVICE_ZONE, "")),
                withoutEffect(given));
    }

    private static List<String> withoutEffect(Map<EnvoyOption, String> given) {
        List<String> flags = new ArrayList<>();
        given.keySet().stream()
                .filter(option -> option.effect() != EnvoyOption.Effect.FOLLOWED)
                .forEach(option -> flags.add(option.flag()));
        return List.copyOf(flags);
    }

    private static @Nullable Path path(String text) {
        return text.isEmpty() ? null : Path.of(text);
    }

    private static Mode mode(Map<EnvoyOption, String> given) throws Wrong {
        if (given.containsKey(EnvoyOption.HELP)) {
            return Mode.HELP;
        }
        if (given.containsKey(EnvoyOption.VERSION)) {
            return Mode.VERSION;
        }
        if (given.containsKey(EnvoyOption.HOT_RESTART_VERSION)) {
            return Mode.HOT_RESTART_VERSION;
        }
        String word = given.getOrDefault(EnvoyOption.MODE, "serve");
        return switch (word) {
            case "serve" -> Mode.SERVE;
            case "validate" -> Mode.VALIDATE;
            case "init_only" -> Mode.INIT_ONLY;
            default -> throw new Wrong("--mode: " + word + " (expected: serve, validate or init_only)");
        };
    }

    private static void checkWords(Map<EnvoyOption, String> given) throws Wrong {
        requireOne(given, EnvoyOption.DRAIN_STRATEGY, Set.of("gradual", "immediate"), "gradual or immediate");
        requireOne(given, EnvoyOption.LOCAL_ADDRESS_IP_VERSION, Set.of("v4", "v6"), "v4 or v6");
        requireOne(given, EnvoyOption.LOG_LEVEL, LEVELS, EnvoyOption.LOG_LEVEL.help());
        String levels = given.getOrDefault(EnvoyOption.COMPONENT_LOG_LEVEL, "");
        if (levels.isEmpty()) {
            return;
        }
        if (!COMPONENT_LEVELS.matcher(levels).matches()) {
            throw new Wrong("--component-log-level: " + levels + " (expected: such as upstream:debug,config:trace)");
        }
        for (String one : levels.split(",", -1)) {
            if (!LEVELS.contains(one.substring(one.indexOf(':') + 1))) {
                throw new Wrong("--component-log-level: " + one + " (expected: a level of "
                        + String.join(", ", LEVELS.stream().sorted().toList()) + ")");
            }
        }
    }

    private static void requireOne(
            Map<EnvoyOption, String> given, EnvoyOption option, Set<String> words, String accepted) throws Wrong {
        String word = given.get(option);
        if (word != null && !words.contains(word.toLowerCase(Locale.ROOT))) {
            throw new Wrong(option.flag() + ": " + word + " (expected: " + accepted + ")");
        }
    }

    private static long number(EnvoyOption option, String text, long most) throws Wrong {
        try {
            long number = Long.parseLong(text);
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new Wrong(option.flag() + ": " + text + " (expected: a whole number from 0 to " + most + ")");
    }
}

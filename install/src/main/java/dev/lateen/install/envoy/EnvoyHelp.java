package dev.lateen.install.envoy;

import java.util.Arrays;
import java.util.stream.Collectors;

/** What {@code envoy --help} prints. */
public final class EnvoyHelp {
    private EnvoyHelp() {}

    /** Every option that is taken, those that change something first. */
    public static String text() {
        String followed = Arrays.stream(EnvoyOption.values())
                .filter(option -> option.effect() != EnvoyOption.Effect.NONE)
                .map(option -> String.format("   %-32s %s", option.flag() + value(option), option.help()))
                .collect(Collectors.joining("\n"));
        String others = Arrays.stream(EnvoyOption.values())
                .filter(option -> option.effect() == EnvoyOption.Effect.NONE)
                .map(EnvoyOption::flag)
                .collect(Collectors.joining(", "));
        return """
            USAGE: envoy [OPTION]...
            Lateen's proxy by Envoy's command line; --OPTION VALUE or --OPTION=VALUE.

            %s

            Taken, without effect here:
            %s
            """.formatted(followed, others.replaceAll("(.{60,100}), ", "$1,\n"));
    }

    private static String value(EnvoyOption option) {
        return switch (option.value()) {
            case NONE -> "";
            case TEXT -> " VALUE";
            case NUMBER -> " N";
        };
    }
}

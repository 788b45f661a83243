package dev.lateen.install.tools;

import dev.lateen.install.failure.CommandFailure;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How much a proxy is to write to its log, by istioctl's options; the words are checked by the proxy, which knows them. */
final class LogLevels {
    /** What istioctl resets to. */
    private static final String USUAL = "warning";

    @Option(
            names = "--level",
            paramLabel = "[LOGGER:]LEVEL",
            split = ",",
            description = "A level for all loggers, or for some: debug, or http:debug,tls:trace.")
    private List<String> levels = new ArrayList<>();

    @Option(names = "--reset", description = "All loggers back to " + USUAL + ".")
    private boolean reset;

    boolean isGiven() {
        return reset || !levels.isEmpty();
    }

    /** The query of {@code /logging}: empty to change nothing. */
    String query() {
        if (reset && !levels.isEmpty()) {
            throw new CommandFailure(CommandFailure.BAD_INPUT, "--level and --reset (expected: one or the other)");
        }
        String all = reset ? USUAL : null;
        List<String> some = new ArrayList<>();
        for (String level : levels) {
            int colon = level.indexOf(':');
            String logger = colon < 0 ? "all" : level.substring(0, colon);
            if (logger.equals("all")) {
                all = all(all, level.substring(colon + 1));
            } else {
                some.add(level);
            }
        }
        if (all != null && !some.isEmpty()) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT,
                    "--level: for all loggers and for some at once (expected: one after the other)");
        }
        return all != null
                ? "?level=" + encoded(all)
                : some.isEmpty() ? "" : "?paths=" + encoded(String.join(",", some));
    }

    private static String all(@Nullable String before, String level) {
        if (before != null) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT, "--level: " + before + " and " + level + " for all (expected: one)");
        }
        return level;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}

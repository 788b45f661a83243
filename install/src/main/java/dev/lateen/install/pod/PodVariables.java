package dev.lateen.install.pod;

import dev.lateen.api.schema.GoDuration;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The variables of a pod's proxy: those of its environment, and behind them what {@code proxyMetadata} of its settings says. Each reader refuses a value that it can't
 * understand by name. Pure.
 *
 * @param environment of the process
 * @param proxyMetadata of its settings
 */
record PodVariables(Map<String, String> environment, Map<String, String> proxyMetadata) {
    /** The value of a variable, null if it is not set. */
    @Nullable
    String find(String name) {
        String own = environment.get(name);
        return own != null ? own : proxyMetadata.get(name);
    }

    /** The value; one that is empty says nothing. */
    String text(String name, String otherwise) {
        String value = find(name);
        return value == null || value.isEmpty() ? otherwise : value;
    }

    /** A value that there must be. @param what it is, for the error */
    String needed(String name, String what) {
        String value = text(name, "");
        if (value.isEmpty()) {
            throw new IllegalArgumentException(name + ": missing (expected: " + what + ")");
        }
        return value;
    }

    /** Yes or no in Go's words. */
    boolean flag(String name, boolean otherwise) {
        String value = text(name, "");
        return switch (value) {
            case "" -> otherwise;
            case "1", "t", "T", "true", "TRUE", "True" -> true;
            case "0", "f", "F", "false", "FALSE", "False" -> false;
            default -> throw new IllegalArgumentException(name + ": " + value + " (expected: true or false)");
        };
    }

    /** A time in Go's notation, not negative. */
    Duration duration(String name, Duration otherwise) {
        String value = text(name, "");
        if (value.isEmpty()) {
            return otherwise;
        }
        return GoDuration.parse(value)
                .filter(time -> !time.isNegative())
                .orElseThrow(
                        () -> new IllegalArgumentException(name + ": " + value + " (expected: a time such as 5s)"));
    }

    /** A whole number within bounds. */
    int number(String name, int least, int most, int otherwise) {
        String value = text(name, "");
        if (value.isEmpty()) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new IllegalArgumentException(name + ": " + value + " (expected: " + least + " to " + most + ")");
    }
}

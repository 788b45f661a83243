package dev.lateen.install.run;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** Durations as Istio's users write them: {@code 300ms}, {@code 20s}, {@code 1h30m}. */
public final class GoDuration {
    private GoDuration() {}

    /** The duration; empty if it is none, or not longer than nothing. */
    public static Optional<Duration> parse(String text) {
        try {
            Duration duration = text.endsWith("ms")
                    ? Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)))
                    : Duration.parse("PT" + text);
            return duration.isNegative() || duration.isZero() ? Optional.empty() : Optional.of(duration);
        } catch (DateTimeParseException | NumberFormatException e) {
            return Optional.empty();
        }
    }
}

package dev.lateen.api.schema;

import java.time.Duration;
import java.util.Optional;

/** Durations as Istio's users write them, in Go's notation: {@code 1h30m}, {@code 1.5s}, {@code 100ms}, {@code 0}. */
public final class GoDuration {
    private static final int MAX_TEXT = 64;

    private GoDuration() {}

    /** Reads a duration; empty if {@code text} is none, or longer than 292 years. */
    public static Optional<Duration> parse(String text) {
        if (text.length() > MAX_TEXT) {
            return Optional.empty();
        }
        boolean negative = text.startsWith("-");
        String unsigned = negative || text.startsWith("+") ? text.substring(1) : text;
        if (unsigned.equals("0")) {
            return Optional.of(Duration.ZERO);
        }
        try {
            long nanos = sum(unsigned);
            return nanos < 0 ? Optional.empty() : Optional.of(Duration.ofNanos(negative ? -nanos : nanos));
        } catch (ArithmeticException tooLong) {
            return Optional.empty();
        }
    }

    /** The sum of all parts in nanoseconds; -1 if the text is no duration. */
    private static long sum(String text) {
        long total = 0;
        int at = 0;
        while (at < text.length()) {
            int end = skip(text, at, true);
            int unitEnd = skip(text, end, false);
            long unit = unit(text.substring(end, unitEnd));
            long part = unit == 0 ? -1 : part(text.substring(at, end), unit);
            if (part < 0) {
                return -1;
            }
            total = Math.addExact(total, part);
            at = unitEnd;
        }
        return at == 0 ? -1 : total;
    }

    private static int skip(String text, int from, boolean number) {
        int at = from;
        while (at < text.length() && number == (text.charAt(at) == '.' || isDigit(text.charAt(at)))) {
            at++;
        }
        return at;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static long part(String number, long unit) {
        int dot = number.indexOf('.');
        String whole = dot < 0 ? number : number.substring(0, dot);
        String fraction = dot < 0 ? "" : number.substring(dot + 1);
        if ((whole.isEmpty() && fraction.isEmpty()) || fraction.indexOf('.') >= 0 || whole.length() > 19) {
            return -1;
        }
        long nanos = whole.isEmpty() ? 0 : Math.multiplyExact(digits(whole), unit);
        double share = fraction.isEmpty() ? 0 : Double.parseDouble("0." + fraction);
        return Math.addExact(nanos, Math.round(share * unit));
    }

    private static long digits(String text) {
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            value = Math.addExact(Math.multiplyExact(value, 10L), text.charAt(i) - '0');
        }
        return value;
    }

    private static long unit(String name) {
        return switch (name) {
            case "ns" -> 1L;
            case "us", "\u00b5s", "\u03bcs" -> 1_000L;
            case "ms" -> 1_000_000L;
            case "s" -> 1_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            default -> 0;
        };
    }
}

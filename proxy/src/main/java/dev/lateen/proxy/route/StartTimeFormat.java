package dev.lateen.proxy.route;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code %START_TIME%} and its {@code strftime} arguments, in UTC; unknown conversions stay as they are. */
final class StartTimeFormat {
    /** {@code 2026-01-31T23:59:59.123Z}. */
    static final StartTimeFormat DEFAULT = new StartTimeFormat(pattern("%Y-%m-%dT%H:%M:%E3SZ"));

    private final DateTimeFormatter formatter;

    private StartTimeFormat(DateTimeFormatter formatter) {
        this.formatter = formatter;
    }

    static StartTimeFormat compile(String strftime) {
        return strftime.isEmpty() ? DEFAULT : new StartTimeFormat(pattern(strftime));
    }

    String format(long epochMillis) {
        return formatter.format(ZonedDateTime.ofInstant(Instant.ofEpochMilli(epochMillis), ZoneOffset.UTC));
    }

    private static DateTimeFormatter pattern(String strftime) {
        DateTimeFormatterBuilder builder = new DateTimeFormatterBuilder();
        int at = 0;
        while (at < strftime.length()) {
            int length = conversionLength(strftime, at);
            String part = strftime.substring(at, at + length);
            if (!append(builder, part)) {
                builder.appendLiteral(part);
            }
            at += length;
        }
        return builder.toFormatter(Locale.ROOT);
    }

    /** Of what begins here: {@code %Y}, {@code %3f}, {@code %E3S}, or one plain character. */
    private static int conversionLength(String text, int at) {
        if (text.charAt(at) != '%' || at + 1 == text.length()) {
            return 1;
        }
        char next = text.charAt(at + 1);
        int length = next == 'E' ? 4 : Character.isDigit(next) ? 3 : 2;
        return Math.min(length, text.length() - at);
    }

    private static boolean append(DateTimeFormatterBuilder builder, String conversion) {
        String java = javaPattern(conversion);
        if (java != null) {
            builder.appendPattern(java);
            return true;
        }
        switch (conversion) {
            case "%s" -> builder.appendValue(ChronoField.INSTANT_SECONDS);
            case "%f" -> builder.appendFraction(ChronoField.NANO_OF_SECOND, 9, 9, false);
            case "%%" -> builder.appendLiteral('%');
            default -> {
                boolean fraction = conversion.length() == 3 && conversion.endsWith("f");
                int digits = fraction ? conversion.charAt(1) - '0' : 0;
                if (digits < 1) {
                    return false;
                }
                builder.appendFraction(ChronoField.NANO_OF_SECOND, digits, digits, false);
            }
        }
        return true;
    }

    private static @Nullable String javaPattern(String conversion) {
        return switch (conversion) {
            case "%Y" -> "yyyy";
            case "%y" -> "yy";
            case "%m" -> "MM";
            case "%d" -> "dd";
            case "%H" -> "HH";
            case "%I" -> "hh";
            case "%p" -> "a";
            case "%M" -> "mm";
            case "%S" -> "ss";
            case "%j" -> "DDD";
            case "%a" -> "EEE";
            case "%A" -> "EEEE";
            case "%b" -> "MMM";
            case "%B" -> "MMMM";
            case "%z" -> "xx";
            case "%Z" -> "'UTC'";
            case "%T" -> "HH:mm:ss";
            case "%F" -> "yyyy-MM-dd";
            case "%D" -> "MM/dd/yy";
            case "%E3S" -> "ss.SSS";
            case "%E6S" -> "ss.SSSSSS";
            default -> null;
        };
    }
}

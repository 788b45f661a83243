package dev.lateen.proxy.message;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;

/** The part of {@code strftime} that access logs use in {@code %START_TIME(...)%}, with Envoy's {@code %1f} to {@code %9f}. */
final class StrftimePattern {
    private StrftimePattern() {}

    static DateTimeFormatter compile(String pattern) {
        DateTimeFormatterBuilder builder = new DateTimeFormatterBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c != '%' || i + 1 == pattern.length()) {
                builder.appendLiteral(c);
                continue;
            }
            char directive = pattern.charAt(++i);
            if (directive >= '1' && directive <= '9' && i + 1 < pattern.length() && pattern.charAt(i + 1) == 'f') {
                builder.appendPattern("S".repeat(directive - '0'));
                i++;
            } else {
                append(builder, directive, pattern);
            }
        }
        return builder.toFormatter(Locale.ROOT).withZone(ZoneOffset.UTC);
    }

    private static void append(DateTimeFormatterBuilder builder, char directive, String pattern) {
        switch (directive) {
            case 'Y' -> builder.appendPattern("yyyy");
            case 'm' -> builder.appendPattern("MM");
            case 'd' -> builder.appendPattern("dd");
            case 'e' -> builder.appendPattern("ppd");
            case 'H' -> builder.appendPattern("HH");
            case 'M' -> builder.appendPattern("mm");
            case 'S' -> builder.appendPattern("ss");
            case 'b' -> builder.appendPattern("MMM");
            case 'a' -> builder.appendPattern("EEE");
            case 'j' -> builder.appendPattern("DDD");
            case 's' -> builder.appendValue(ChronoField.INSTANT_SECONDS);
            case 'f' -> builder.appendPattern("SSSSSSSSS");
            case 'F' -> builder.appendPattern("yyyy-MM-dd");
            case 'T' -> builder.appendPattern("HH:mm:ss");
            case 'Z' -> builder.appendLiteral("UTC");
            case 'z' -> builder.appendLiteral("+0000");
            case '%' -> builder.appendLiteral('%');
            default ->
                throw new IllegalArgumentException("time format: %" + directive + " in '" + pattern
                        + "' (expected: %Y %m %d %e %H %M %S %b %a %j %f %1f to %9f %F %T %Z %z %s %%)");
        }
    }
}

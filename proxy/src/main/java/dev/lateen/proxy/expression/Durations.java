package dev.lateen.proxy.expression;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Durations as CEL reads and writes them: {@code 1h30m}, {@code 1.5s}, {@code -7ms}. */
final class Durations {
    private static final BigDecimal NANOS_OF_SECOND = BigDecimal.valueOf(1_000_000_000);

    private Durations() {}

    /** An error for what is none. */
    static Object parse(String text) {
        boolean negative = text.startsWith("-");
        int at = negative || text.startsWith("+") ? 1 : 0;
        if (text.substring(at).equals("0")) {
            return Duration.ZERO;
        }
        BigDecimal nanos = BigDecimal.ZERO;
        boolean any = false;
        while (at < text.length()) {
            int number = at;
            while (at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
                at++;
            }
            int unit = at;
            while (at < text.length() && Character.isLetter(text.charAt(at))) {
                at++;
            }
            BigDecimal factor = nanosOf(text.substring(unit, at));
            if (number == unit || factor == null) {
                return Operators.ERROR;
            }
            try {
                nanos = nanos.add(new BigDecimal(text.substring(number, unit)).multiply(factor));
            } catch (NumberFormatException e) {
                return Operators.ERROR;
            }
            any = true;
        }
        return any ? ofNanos(negative ? nanos.negate() : nanos) : Operators.ERROR;
    }

    private static Object ofNanos(BigDecimal nanos) {
        BigDecimal[] parts = nanos.divideAndRemainder(NANOS_OF_SECOND);
        return parts[0].abs().compareTo(BigDecimal.valueOf(315_576_000_000L)) > 0
                ? Operators.ERROR
                : Duration.ofSeconds(parts[0].longValue(), parts[1].longValue());
    }

    private static @Nullable BigDecimal nanosOf(String unit) {
        return switch (unit) {
            case "h" -> BigDecimal.valueOf(3_600_000_000_000L);
            case "m" -> BigDecimal.valueOf(60_000_000_000L);
            case "s" -> NANOS_OF_SECOND;
            case "ms" -> BigDecimal.valueOf(1_000_000);
            case "us" -> BigDecimal.valueOf(1_000);
            case "ns" -> BigDecimal.ONE;
            default -> null;
        };
    }

    /** In seconds with as many digits as protobuf's JSON has, such as {@code 7s} or {@code 0.007s}. */
    static String seconds(Duration duration) {
        int nanos = duration.getNano();
        int digits = nanos == 0 ? 0 : nanos % 1_000_000 == 0 ? 3 : nanos % 1_000 == 0 ? 6 : 9;
        return BigDecimal.valueOf(duration.getSeconds())
                        .add(BigDecimal.valueOf(nanos, 9))
                        .setScale(digits, RoundingMode.UNNECESSARY)
                        .toPlainString()
                + "s";
    }

    /** As Envoy writes one in a label, such as {@code 7ms} or {@code 1h2m3.5s}. */
    static String label(Duration duration) {
        if (duration.isZero()) {
            return "0";
        }
        Duration size = duration.abs();
        String sign = duration.isNegative() ? "-" : "";
        if (size.compareTo(Duration.ofSeconds(1)) < 0) {
            long nanos = size.toNanos();
            BigDecimal value = BigDecimal.valueOf(nanos);
            return sign
                    + (nanos >= 1_000_000
                            ? plain(value.movePointLeft(6)) + "ms"
                            : nanos >= 1_000 ? plain(value.movePointLeft(3)) + "us" : nanos + "ns");
        }
        String hours = size.toHours() == 0 ? "" : size.toHours() + "h";
        String minutes = size.toMinutesPart() == 0 ? "" : size.toMinutesPart() + "m";
        BigDecimal rest = BigDecimal.valueOf(size.toSecondsPart()).add(BigDecimal.valueOf(size.toNanosPart(), 9));
        return sign + hours + minutes + (rest.signum() == 0 ? "" : plain(rest) + "s");
    }

    private static String plain(BigDecimal value) {
        return value.stripTrailingZeros().toPlainString();
    }
}

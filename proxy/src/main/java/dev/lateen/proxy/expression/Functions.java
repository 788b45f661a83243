package dev.lateen.proxy.expression;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Set;

/** CEL's functions and methods of values. */
final class Functions {
    static final Set<String> METHODS = Set.of(
            "startsWith",
            "endsWith",
            "contains",
            "matches",
            "size",
            "getFullYear",
            "getMonth",
            "getDate",
            "getDayOfMonth",
            "getDayOfWeek",
            "getDayOfYear",
            "getHours",
            "getMinutes",
            "getSeconds",
            "getMilliseconds");

    static final Set<String> FUNCTIONS =
            Set.of("has", "size", "string", "int", "uint", "double", "bool", "dyn", "matches", "duration", "timestamp");

    private Functions() {}

    /** @param values target and arguments, none of them an error */
    static Object value(String name, List<Object> values) {
        if (values.size() == 1) {
            return ofOne(name, values.getFirst());
        }
        if (values.size() != 2) {
            return Operators.ERROR;
        }
        Object first = values.get(0);
        return switch (values.get(1)) {
            case String zone when first instanceof Instant time && name.startsWith("get") -> part(name, time, zone);
            case String other when first instanceof String text -> ofTexts(name, text, other);
            case Pattern pattern
            when first instanceof String text && name.equals("matches") ->
                pattern.matcher(text).find();
            default -> Operators.ERROR;
        };
    }

    private static Object ofOne(String name, Object value) {
        return switch (name) {
            case "dyn" -> value;
            case "size" -> size(value);
            case "string" -> string(value);
            case "int" -> whole(value);
            case "uint" -> whole(value) instanceof Long number && number >= 0 ? number : Operators.ERROR;
            case "double" -> decimal(value);
            case "bool" -> flag(value);
            case "duration" ->
                value instanceof String text
                        ? Durations.parse(text)
                        : value instanceof Duration ? value : Operators.ERROR;
            case "timestamp" -> timestamp(value);
            default ->
                switch (value) {
                    case Instant time -> part(name, time, "UTC");
                    case Duration duration -> part(name, duration);
                    default -> Operators.ERROR;
                };
        };
    }

    private static Object size(Object value) {
        return switch (value) {
            case String text -> (long) text.codePointCount(0, text.length());
            case List<?> list -> (long) list.size();
            default -> Operators.ERROR;
        };
    }

    /** CEL's {@code string}; an error for what it doesn't know. */
    static Object string(Object value) {
        return switch (value) {
            case String text -> text;
            case Long number -> number.toString();
            case Boolean flag -> flag.toString();
            case Double number -> text(number);
            case Duration duration -> Durations.seconds(duration);
            case Instant time -> time.toString();
            default -> Operators.ERROR;
        };
    }

    static String text(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e15
                ? Long.toString((long) number)
                : Double.toString(number);
    }

    private static Object whole(Object value) {
        return switch (value) {
            case Long number -> number;
            case Double number -> number > -0x1p63 && number < 0x1p63 ? (Object) number.longValue() : Operators.ERROR;
            case String text -> parsed(text, true);
            case Instant time -> time.getEpochSecond();
            default -> Operators.ERROR;
        };
    }

    private static Object decimal(Object value) {
        return switch (value) {
            case Number number -> number.doubleValue();
            case String text -> parsed(text, false);
            default -> Operators.ERROR;
        };
    }

    private static Object parsed(String text, boolean whole) {
        try {
            return whole ? (Object) Long.valueOf(text) : (Object) Double.valueOf(text);
        } catch (NumberFormatException e) {
            return Operators.ERROR;
        }
    }

    private static Object flag(Object value) {
        return switch (value) {
            case Boolean flag -> flag;
            case String text ->
                switch (text) {
                    case "1", "t", "T", "true", "TRUE", "True" -> true;
                    case "0", "f", "F", "false", "FALSE", "False" -> false;
                    default -> Operators.ERROR;
                };
            default -> Operators.ERROR;
        };
    }

    private static Object timestamp(Object value) {
        try {
            return switch (value) {
                case Instant time -> time;
                case Long seconds -> Instant.ofEpochSecond(seconds);
                case String text -> OffsetDateTime.parse(text).toInstant();
                default -> Operators.ERROR;
            };
        } catch (DateTimeException e) {
            return Operators.ERROR;
        }
    }

    private static Object part(String name, Instant time, String zone) {
        ZonedDateTime at;
        try {
            ZoneId id =
                    zone.isEmpty() || Character.isDigit(zone.charAt(0)) ? ZoneOffset.of("+" + zone) : ZoneId.of(zone);
            at = time.atZone(id);
        } catch (DateTimeException e) {
            return Operators.ERROR;
        }
        return switch (name) {
            case "getFullYear" -> (long) at.getYear();
            case "getMonth" -> at.getMonthValue() - 1L;
            case "getDate" -> (long) at.getDayOfMonth();
            case "getDayOfMonth" -> at.getDayOfMonth() - 1L;
            case "getDayOfWeek" -> at.getDayOfWeek().getValue() % 7L;
            case "getDayOfYear" -> at.getDayOfYear() - 1L;
            case "getHours" -> (long) at.getHour();
            case "getMinutes" -> (long) at.getMinute();
            case "getSeconds" -> (long) at.getSecond();
            case "getMilliseconds" -> at.getNano() / 1_000_000L;
            default -> Operators.ERROR;
        };
    }

    private static Object part(String name, Duration duration) {
        return switch (name) {
            case "getHours" -> duration.toHours();
            case "getMinutes" -> duration.toMinutes();
            case "getSeconds" -> duration.getSeconds() + (duration.isNegative() && duration.getNano() > 0 ? 1 : 0);
            case "getMilliseconds" -> duration.toMillis() % 1000;
            default -> Operators.ERROR;
        };
    }

    private static Object ofTexts(String name, String text, String other) {
        return switch (name) {
            case "startsWith" -> text.startsWith(other);
            case "endsWith" -> text.endsWith(other);
            case "contains" -> text.contains(other);
            case "matches" -> matches(text, other);
            default -> Operators.ERROR;
        };
    }

    private static Object matches(String text, String expression) {
        try {
            return Pattern.compile(expression).matcher(text).find();
        } catch (PatternSyntaxException e) {
            return Operators.ERROR;
        }
    }
}

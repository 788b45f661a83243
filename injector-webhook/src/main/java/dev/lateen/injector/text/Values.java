package dev.lateen.injector.text;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What Go's templates make of values. Pure. */
final class Values {
    private Values() {}

    /** Nothing, false, 0 and what is empty are not true. */
    static boolean isTrue(@Nullable Object value) {
        return switch (value) {
            case null -> false;
            case Boolean flag -> flag;
            case Number number -> number.doubleValue() != 0;
            case CharSequence text -> !text.isEmpty();
            case Collection<?> list -> !list.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            default -> true;
        };
    }

    /** As it is printed. */
    static String text(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case Double number
            when number == Math.rint(number) && Math.abs(number) < 1e15 -> String.valueOf(number.longValue());
            case Collection<?> list -> list.stream().map(Values::text).collect(Collectors.joining(" ", "[", "]"));
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .map(entry -> entry.getKey() + ":" + text(entry.getValue()))
                        .sorted()
                        .collect(Collectors.joining(" ", "map[", "]"));
            default -> String.valueOf(value);
        };
    }

    /**
     * A field of an object, whose name may begin with capitals where Go's type has them; a getter of it, or the value of what wraps one. What is not there is nothing.
     */
    static @Nullable Object field(@Nullable Object value, String name) {
        if (value instanceof Map<?, ?> map) {
            for (String spelling : List.of(name, lowered(name))) {
                if (map.containsKey(spelling)) {
                    return map.get(spelling);
                }
            }
            return name.startsWith("Get") && name.length() > 3 ? field(value, name.substring(3)) : null;
        }
        boolean isItself = name.equals("GetValue") || name.equals("String");
        if (value == null || isItself) {
            return value;
        }
        throw new TemplateException("field ." + name + " of " + text(value) + " (expected: an object)");
    }

    /** {@code HTTPGet} is {@code httpGet}, {@code HostIP} is {@code hostIP}, {@code APIVersion} is {@code apiVersion}. */
    private static String lowered(String name) {
        int capitals = 0;
        while (capitals < name.length() && Character.isUpperCase(name.charAt(capitals))) {
            capitals++;
        }
        int cut = capitals > 1 && capitals < name.length() ? capitals - 1 : capitals;
        return name.substring(0, cut).toLowerCase(Locale.ROOT) + name.substring(cut);
    }

    /** Nothing equals what is empty, as the zero values of Go's types do. */
    static boolean isSame(@Nullable Object one, @Nullable Object other) {
        if (one == null || other == null) {
            return !isTrue(one) && !isTrue(other);
        }
        if (one instanceof Number first && other instanceof Number second) {
            return first.doubleValue() == second.doubleValue();
        }
        return one.equals(other);
    }
}

package dev.lateen.api.yaml;

import dev.lateen.api.schema.Shape;
import java.time.Duration;
import java.util.Collection;
import tools.jackson.databind.JsonNode;

/** The words of problems: what was found and what is accepted. */
final class Found {
    private static final int LONGEST = 80;

    private Found() {}

    /** A value, with its type. */
    static String value(JsonNode node) {
        if (node.isObject()) {
            return "a map";
        }
        if (node.isArray()) {
            return "a list";
        }
        if (node.isNull()) {
            return "nothing";
        }
        String type = node.isString() ? "the text '" : node.isNumber() ? "the number '" : "'";
        return type + clipped(node.asString("")) + "'";
    }

    /** A text without line breaks and of a bearable length. */
    static String clipped(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length() && out.length() < LONGEST; i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                out.append("\\n");
            } else if (Character.isISOControl(c)) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return text.length() > LONGEST ? out + "..." : out.toString();
    }

    /** The names accepted, the likeliest first. */
    static String oneOf(String found, Collection<String> names) {
        String nearest = "";
        int least = Math.max(2, found.length() / 3) + 1;
        for (String name : names) {
            int distance = distance(found, name, least);
            if (distance < least) {
                least = distance;
                nearest = name;
            }
        }
        String all = names.isEmpty() ? "no field at all" : "one of " + String.join(", ", names);
        return nearest.isEmpty() ? all : "'" + nearest + "'? " + all;
    }

    /** Levenshtein's distance, case ignored; {@code enough} if it is that or more. */
    private static int distance(String a, String b, int enough) {
        if (Math.abs(a.length() - b.length()) >= enough) {
            return enough;
        }
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                boolean same = Character.toLowerCase(a.charAt(i - 1)) == Character.toLowerCase(b.charAt(j - 1));
                int replaced = diagonal + (same ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }

    /** A size between bounds. */
    static String bounds(int min, int max) {
        if (max == Integer.MAX_VALUE) {
            return "at least " + min;
        }
        return min == 0 ? "at most " + max : min + " to " + max;
    }

    /** A range in words. */
    static String range(double min, double max) {
        if (max >= Long.MAX_VALUE) {
            return min <= Long.MIN_VALUE ? "of 64 bits" : "of at least " + plain(min);
        }
        return "from " + plain(min) + " to " + plain(max);
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    /** A duration as the user would write it. */
    static String duration(Duration value) {
        return value.toMillis() < 1000 ? value.toMillis() + "ms" : value.toSeconds() + "s";
    }

    /** What kind of value a shape accepts. */
    static String kind(Shape shape) {
        return switch (shape) {
            case Shape.Text _ -> "a text";
            case Shape.Numeric _ -> "a number";
            case Shape.Flag _ -> "true or false";
            case Shape.Time _ -> "a duration";
            case Shape.Choice choice ->
                "one of " + String.join(", ", choice.constants().keySet());
            case Shape.ListOf _ -> "a list";
            case Shape.MapOf _, Shape.Free _, Shape.Message _, Shape.Union _ -> "a map";
        };
    }
}

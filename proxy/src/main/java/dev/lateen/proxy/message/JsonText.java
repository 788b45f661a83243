package dev.lateen.proxy.message;

import dev.lateen.proxy.model.StructValue;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Quotes text for JSON (RFC 8259 section 7) straight into the line being built: access logs and spans are written at request rate, where a
 * tree of nodes for each would be waste.
 */
public final class JsonText {
    private JsonText() {}

    /** Appends a value of metadata as Envoy does: keys in order, whole numbers without a point, a number that JSON does not have as null. */
    public static void append(StringBuilder out, StructValue value) {
        switch (value) {
            case StructValue.StringValue(String text) -> quote(out, text);
            case StructValue.NumberValue(double number) -> number(out, number);
            case StructValue.BoolValue(boolean bool) -> out.append(bool);
            case StructValue.NullValue _ -> out.append("null");
            case StructValue.ListValue(List<StructValue> values) -> {
                out.append('[');
                String comma = "";
                for (StructValue item : values) {
                    append(out.append(comma), item);
                    comma = ",";
                }
                out.append(']');
            }
            case StructValue.Struct(Map<String, StructValue> fields) -> {
                out.append('{');
                String comma = "";
                for (Map.Entry<String, StructValue> field : new TreeMap<>(fields).entrySet()) {
                    quote(out.append(comma), field.getKey());
                    append(out.append(':'), field.getValue());
                    comma = ",";
                }
                out.append('}');
            }
        }
    }

    /** A value of metadata as JSON. */
    public static String of(StructValue value) {
        StringBuilder out = new StringBuilder();
        append(out, value);
        return out.toString();
    }

    private static void number(StringBuilder out, double number) {
        if (!Double.isFinite(number)) {
            out.append("null");
        } else if (number == Math.rint(number) && Math.abs(number) < 1e15) {
            out.append((long) number);
        } else {
            out.append(number);
        }
    }

    /** Appends {@code text} in quotes. */
    public static void quote(StringBuilder out, CharSequence text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20) {
                        out.append("\\u00")
                                .append(Character.forDigit(c >> 4, 16))
                                .append(Character.forDigit(c & 15, 16));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}

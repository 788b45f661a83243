package dev.lateen.proxy.telemetry;

import dev.lateen.proxy.message.JsonText;
import dev.lateen.proxy.message.SubstitutionFormat;
import dev.lateen.proxy.message.SubstitutionFormat.Facts;
import dev.lateen.proxy.model.JsonFormat;
import dev.lateen.proxy.model.StructValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code json_format}, compiled once and written as one line for many exchanges, with Envoy's rules: an operator alone is a number where Envoy has one
 * and null when it is missing, an operator within a text is text.
 */
final class JsonLine {
    private final Node root;
    private final boolean omitEmpty;
    private final String missing;

    /** A piece of the line. */
    private sealed interface Node {
        record Value(SubstitutionFormat format) implements Node {}

        record Constant(String json) implements Node {}

        record Fields(List<Field> fields) implements Node {}

        record Items(List<Node> items) implements Node {}
    }

    /** @param key quoted, with its colon */
    private record Field(String key, Node node) {}

    /**
     * @param omitEmpty whether keys without a value are left out
     * @throws IllegalArgumentException for a format that does not compile
     */
    JsonLine(JsonFormat.Fields format, boolean omitEmpty) {
        this.root = compile(format);
        this.omitEmpty = omitEmpty;
        this.missing = omitEmpty ? "" : "-";
    }

    private static Node compile(JsonFormat format) {
        return switch (format) {
            case JsonFormat.Text text ->
                text.format().isEmpty()
                        ? new Node.Constant("\"\"")
                        : new Node.Value(SubstitutionFormat.compile(text.format()));
            case JsonFormat.Constant constant -> new Node.Constant(constant(constant.value()));
            case JsonFormat.Items items ->
                new Node.Items(items.items().stream().map(JsonLine::compile).toList());
            case JsonFormat.Fields fields -> {
                List<Field> compiled = new ArrayList<>();
                fields.fields().forEach((key, value) -> {
                    StringBuilder name = new StringBuilder();
                    JsonText.quote(name, key);
                    compiled.add(new Field(name.append(':').toString(), compile(value)));
                });
                yield new Node.Fields(compiled);
            }
        };
    }

    private static String constant(@Nullable Object value) {
        return value instanceof Double number && number == Math.rint(number) && Math.abs(number) < 1e15
                ? Long.toString(number.longValue())
                : String.valueOf(value);
    }

    /** Appends the line with its line feed. */
    void append(StringBuilder line, Facts facts) {
        append(line, root, facts);
        line.append('\n');
    }

    private void append(StringBuilder line, Node node, Facts facts) {
        switch (node) {
            case Node.Value value -> value(line, value.format, facts);
            case Node.Constant constant -> line.append(constant.json);
            case Node.Fields fields -> fields(line, fields.fields, facts);
            case Node.Items items -> items(line, items.items, facts);
        }
    }

    private void value(StringBuilder line, SubstitutionFormat format, Facts facts) {
        if (!format.isSingle()) {
            StringBuilder text = new StringBuilder();
            format.append(text, facts, missing);
            JsonText.quote(line, text);
            return;
        }
        if (format.isStructured()) {
            StructValue value = format.structured(facts);
            JsonText.append(line, value == null ? new StructValue.NullValue() : value);
            return;
        }
        CharSequence value = format.single(facts);
        if (value == null) {
            line.append("null");
        } else if (format.isNumber() && isWhole(value)) {
            line.append(value);
        } else {
            JsonText.quote(line, value);
        }
    }

    /** What a peer sent as a number may be none. */
    private static boolean isWhole(CharSequence text) {
        int start = !text.isEmpty() && text.charAt(0) == '-' ? 1 : 0;
        boolean leadingZero = text.length() > start + 1 && text.charAt(start) == '0';
        for (int i = start; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return text.length() > start && !leadingZero;
    }

    private void fields(StringBuilder line, List<Field> fields, Facts facts) {
        line.append('{');
        int start = line.length();
        for (Field field : fields) {
            int before = line.length();
            line.append(before == start ? "" : ",").append(field.key);
            int value = line.length();
            append(line, field.node, facts);
            forget(line, before, value);
        }
        line.append('}');
    }

    private void items(StringBuilder line, List<Node> items, Facts facts) {
        line.append('[');
        int start = line.length();
        for (Node item : items) {
            int before = line.length();
            line.append(before == start ? "" : ",");
            int value = line.length();
            append(line, item, facts);
            forget(line, before, value);
        }
        line.append(']');
    }

    private void forget(StringBuilder line, int before, int value) {
        if (omitEmpty && line.length() == value + 4 && line.indexOf("null", value) == value) {
            line.setLength(before);
        }
    }
}

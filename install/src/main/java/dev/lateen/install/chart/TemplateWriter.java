package dev.lateen.install.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Writes objects with marks in them as YAML in which Helm's templates refer to values. One object each; not thread-safe. */
final class TemplateWriter {
    private static final Pattern TOKEN = Pattern.compile("@\\{([^}]+)}");
    /** Before a field or an element that stands there under a condition only: the condition, and this once more. */
    private static final char CONDITION = '\u0001';

    private final List<Mark> marks;
    private final StringBuilder text = new StringBuilder();

    TemplateWriter(List<Mark> marks) {
        this.marks = marks;
    }

    /** The name of a field that is there under a condition. */
    static String conditional(String condition, String field) {
        return CONDITION + condition + CONDITION + field;
    }

    /** A text that a definition of the chart's makes. */
    static String template(String definition) {
        return CONDITION + definition;
    }

    /** @param usual the same object without marks, which has the defaults */
    String write(JsonNode object, JsonNode usual) {
        fields(object, usual, 0);
        return text.toString();
    }

    private void line(int indent, String line) {
        text.append(" ".repeat(indent)).append(line).append('\n');
    }

    private void fields(JsonNode object, JsonNode usual, int indent) {
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            String name = field.getKey();
            if (name.charAt(0) == CONDITION) {
                int end = name.indexOf(CONDITION, 1);
                line(indent, "{{- if " + name.substring(1, end) + " }}");
                String real = name.substring(end + 1);
                field(real, field.getValue(), usual.path(real), indent);
                line(indent, "{{- end }}");
            } else {
                field(name, field.getValue(), usual.path(name), indent);
            }
        }
    }

    private void field(String name, JsonNode value, JsonNode usual, int indent) {
        String key = name.matches("[A-Za-z][A-Za-z0-9]*") ? name : Expressions.quoted(name);
        Mark whole = value.isContainer() ? wholeOf(name, value) : null;
        if (whole != null) {
            whole(key, whole, usual, indent);
        } else if (value.isObject() && value.propertyStream().anyMatch(each -> isTexts(each.getKey()))) {
            texts(key, value, indent);
        } else if (value.isContainer() && !value.isEmpty()) {
            line(indent, key + ":");
            inner(value, usual, indent);
        } else if (value.isString() && value.asString().startsWith(String.valueOf(CONDITION))) {
            line(indent, key + ": {{ include \"" + value.asString().substring(1) + "\" $ | quote }}");
        } else if (value.isString()
                && usual.isMissingNode()
                && !Expressions.whole(value.asString()).isEmpty()) {
            line(indent, "{{- with " + Expressions.value(Expressions.whole(value.asString())) + " }}");
            line(indent, key + ": {{ . | toString | quote }}");
            line(indent, "{{- end }}");
        } else {
            line(indent, key + ": " + scalar(value, usual));
        }
    }

    private void inner(JsonNode value, JsonNode usual, int indent) {
        if (value.isObject()) {
            fields(value, usual, indent + 2);
            return;
        }
        for (int i = 0; i < value.size(); i++) {
            element(value.get(i), usual.path(i), indent);
        }
    }

    private void element(JsonNode element, JsonNode usual, int indent) {
        String first = element.isObject() && !element.isEmpty()
                ? element.propertyNames().iterator().next()
                : "";
        if (!first.isEmpty() && first.charAt(0) == CONDITION) {
            line(indent, "{{- if " + first.substring(1, first.indexOf(CONDITION, 1)) + " }}");
            element(element.get(first), usual, indent);
            line(indent, "{{- end }}");
        } else if (element.isObject() && isTexts(element.path("name").asString(""))) {
            // Variables of a container, by name.
            line(
                    indent,
                    "{{- range $name, $value := "
                            + Expressions.value(
                                    Expressions.whole(element.path("name").asString())) + " }}");
            line(indent, "- name: {{ $name | quote }}");
            line(indent, "  value: {{ $value | toString | quote }}");
            line(indent, "{{- end }}");
        } else if (element.isContainer() && !element.isEmpty()) {
            int start = text.length();
            if (element.isObject()) {
                fields(element, usual, indent + 2);
            } else {
                inner(element, usual, indent + 2);
            }
            dash(start, indent);
        } else {
            line(indent, "- " + scalar(element, usual));
        }
    }

    /** The first line of an element that is no template's own has the dash. */
    private void dash(int start, int indent) {
        int at = start;
        while (text.substring(at).stripLeading().startsWith("{{-")) {
            at = text.indexOf("\n", at) + 1;
        }
        text.setCharAt(at + indent, '-');
    }

    private static boolean isTexts(String key) {
        return !Expressions.whole(key).isEmpty();
    }

    /** The mark that stands for all of a field, if one does. */
    private @Nullable Mark wholeOf(String field, JsonNode value) {
        Matcher token = TOKEN.matcher(value.toString());
        while (token.find()) {
            for (Mark mark : marks) {
                boolean same = mark.name().equals(token.group(1));
                boolean all = mark.kind() == Mark.Kind.WHOLE || mark.kind() == Mark.Kind.NAMES;
                if (same && all && mark.name().endsWith(field)) {
                    return mark;
                }
            }
        }
        return null;
    }

    private void whole(String key, Mark mark, JsonNode usual, int indent) {
        line(indent, "{{- with " + Expressions.value(mark.name()) + " }}");
        line(indent, key + ":");
        if (mark.kind() == Mark.Kind.NAMES) {
            line(indent, "{{- range . }}");
            line(indent, "- name: {{ . | quote }}");
            line(indent, "{{- end }}");
        } else {
            line(0, "{{ toYaml . | indent " + (indent + 2) + " }}");
        }
        if (usual.isContainer() && !usual.isEmpty()) {
            line(indent, "{{- else }}");
            line(indent, key + ":");
            inner(usual, usual, indent);
        }
        line(indent, "{{- end }}");
    }

    /** Texts of a user's beside some of ours: what comes later wins, as it does in an installation. */
    private void texts(String key, JsonNode value, int indent) {
        List<String> layers = new ArrayList<>();
        StringBuilder ours = new StringBuilder();
        for (Map.Entry<String, JsonNode> each : value.properties()) {
            if (!isTexts(each.getKey())) {
                ours.append(' ')
                        .append(Expressions.quoted(each.getKey()))
                        .append(' ')
                        .append(Expressions.of(each.getValue().asString(), ""));
                continue;
            }
            if (!ours.isEmpty()) {
                layers.add("(dict" + ours + ")");
                ours.setLength(0);
            }
            layers.add("(deepCopy (" + Expressions.value(Expressions.whole(each.getKey())) + " | default dict))");
        }
        if (!ours.isEmpty()) {
            layers.add("(dict" + ours + ")");
        }
        line(indent, "{{- with mergeOverwrite dict " + String.join(" ", layers) + " }}");
        line(indent, key + ":");
        line(indent, "{{- range $name, $value := . }}");
        line(indent + 2, "{{ $name | quote }}: {{ $value | toString | quote }}");
        line(indent, "{{- end }}");
        line(indent, "{{- end }}");
    }

    private String scalar(JsonNode value, JsonNode usual) {
        if (value.isString()) {
            String found = value.asString();
            return Expressions.isMarked(found)
                    ? "{{ " + Expressions.of(found, usual.isString() ? usual.asString() : "") + " | quote }}"
                    : Expressions.quoted(found).replace("{{", "{{ \"{{\" }}");
        }
        int index = value.isInt() ? value.asInt() - Mark.FIRST_NUMBER : -1;
        if (index < 0 || index >= marks.size()) {
            return value.toString();
        }
        String said = Expressions.value(marks.get(index).name());
        return "{{ if kindIs \"invalid\" " + said + " }}" + usual + "{{ else }}{{ int64 " + said + " }}{{ end }}";
    }
}

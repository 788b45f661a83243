package dev.lateen.api.yaml;

import java.util.List;
import tools.jackson.databind.JsonNode;

/** Paths such as {@code spec.http[0].headers["x.y"]}. */
final class Steps {
    private Steps() {}

    /** The path as text. */
    static String text(List<Object> steps) {
        StringBuilder text = new StringBuilder();
        for (Object step : steps) {
            if (step instanceof Integer index) {
                text.append('[').append(index).append(']');
            } else if (isPlain((String) step)) {
                text.append(text.isEmpty() ? "" : ".").append(step);
            } else {
                text.append("[\"").append(step).append("\"]");
            }
        }
        return text.toString();
    }

    private static boolean isPlain(String step) {
        return !step.isEmpty() && step.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '_' || c == '-');
    }

    /** The line of the field at {@code path} below {@code from}, as far as the path leads; 0 if it leads nowhere. */
    static int line(JsonNode from, String path, Lines lines) {
        JsonNode at = from;
        int line = 0;
        for (String step : path.split("[.\\[]", -1)) {
            if (step.isEmpty()) {
                continue;
            }
            if (step.endsWith("]") && at.isArray()) {
                int index = Integer.parseInt(step.substring(0, step.length() - 1));
                line = lines.of(at, index);
                at = at.path(index);
            } else if (at.has(step)) {
                line = lines.of(at, step);
                at = at.path(step);
            } else {
                return line;
            }
        }
        return line;
    }
}

package dev.lateen.api.yaml;

import java.util.ArrayList;
import java.util.List;

/**
 * JSON objects one behind the other, as {@code jq} and Kubernetes' tools write them and kubectl reads them: no YAML, though each of them is. Pure.
 */
public final class JsonTexts {
    /** More objects than a text that is read in earnest has; it costs a document each. */
    private static final int MOST = 100_000;

    private JsonTexts() {}

    /**
     * One text of several.
     *
     * @param text holds nothing but one object
     * @param linesBefore how many lines of the whole stand before it
     */
    public record Part(String text, int linesBefore) {}

    /** The objects of a text, or the text as it is, if it is not a row of at least two objects. */
    public static List<Part> split(String text) {
        List<Part> parts = new ArrayList<>();
        int at = skip(text, 0);
        int lines = lines(text, 0, at);
        while (at < text.length() && parts.size() < MOST) {
            int end = end(text, at);
            if (end < 0) {
                return List.of(new Part(text, 0));
            }
            parts.add(new Part(text.substring(at, end), lines));
            int next = skip(text, end);
            lines += lines(text, at, next);
            at = next;
        }
        return parts.size() < 2 || at < text.length() ? List.of(new Part(text, 0)) : parts;
    }

    private static int skip(String text, int from) {
        int at = from;
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static int lines(String text, int from, int to) {
        int lines = 0;
        for (int i = from; i < to; i++) {
            lines += text.charAt(i) == '\n' ? 1 : 0;
        }
        return lines;
    }

    /** Behind the object that begins here; -1 if none does, or it has no end. */
    private static int end(String text, int from) {
        if (text.charAt(from) != '{') {
            return -1;
        }
        int depth = 0;
        boolean quoted = false;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted) {
                if (c == '\\') {
                    i++;
                } else if (c == '"') {
                    quoted = false;
                }
            } else if (c == '"') {
                quoted = true;
            } else if (c == '{') {
                depth++;
            } else if (c == '}' && --depth == 0) {
                return i + 1;
            }
        }
        return -1;
    }
}

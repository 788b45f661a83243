package dev.lateen.install.chart;

import java.util.List;
import java.util.Map;

/**
 * A value that a chart takes: put into the values of an installation, it is seen where in the objects it comes out again, and there the chart's template refers to it.
 *
 * @param path where an installation reads it, in the shape of an IstioOperator's spec
 * @param name what the chart's users call it
 * @param kind what stands there
 */
record Mark(String path, String name, Kind kind) {
    /** What numbers begin at that are marks. */
    static final int FIRST_NUMBER = 900_000_000;

    /** What kinds of values there are. */
    enum Kind {
        TEXT,
        NUMBER,
        /** Texts by name. */
        TEXTS,
        /** A list of names. */
        NAMES,
        /** Anything of that field's, as Kubernetes has it. */
        WHOLE
    }

    static Mark text(String path, String name) {
        return new Mark(path, name, Kind.TEXT);
    }

    static Mark number(String path, String name) {
        return new Mark(path, name, Kind.NUMBER);
    }

    static Mark texts(String path, String name) {
        return new Mark(path, name, Kind.TEXTS);
    }

    static Mark names(String path, String name) {
        return new Mark(path, name, Kind.NAMES);
    }

    static Mark whole(String path, String name) {
        return new Mark(path, name, Kind.WHOLE);
    }

    /** What is looked for in a text. */
    static String token(String name) {
        return "@{" + name + "}";
    }

    /** What is put in; {@code index} tells numbers apart. */
    Object value(int index) {
        String token = token(name);
        return switch (kind) {
            case TEXT -> token;
            case NUMBER -> FIRST_NUMBER + index;
            case TEXTS -> Map.of(token, token);
            case NAMES -> List.of(token);
            case WHOLE ->
                switch (name.substring(name.lastIndexOf('.') + 1)) {
                    case "resources" -> Map.of("requests", Map.of(token, "1"));
                    case "affinity" ->
                        Map.of(
                                "podAffinity",
                                Map.of(
                                        "requiredDuringSchedulingIgnoredDuringExecution",
                                        List.of(Map.of("topologyKey", token))));
                    case "ports" -> List.of(Map.of("name", token, "port", 1));
                    case "tolerations" -> List.of(Map.of("key", token));
                    default -> throw new IllegalStateException(name + ": no shape is known for it");
                };
        };
    }
}

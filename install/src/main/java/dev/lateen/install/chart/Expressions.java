package dev.lateen.install.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Texts with marks in them, as expressions of Helm's templates. Pure. */
final class Expressions {
    private static final Pattern IMAGE = Pattern.compile("@\\{global\\.hub}/(.+):@\\{global\\.tag}");
    private static final Pattern PART =
            Pattern.compile("@\\{(?<mark>[^}]+)}|(?<suffix>-" + Probe.REVISION + ")|(?<revision>"
                    + Probe.REVISION + ")|(?<namespace>" + Probe.NAMESPACE + ")|(?<name>" + Probe.NAME + ")|(?<label>"
                    + Probe.LABEL + ")|(?<service>" + Probe.SERVICE + ")");

    private Expressions() {}

    /** Whether a text has a mark in it. */
    static boolean isMarked(String text) {
        return PART.matcher(text).find();
    }

    /** The name of the mark that is the whole text; empty if it is none. */
    static String whole(String text) {
        Matcher matcher = PART.matcher(text);
        return matcher.matches() && matcher.group("mark") != null ? matcher.group("mark") : "";
    }

    /**
     * An expression for a text.
     *
     * @param usual what stands there if nobody says anything; empty for nothing
     */
    static String of(String text, String usual) {
        Matcher image = IMAGE.matcher(text);
        if (image.matches()) {
            String name = usual.isEmpty() ? "" : usual.substring(usual.lastIndexOf('/') + 1, usual.lastIndexOf(':'));
            return "(include \"lateen.image\" (list $ " + of(image.group(1), name) + "))";
        }
        List<String> parts = new ArrayList<>();
        Matcher matcher = PART.matcher(text);
        int at = 0;
        while (matcher.find()) {
            if (matcher.start() > at) {
                parts.add(quoted(text.substring(at, matcher.start())));
            }
            parts.add(part(matcher, usual));
            at = matcher.end();
        }
        if (at < text.length() || parts.isEmpty()) {
            parts.add(quoted(text.substring(at)));
        }
        return parts.size() == 1
                ? parts.getFirst()
                : "(printf \"" + "%s".repeat(parts.size()) + "\" " + String.join(" ", parts) + ")";
    }

    private static String part(Matcher matcher, String usual) {
        if (matcher.group("mark") != null) {
            return "(toString (" + value(matcher.group("mark")) + " | default " + quoted(usual) + "))";
        }
        if (matcher.group("suffix") != null) {
            return "(include \"lateen.suffix\" $)";
        }
        if (matcher.group("revision") != null) {
            return "(include \"lateen.revision\" $)";
        }
        if (matcher.group("name") != null) {
            return "(include \"lateen.name\" $)";
        }
        if (matcher.group("service") != null) {
            return "$.Release.Service";
        }
        return matcher.group("label") != null
                ? "(include \"lateen.name\" $ | trimPrefix \"istio-\")"
                : "$.Release.Namespace";
    }

    /** Where a value stands. */
    static String value(String name) {
        return "$.Values." + name;
    }

    /** A text as templates and YAML both write it. */
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars().forEach(c -> {
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\t' -> quoted.append("\\t");
                default -> quoted.append((char) c);
            }
        });
        return quoted.append('"').toString();
    }
}

package dev.lateen.injector.text;

import dev.lateen.injector.text.TemplateFunctions.Function;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/** TemplateFunctions that make texts of texts. */
final class TextFunctions {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private TextFunctions() {}

    static void addTo(Map<String, Function> all) {
        all.put("print", given -> given.values().stream().map(Values::text).collect(Collectors.joining()));
        all.put("printf", TextFunctions::formatted);
        all.put("quote", given -> JSON.writeValueAsString(given.text(0)));
        all.put("squote", given -> "'" + given.text(0) + "'");
        all.put("toString", given -> given.text(0));
        all.put("lower", given -> given.text(0).toLowerCase(Locale.ROOT));
        all.put("toLower", given -> given.text(0).toLowerCase(Locale.ROOT));
        all.put("upper", given -> given.text(0).toUpperCase(Locale.ROOT));
        all.put("trim", given -> given.text(0).strip());
        all.put("trimAll", given -> trimmed(given.text(1), given.text(0)));
        all.put(
                "trimPrefix",
                given -> given.text(1).startsWith(given.text(0))
                        ? given.text(1).substring(given.text(0).length())
                        : given.text(1));
        all.put("trimSuffix", given -> withoutEnd(given.text(1), given.text(0)));
        all.put(
                "trunc",
                given -> given.text(1)
                        .substring(
                                0, Math.clamp(given.number(0), 0, given.text(1).length())));
        all.put("replace", given -> given.text(2).replace(given.text(0), given.text(1)));
        all.put("contains", given -> given.text(1).contains(given.text(0)));
        all.put("hasPrefix", given -> given.text(1).startsWith(given.text(0)));
        all.put("hasSuffix", given -> given.text(1).endsWith(given.text(0)));
        all.put("join", given -> given.list(1).stream().map(Values::text).collect(Collectors.joining(given.text(0))));
        all.put("splitList", given -> List.of(given.text(1).split(Pattern.quote(given.text(0)), -1)));
        // Of injection templates: the first line stands where the template has indented it already.
        all.put("indent", given -> indented(given.text(1), given.number(0)));
        all.put("nindent", given -> "\n" + " ".repeat(given.number(0)) + indented(given.text(1), given.number(0)));
        all.put("directory", given -> given.text(0).substring(0, given.text(0).lastIndexOf('/') + 1));
    }

    private static String withoutEnd(String text, String end) {
        return text.endsWith(end) ? text.substring(0, text.length() - end.length()) : text;
    }

    private static String trimmed(String text, String characters) {
        int start = 0;
        int end = text.length();
        while (start < end && characters.indexOf(text.charAt(start)) >= 0) {
            start++;
        }
        while (end > start && characters.indexOf(text.charAt(end - 1)) >= 0) {
            end--;
        }
        return text.substring(start, end);
    }

    private static String indented(String text, int spaces) {
        return text.replace("\n", "\n" + " ".repeat(spaces));
    }

    /** The verbs s, d, v, t and q; others are refused. */
    private static String formatted(Arguments given) {
        StringBuilder text = new StringBuilder();
        String format = given.text(0);
        int next = 1;
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                text.append(c);
                continue;
            }
            char verb = format.charAt(++i);
            text.append(
                    switch (verb) {
                        case '%' -> "%";
                        case 's', 'd', 'v', 't' -> given.text(next++);
                        case 'q' -> JSON.writeValueAsString(given.text(next++));
                        default ->
                            throw new TemplateException(
                                    "printf: %" + verb + " is not understood (expected: %s, %d, %v, %t, %q or %%)");
                    });
        }
        return text.toString();
    }
}

package dev.lateen.proxy.xds.decode;

import com.google.re2j.Pattern;
import dev.lateen.proxy.xds.proto.ProtoNode;

/**
 * {@code envoy.extensions.path.match.uri_template.v3}: {@code *} is one path segment, {@code **} any number of them (last only, but for
 * Istio's use), {@code {name=pattern}} a named part.
 */
final class UriTemplates {
    static final String MESSAGE = "envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig";

    /** What Envoy accepts as one character of a segment: RFC 3986 pchar. */
    private static final String PCHAR = "[a-zA-Z0-9\\-._~!$&'()*+,;=:@%]";

    private UriTemplates() {}

    /** The template's equivalent RE2 expression over the path without its query. */
    static Pattern pattern(ProtoNode config) {
        String template = config.required("path_template");
        if (!template.startsWith("/") || template.length() > 255) {
            throw config.unsupported(
                    "path_template", '"' + template + '"', "a template that begins with / of at most 255 characters");
        }
        return MatcherDecoder.pattern(config, "path_template", expression(config, template));
    }

    private static String expression(ProtoNode config, String template) {
        StringBuilder regex = new StringBuilder();
        int at = 0;
        while (at < template.length()) {
            char c = template.charAt(at);
            if (c == '{') {
                int end = template.indexOf('}', at);
                if (end < 0) {
                    throw config.unsupported("path_template", '"' + template + '"', "every { closed by }");
                }
                variable(config, template.substring(at + 1, end), regex);
                at = end + 1;
            } else {
                at = plain(template, at, regex);
            }
        }
        return regex.toString();
    }

    private static int plain(String template, int at, StringBuilder regex) {
        if (template.startsWith("**", at)) {
            // "/**" at the end also matches nothing behind the slash.
            regex.append("(?:").append(PCHAR).append("|/)*");
            return at + 2;
        }
        char c = template.charAt(at);
        regex.append(c == '*' ? PCHAR + "+" : Pattern.quote(String.valueOf(c)));
        return at + 1;
    }

    private static void variable(ProtoNode config, String content, StringBuilder regex) {
        int equals = content.indexOf('=');
        String name = equals < 0 ? content : content.substring(0, equals);
        if (name.isEmpty() || !Pattern.matches("[a-zA-Z][a-zA-Z0-9_]{0,15}", name)) {
            throw config.unsupported(
                    "path_template", "variable \"" + name + '"', "a letter, then up to 15 letters, digits or _");
        }
        regex.append("(?P<").append(name).append('>');
        regex.append(equals < 0 ? PCHAR + "+" : expression(config, content.substring(equals + 1)));
        regex.append(')');
    }
}

package dev.lateen.proxy.xds.decode;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.lateen.proxy.expression.Expression;
import dev.lateen.proxy.model.HeaderMatcher;
import dev.lateen.proxy.model.MetadataMatcher;
import dev.lateen.proxy.model.StringMatcher;
import dev.lateen.proxy.model.ValueMatcher;
import dev.lateen.proxy.xds.proto.ProtoNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@code envoy.type.matcher.v3} and {@code envoy.config.route.v3.HeaderMatcher}. */
final class MatcherDecoder {
    private static final String KINDS = "exact, prefix, suffix, contains, safe_regex";

    private MatcherDecoder() {}

    static StringMatcher string(ProtoNode node) {
        boolean ignoreCase = node.flag("ignore_case");
        if (node.has("exact")) {
            return new StringMatcher.Exact(node.text("exact"), ignoreCase);
        }
        if (node.has("prefix")) {
            return new StringMatcher.Prefix(node.text("prefix"), ignoreCase);
        }
        if (node.has("suffix")) {
            return new StringMatcher.Suffix(node.text("suffix"), ignoreCase);
        }
        if (node.has("contains")) {
            return new StringMatcher.Contains(node.text("contains"), ignoreCase);
        }
        if (node.has("safe_regex")) {
            return new StringMatcher.Regex(regex(node.requiredMessage("safe_regex")));
        }
        throw node.error("match_pattern", (node.has("custom") ? "custom" : "missing") + " (accepted: " + KINDS + ")");
    }

    static Pattern regex(ProtoNode node) {
        node.ignoring("google_re2");
        return pattern(node, "regex", node.required("regex"));
    }

    static Pattern pattern(ProtoNode node, String field, String expression) {
        try {
            return Pattern.compile(expression);
        } catch (PatternSyntaxException e) {
            throw node.unsupported(field, '"' + expression + "\": " + e.getMessage(), "an RE2 expression");
        }
    }

    static List<HeaderMatcher> headers(List<ProtoNode> nodes) {
        return nodes.stream().map(MatcherDecoder::header).toList();
    }

    static HeaderMatcher header(ProtoNode node) {
        String name = node.required("name").toLowerCase(Locale.ROOT);
        return new HeaderMatcher(
                name, test(node), node.flag("invert_match"), node.flag("treat_missing_header_as_empty"));
    }

    private static HeaderMatcher.Test test(ProtoNode node) {
        if (node.has("string_match")) {
            return new HeaderMatcher.Test.Value(string(node.requiredMessage("string_match")));
        }
        if (node.has("exact_match")) {
            return new HeaderMatcher.Test.Value(new StringMatcher.Exact(node.text("exact_match"), false));
        }
        if (node.has("prefix_match")) {
            return new HeaderMatcher.Test.Value(new StringMatcher.Prefix(node.text("prefix_match"), false));
        }
        if (node.has("suffix_match")) {
            return new HeaderMatcher.Test.Value(new StringMatcher.Suffix(node.text("suffix_match"), false));
        }
        if (node.has("contains_match")) {
            return new HeaderMatcher.Test.Value(new StringMatcher.Contains(node.text("contains_match"), false));
        }
        if (node.has("safe_regex_match")) {
            return new HeaderMatcher.Test.Value(
                    new StringMatcher.Regex(regex(node.requiredMessage("safe_regex_match"))));
        }
        if (node.has("range_match")) {
            ProtoNode range = node.requiredMessage("range_match");
            return new HeaderMatcher.Test.Range(range.number("start"), range.number("end"));
        }
        // Without a specifier Envoy asks for presence.
        return new HeaderMatcher.Test.Present(!node.has("present_match") || node.flag("present_match"));
    }

    static HeaderMatcher.QueryParameter query(ProtoNode node) {
        ProtoNode string = node.message("string_match");
        boolean present = !node.has("present_match") || node.flag("present_match");
        return new HeaderMatcher.QueryParameter(node.required("name"), string == null ? null : string(string), present);
    }

    static MetadataMatcher metadata(ProtoNode node) {
        List<String> path = new ArrayList<>();
        for (ProtoNode segment : node.messages("path")) {
            path.add(segment.required("key"));
        }
        return new MetadataMatcher(
                node.required("filter"), path, value(node.requiredMessage("value")), node.flag("invert"));
    }

    static ValueMatcher value(ProtoNode node) {
        if (node.has("string_match")) {
            return new ValueMatcher.Text(string(node.requiredMessage("string_match")));
        }
        if (node.has("or_match")) {
            return new ValueMatcher.Or(node.messageOrEmpty("or_match").messages("value_matchers").stream()
                    .map(MatcherDecoder::value)
                    .toList());
        }
        ProtoNode list = node.message("list_match");
        if (list != null) {
            return new ValueMatcher.OneOf(value(list.requiredMessage("one_of")));
        }
        ProtoNode number = node.message("double_match");
        if (number != null) {
            ProtoNode range = number.message("range");
            return range == null
                    ? new ValueMatcher.IsNumber(number.decimal("exact"))
                    : new ValueMatcher.InRange(range.decimal("start"), range.decimal("end"));
        }
        if (node.has("bool_match")) {
            return new ValueMatcher.IsBool(node.flag("bool_match"));
        }
        if (node.has("present_match")) {
            return new ValueMatcher.Present(node.flag("present_match"));
        }
        if (node.has("null_match")) {
            return new ValueMatcher.IsNull();
        }
        throw node.error(
                "match_pattern",
                "missing (accepted: null_match, double_match, string_match, bool_match, present_match, list_match,"
                        + " or_match)");
    }

    /** An expression in CEL. */
    static Expression expression(ProtoNode node, String field, String text) {
        try {
            return Expression.compile(text);
        } catch (IllegalArgumentException e) {
            throw node.unsupported(field, '"' + text + "\": " + e.getMessage(), "a CEL expression without macros");
        }
    }
}

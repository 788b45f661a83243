package dev.lateen.proxy.route;

import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.model.HeaderMatcher;
import dev.lateen.proxy.model.StringMatcher;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Header matchers against heads, as {@code envoy.config.route.v3.HeaderMatcher} defines them: several lines of a name are joined by a comma;
 * a missing header never matches, inverted or not, unless it is asked for presence or missing counts as empty.
 */
public final class HeaderConditions {
    private HeaderConditions() {}

    /** Whether every matcher holds. */
    public static boolean allMatch(List<HeaderMatcher> matchers, RequestHead head) {
        for (int i = 0; i < matchers.size(); i++) {
            if (!matches(matchers.get(i), head)) {
                return false;
            }
        }
        return true;
    }

    /** Against a request; pseudo-headers and {@code host} by their names. */
    public static boolean matches(HeaderMatcher matcher, RequestHead head) {
        return matches(matcher, value(matcher.name(), head));
    }

    /** Against a response; {@code :status} by its name. */
    public static boolean matches(HeaderMatcher matcher, ResponseHead head) {
        CharSequence value = matcher.name().equals(":status")
                ? Integer.toString(head.status())
                : head.headers().getJoined(matcher.name());
        return matches(matcher, value);
    }

    /** Against a value, null when the header is missing. */
    public static boolean matches(HeaderMatcher matcher, @Nullable CharSequence value) {
        if (matcher.test() instanceof HeaderMatcher.Test.Present present) {
            boolean there = value != null || matcher.treatMissingAsEmpty();
            return (there == present.present()) != matcher.invert();
        }
        if (value == null && !matcher.treatMissingAsEmpty()) {
            return false;
        }
        return holds(matcher.test(), value == null ? "" : value) != matcher.invert();
    }

    private static boolean holds(HeaderMatcher.Test test, CharSequence value) {
        return switch (test) {
            case HeaderMatcher.Test.Value wanted -> wanted.matcher().matches(value);
            case HeaderMatcher.Test.Range range -> inRange(value, range.start(), range.end());
            case HeaderMatcher.Test.Present present -> present.present();
        };
    }

    private static boolean inRange(CharSequence value, long start, long end) {
        try {
            long number = Long.parseLong(value, 0, value.length(), 10);
            return number >= start && number < end;
        } catch (NumberFormatException notANumber) {
            return false;
        }
    }

    /** The value a request has for a name, lines joined, or null. */
    public static @Nullable CharSequence value(String lowerCaseName, RequestHead head) {
        if (lowerCaseName.isEmpty() || lowerCaseName.charAt(0) != ':') {
            return lowerCaseName.equals("host") ? authority(head) : joined(head.headers(), lowerCaseName);
        }
        return switch (lowerCaseName) {
            case ":method" -> head.method();
            case ":path" -> head.path().isEmpty() ? null : head.path();
            case ":authority" -> authority(head);
            case ":scheme" -> head.scheme();
            default -> null;
        };
    }

    private static @Nullable CharSequence joined(HeaderMap headers, String name) {
        return headers.getJoined(name);
    }

    private static @Nullable String authority(RequestHead head) {
        return head.authority().isEmpty() ? null : head.authority();
    }

    /** In words, such as {@code exact "jason"}. */
    public static String describe(HeaderMatcher matcher) {
        String text = switch (matcher.test()) {
            case HeaderMatcher.Test.Value value -> describe(value.matcher());
            case HeaderMatcher.Test.Range range -> range.start() + " <= n < " + range.end();
            case HeaderMatcher.Test.Present present -> present.present() ? "present" : "absent";
        };
        return matcher.invert() ? "not " + text : text;
    }

    /** In words, such as {@code prefix "/api"}. */
    public static String describe(StringMatcher matcher) {
        return switch (matcher) {
            case StringMatcher.Exact exact -> "exact \"" + exact.value() + '"';
            case StringMatcher.Prefix prefix -> "prefix \"" + prefix.value() + '"';
            case StringMatcher.Suffix suffix -> "suffix \"" + suffix.value() + '"';
            case StringMatcher.Contains contains -> "contains \"" + contains.value() + '"';
            case StringMatcher.Regex regex -> "regex \"" + regex.pattern() + '"';
        };
    }
}

package dev.lateen.proxy.route;

import com.google.re2j.Pattern;
import dev.lateen.proxy.model.RouteAction.PathRewrite;
import dev.lateen.proxy.model.RouteMatch.PathMatch;
import org.jspecify.annotations.Nullable;

/** A path rewrite of a route or redirect, compiled. The query always stays. */
final class PathRewriter {
    private final PathRewrite rewrite;
    private final PathMatch match;
    private final String substitution;

    private PathRewriter(PathRewrite rewrite, PathMatch match, String substitution) {
        this.rewrite = rewrite;
        this.match = match;
        this.substitution = substitution;
    }

    /** Null when nothing is rewritten. */
    static @Nullable PathRewriter compile(PathRewrite rewrite, PathMatch match) {
        return switch (rewrite) {
            case PathRewrite.None none -> null;
            case PathRewrite.Prefix prefix ->
                prefix.replacement().isEmpty() ? null : new PathRewriter(rewrite, match, "");
            case PathRewrite.Regex regex -> new PathRewriter(rewrite, match, reference(regex.substitution()));
            case PathRewrite.Full full -> new PathRewriter(rewrite, match, "");
        };
    }

    String apply(String path) {
        int end = PathCondition.end(path);
        return switch (rewrite) {
            case PathRewrite.None none -> path;
            case PathRewrite.Prefix prefix ->
                prefix.replacement() + path.substring(PathCondition.matchedLength(match, path));
            case PathRewrite.Regex regex -> replaceAll(regex.pattern(), path.substring(0, end)) + path.substring(end);
            case PathRewrite.Full full -> full.path() + path.substring(end);
        };
    }

    private String replaceAll(Pattern pattern, String path) {
        try {
            return pattern.matcher(path).replaceAll(substitution);
        } catch (IndexOutOfBoundsException noSuchGroup) {
            // RE2 refuses a substitution that names a group the pattern lacks; then the path stays as it is.
            return path;
        }
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** RE2's {@code \1} and {@code \\} in the words of this library, whose groups are {@code $1}. */
    private static String reference(String re2) {
        StringBuilder text = new StringBuilder(re2.length() + 4);
        boolean afterGroup = false;
        for (int i = 0; i < re2.length(); i++) {
            char c = re2.charAt(i);
            boolean digitAfterGroup = afterGroup && isDigit(c);
            afterGroup = false;
            if (c == '\\' && i + 1 < re2.length()) {
                char next = re2.charAt(++i);
                afterGroup = isDigit(next);
                text.append(afterGroup ? '$' : '\\').append(next);
            } else if (c == '$' || c == '\\' || digitAfterGroup) {
                text.append('\\').append(c);
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }
}

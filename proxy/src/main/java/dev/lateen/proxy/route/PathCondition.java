package dev.lateen.proxy.route;

import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.RouteMatch.PathMatch;
import java.util.Locale;

/** The path part of a route's match, on the path without its query. */
final class PathCondition {
    private PathCondition() {}

    /** Where the query or fragment begins, or the length. */
    static int end(String path) {
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '?' || c == '#') {
                return i;
            }
        }
        return path.length();
    }

    static boolean matches(PathMatch match, boolean caseSensitive, RequestHead request) {
        String path = request.path();
        if (match instanceof PathMatch.Connect) {
            return isConnect(request);
        }
        if (path.isEmpty()) {
            // A CONNECT request without a path matches nothing but a connect matcher.
            return false;
        }
        int end = end(path);
        return switch (match) {
            case PathMatch.Prefix prefix -> startsWith(path, end, prefix.prefix(), caseSensitive);
            case PathMatch.Exact exact ->
                end == exact.path().length() && startsWith(path, end, exact.path(), caseSensitive);
            case PathMatch.PathSeparatedPrefix separated -> {
                int length = separated.prefix().length();
                yield startsWith(path, end, separated.prefix(), caseSensitive)
                        && (end == length || path.charAt(length) == '/');
            }
            case PathMatch.Regex regex -> regex.pattern().matches(path.substring(0, end));
            case PathMatch.UriTemplate template -> template.pattern().matches(path.substring(0, end));
            case PathMatch.Connect connect -> false;
        };
    }

    private static boolean isConnect(RequestHead request) {
        return request.method().equals("CONNECT");
    }

    private static boolean startsWith(String path, int end, String prefix, boolean caseSensitive) {
        return prefix.length() <= end && path.regionMatches(!caseSensitive, 0, prefix, 0, prefix.length());
    }

    /** How much of the path a prefix rewrite replaces. */
    static int matchedLength(PathMatch match, String path) {
        return switch (match) {
            case PathMatch.Prefix prefix -> Math.min(prefix.prefix().length(), end(path));
            case PathMatch.PathSeparatedPrefix prefix ->
                Math.min(prefix.prefix().length(), end(path));
            case PathMatch.Exact exact -> end(path);
            case PathMatch.Regex regex -> end(path);
            case PathMatch.UriTemplate template -> end(path);
            case PathMatch.Connect connect -> end(path);
        };
    }

    static String describe(PathMatch match, boolean caseSensitive) {
        String text = switch (match) {
            case PathMatch.Prefix prefix -> "prefix \"" + prefix.prefix() + '"';
            case PathMatch.Exact exact -> "exact \"" + exact.path() + '"';
            case PathMatch.PathSeparatedPrefix prefix -> "path-separated prefix \"" + prefix.prefix() + '"';
            case PathMatch.Regex regex -> "regex \"" + regex.pattern() + '"';
            case PathMatch.Connect connect -> "a CONNECT request";
            case PathMatch.UriTemplate template -> "template \"" + template.template() + '"';
        };
        return caseSensitive ? text : text + " in any case";
    }

    static String lower(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                return text.toLowerCase(Locale.ROOT);
            }
        }
        return text;
    }
}

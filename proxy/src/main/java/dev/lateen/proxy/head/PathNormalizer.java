package dev.lateen.proxy.head;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Makes different spellings of one path the same, so that a policy on a path can't be passed by: dot segments go (RFC 3986 section 6.2.2.3),
 * escapes of unreserved characters are undone (6.2.2.2), characters that a URL may not hold are escaped, a backslash is a slash, a percent sign that
 * begins no escape stays, as Envoy's {@code normalize_path} has it. Queries are not touched.
 */
final class PathNormalizer {
    /** What a URL may not hold as it is (RFC 3986 appendix A), escaped here. */
    private static final String UNSAFE = "\"<>^`{|}";

    private static final String HEX = "0123456789ABCDEF";

    private PathNormalizer() {}

    /** @return the path with its query; empty when it can't be normalised */
    static String normalize(String path) {
        int end = endOfPath(path);
        if (!needsWork(path, end)) {
            return path;
        }
        StringBuilder plain = new StringBuilder(path.length());
        for (int i = 0; i < end; i++) {
            char c = path.charAt(i);
            if (c == '\\') {
                plain.append('/');
            } else if (c == '%') {
                int value = escaped(path, i, end);
                if (value == 0) {
                    return "";
                }
                if (value < 0) {
                    plain.append(c);
                    continue;
                }
                if (unreserved(value)) {
                    plain.append((char) value);
                } else {
                    plain.append(path, i, i + 3);
                }
                i += 2;
            } else if (UNSAFE.indexOf(c) >= 0) {
                plain.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
            } else {
                plain.append(c);
            }
        }
        return withoutDots(plain.toString()) + path.substring(end);
    }

    private static boolean needsWork(String path, int end) {
        for (int i = 0; i < end; i++) {
            char c = path.charAt(i);
            if (c == '%' || c == '\\' || UNSAFE.indexOf(c) >= 0 || c == '.' && i > 0 && path.charAt(i - 1) == '/') {
                return true;
            }
        }
        return false;
    }

    private static int endOfPath(String path) {
        int query = path.indexOf('?');
        return query < 0 ? path.length() : query;
    }

    /** The value of an escape; -1 when this is none. */
    private static int escaped(String path, int percent, int end) {
        if (percent + 2 >= end) {
            return -1;
        }
        int high = Character.digit(path.charAt(percent + 1), 16);
        int low = Character.digit(path.charAt(percent + 2), 16);
        int value = high * 16 + low;
        return high < 0 || low < 0 ? -1 : value;
    }

    private static boolean unreserved(int c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c == '-'
                || c == '.'
                || c == '_'
                || c == '~';
    }

    private static String withoutDots(String path) {
        Deque<String> kept = new ArrayDeque<>();
        String[] segments = path.substring(1).split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            boolean last = i == segments.length - 1;
            String segment = segments[i];
            if (segment.equals("..")) {
                kept.pollLast();
            } else if (!segment.equals(".")) {
                kept.addLast(segment);
                continue;
            }
            if (last) {
                kept.addLast("");
            }
        }
        return "/" + String.join("/", kept);
    }

    /** Runs of slashes become one. */
    static String mergeSlashes(String path) {
        int end = endOfPath(path);
        if (path.lastIndexOf("//", end) < 0) {
            return path;
        }
        StringBuilder merged = new StringBuilder(path.length());
        for (int i = 0; i < end; i++) {
            char c = path.charAt(i);
            if (c != '/' || merged.isEmpty() || merged.charAt(merged.length() - 1) != '/') {
                merged.append(c);
            }
        }
        return merged.append(path, end, path.length()).toString();
    }

    /** Whether the path holds a slash or backslash in escaped form. */
    static boolean hasEscapedSlash(String path) {
        int end = endOfPath(path);
        for (int i = path.indexOf('%'); i >= 0 && i < end; i = path.indexOf('%', i + 1)) {
            int value = escaped(path, i, end);
            if (value == '/' || value == '\\') {
                return true;
            }
        }
        return false;
    }

    static String unescapeSlashes(String path) {
        int end = endOfPath(path);
        StringBuilder out = new StringBuilder(path.length());
        for (int i = 0; i < end; i++) {
            int value = path.charAt(i) == '%' ? escaped(path, i, end) : -1;
            if (value == '/' || value == '\\') {
                out.append((char) value);
                i += 2;
            } else {
                out.append(path.charAt(i));
            }
        }
        return out.append(path, end, path.length()).toString();
    }
}

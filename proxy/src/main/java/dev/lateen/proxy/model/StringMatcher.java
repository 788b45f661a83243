package dev.lateen.proxy.model;

import com.google.re2j.Pattern;

/** How a string is compared: {@code envoy.type.matcher.v3.StringMatcher}. Case is folded for ASCII only, as Envoy does. */
public sealed interface StringMatcher {
    /** Whether {@code value} matches. */
    boolean matches(CharSequence value);

    /** The whole string. */
    record Exact(String value, boolean ignoreCase) implements StringMatcher {
        @Override
        public boolean matches(CharSequence text) {
            return ignoreCase
                    ? text.length() == value.length() && regionMatches(text, 0, value, true)
                    : value.contentEquals(text);
        }
    }

    /** Its beginning. */
    record Prefix(String value, boolean ignoreCase) implements StringMatcher {
        @Override
        public boolean matches(CharSequence text) {
            return text.length() >= value.length() && regionMatches(text, 0, value, ignoreCase);
        }
    }

    /** Its end. */
    record Suffix(String value, boolean ignoreCase) implements StringMatcher {
        @Override
        public boolean matches(CharSequence text) {
            return text.length() >= value.length()
                    && regionMatches(text, text.length() - value.length(), value, ignoreCase);
        }
    }

    /** Any part of it. */
    record Contains(String value, boolean ignoreCase) implements StringMatcher {
        @Override
        public boolean matches(CharSequence text) {
            for (int i = 0; i + value.length() <= text.length(); i++) {
                if (regionMatches(text, i, value, ignoreCase)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** The whole string against an RE2 expression, in linear time. */
    record Regex(Pattern pattern) implements StringMatcher {
        @Override
        public boolean matches(CharSequence text) {
            return pattern.matches(text.toString());
        }
    }

    private static boolean regionMatches(CharSequence text, int offset, String value, boolean ignoreCase) {
        for (int i = 0; i < value.length(); i++) {
            char a = text.charAt(offset + i);
            char b = value.charAt(i);
            if (a != b && !(ignoreCase && lower(a) == lower(b))) {
                return false;
            }
        }
        return true;
    }

    private static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c | 0x20) : c;
    }
}

package dev.lateen.proxy.expression;

/** A character of a text literal that is written with a backslash (CEL specification, "String and Bytes Values"). */
final class Escape {
    private static final String PLAIN = "\\?\"'`";
    private static final String NAMED = "abfnrtv";
    private static final String MEANT = "\u0007\b\f\n\r\t\u000b";

    private final String text;
    private final int at;

    /** @param at what follows the backslash */
    Escape(String text, int at) {
        this.text = text;
        this.at = at;
    }

    /** Appends the character, and tells where the text goes on. */
    int append(StringBuilder content) {
        char c = at < text.length() ? text.charAt(at) : ' ';
        if (PLAIN.indexOf(c) >= 0) {
            content.append(c);
            return at + 1;
        }
        int name = NAMED.indexOf(c);
        if (name >= 0) {
            content.append(MEANT.charAt(name));
            return at + 1;
        }
        return switch (c) {
            case 'x', 'X' -> code(content, at + 1, 2, 16);
            case 'u' -> code(content, at + 1, 4, 16);
            case 'U' -> code(content, at + 1, 8, 16);
            case '0', '1', '2', '3' -> code(content, at, 3, 8);
            default -> throw wrong();
        };
    }

    private int code(StringBuilder content, int from, int digits, int radix) {
        long code = 0;
        for (int i = from; i < from + digits; i++) {
            int digit = i < text.length() ? Character.digit(text.charAt(i), radix) : -1;
            if (digit < 0) {
                throw wrong();
            }
            code = code * radix + digit;
        }
        if (code > Character.MAX_CODE_POINT || code >= Character.MIN_SURROGATE && code <= Character.MAX_SURROGATE) {
            throw wrong();
        }
        content.appendCodePoint((int) code);
        return from + digits;
    }

    private IllegalArgumentException wrong() {
        return new IllegalArgumentException("'\\' at " + (at - 1) + " (expected: an escape of CEL)");
    }
}

package dev.lateen.proxy.message;

/**
 * Which bytes may stand where in a message, as tables: one grammar for HTTP/1 and HTTP/2, both directions, requests and responses (RFC 9110 section 5,
 * RFC 9112 sections 3 and 5, RFC 9113 section 8). It is that of HTTP/1, which has the fewest ways to say a thing: what fits here can't be read in two
 * ways by whoever gets it next.
 */
public final class HttpGrammar {
    /** The most digits of a {@code content-length}: any number of so many fits into a long. */
    private static final int MAX_LENGTH_DIGITS = 18;

    /** The lower-case of a token character, 0 for any other byte. */
    private static final byte[] TOKEN = new byte[256];

    private static final boolean[] TOKENS = new boolean[256];
    private static final boolean[] LOWER_CASE_TOKENS = new boolean[256];
    private static final boolean[] VALUE = new boolean[256];
    private static final boolean[] TARGET = new boolean[256];
    private static final boolean[] AUTHORITY = new boolean[256];
    private static final boolean[] SCHEME = new boolean[256];

    static {
        for (char c = '0'; c <= '9'; c++) {
            TOKEN[c] = (byte) c;
            AUTHORITY[c] = true;
            SCHEME[c] = true;
        }
        for (char c = 'a'; c <= 'z'; c++) {
            TOKEN[c] = (byte) c;
            TOKEN[c - 0x20] = (byte) c;
            AUTHORITY[c] = true;
            AUTHORITY[c - 0x20] = true;
            SCHEME[c] = true;
            SCHEME[c - 0x20] = true;
        }
        for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
            TOKEN[c] = (byte) c;
        }
        for (char c : "-._~!$&'()*+,;=:[]%".toCharArray()) {
            AUTHORITY[c] = true;
        }
        for (char c : "+-.".toCharArray()) {
            SCHEME[c] = true;
        }
        for (int c = 0x20; c < 256; c++) {
            VALUE[c] = c != 0x7f;
            TARGET[c] = c > 0x20 && c < 0x7f;
        }
        VALUE['\t'] = true;
        for (int c = 0; c < 256; c++) {
            TOKENS[c] = TOKEN[c] != 0;
            LOWER_CASE_TOKENS[c] = TOKENS[c] && TOKEN[c] == c;
        }
    }

    private HttpGrammar() {}

    /** The lower-case of a byte of a token (method, header name), 0 for any other. */
    public static byte token(byte b) {
        return TOKEN[b & 0xff];
    }

    /** Whether a header's value, or a reason, may hold this byte: all but control characters. */
    public static boolean value(byte b) {
        return VALUE[b & 0xff];
    }

    /** Whether a request's target may hold this byte: visible ASCII. */
    public static boolean target(byte b) {
        return TARGET[b & 0xff];
    }

    /** Whether the text is a token: a method or a header's name, of any case. */
    public static boolean isToken(CharSequence text) {
        return !text.isEmpty() && consists(text, 0, TOKENS);
    }

    /** Whether the text is a header's name as HTTP/2 has it: a token without capitals. */
    public static boolean isLowerCaseToken(CharSequence text) {
        return !text.isEmpty() && consists(text, 0, LOWER_CASE_TOKENS);
    }

    /** Whether the text can be a header's value as it stands: no control character, no blank at either end. */
    public static boolean isValue(CharSequence text) {
        return consists(text, 0, VALUE)
                && (text.isEmpty() || !isBlank(text.charAt(0)) && !isBlank(text.charAt(text.length() - 1)));
    }

    /** The same of Latin-1 bytes from an index to before another. */
    public static boolean isLowerCaseToken(byte[] bytes, int from, int end) {
        return from < end && consists(bytes, from, end, LOWER_CASE_TOKENS);
    }

    /** The same of Latin-1 bytes from an index to before another. */
    public static boolean isValue(byte[] bytes, int from, int end) {
        return consists(bytes, from, end, VALUE)
                && (from == end || !isBlank((char) bytes[from]) && !isBlank((char) bytes[end - 1]));
    }

    /** Whether each character from an index on is of a table. */
    private static boolean consists(CharSequence text, int from, boolean[] table) {
        return consists(text.toString(), from, table);
    }

    private static boolean consists(byte[] bytes, int from, int end, boolean[] table) {
        for (int i = from; i < end; i++) {
            if (!table[bytes[i] & 0xff]) {
                return false;
            }
        }
        return true;
    }

    private static boolean consists(String text, int from, boolean[] table) {
        int length = text.length();
        for (int i = from; i < length; i++) {
            char c = text.charAt(i);
            if (c > 255 || !table[c]) {
                return false;
            }
        }
        return true;
    }

    /**
     * A text that was put together here, fit to be a header's value: each character that none may hold is a blank ({@code ?} beyond Latin-1), blanks at the
     * ends are gone. The text itself where nothing is to be done.
     */
    public static CharSequence asValue(CharSequence text) {
        if (isValue(text)) {
            return text;
        }
        StringBuilder fit = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            fit.append(c > 255 ? '?' : VALUE[c] ? c : ' ');
        }
        int from = 0;
        int end = fit.length();
        while (from < end && isBlank(fit.charAt(from))) {
            from++;
        }
        while (end > from && isBlank(fit.charAt(end - 1))) {
            end--;
        }
        return fit.substring(from, end);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    /** Whether the text is host and port as they may stand in {@code Host}: no user, path or blank. Empty text is. */
    public static boolean isAuthority(CharSequence text) {
        return consists(text, 0, AUTHORITY);
    }

    /** Whether the text is a scheme (RFC 3986 section 3.1). */
    public static boolean isScheme(CharSequence text) {
        return !text.isEmpty()
                && !Character.isDigit(text.charAt(0))
                && "+-.".indexOf(text.charAt(0)) < 0
                && consists(text, 0, SCHEME);
    }

    /** Whether the text is a path with its query: visible ASCII from a slash on, or {@code *} for OPTIONS. */
    public static boolean isPath(CharSequence text, CharSequence method) {
        if (text.isEmpty()) {
            return false;
        }
        if (text.charAt(0) != '/') {
            return text.length() == 1 && text.charAt(0) == '*' && "OPTIONS".contentEquals(method);
        }
        return consists(text, 1, TARGET);
    }

    /** Whether a request line and a {@code Host} can be made of this head that all read alike. */
    public static boolean isRequest(RequestHead head) {
        String method = head.method();
        String authority = head.authority();
        if (!isToken(method) || !isAuthority(authority)) {
            return false;
        }
        return method.equals("CONNECT") ? !authority.isEmpty() : isPath(head.path(), method);
    }

    /** The number of a {@code content-length}, or -1 if the text is anything but digits, at most 18 of them: a list of numbers, a sign. */
    public static long contentLength(CharSequence text) {
        int length = text.length();
        if (length == 0 || length > MAX_LENGTH_DIGITS) {
            return -1;
        }
        long number = 0;
        for (int i = 0; i < length; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = 10 * number + digit;
        }
        return number;
    }

    /** Whether no message of this status has a body (RFC 9110 section 6.4.1): 1xx, 204, 304. */
    public static boolean isBodyless(int status) {
        return status < 200 || status == 204 || status == 304;
    }
}

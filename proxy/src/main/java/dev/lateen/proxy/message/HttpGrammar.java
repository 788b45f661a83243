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
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c > 255 || TOKEN[c] == 0) {
                return false;
            }
        }
        return length > 0;
    }

    /** Whether the text is a header's name as HTTP/2 has it: a token without capitals. */
    public static boolean isLowerCaseToken(CharSequence text) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c > 127 || TOKEN[c] != c || c == 0) {
                return false;
            }
        }
        return length > 0;
    }

    /** Whether the text can be a header's value as it stands: no control character, no blank at either end. */
    public static boolean isValue(CharSequence text) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c > 255 || !VALUE[c]) {
                return false;
            }
        }
        return length == 0 || !isBlank(text.charAt(0)) && !isBlank(text.charAt(length - 1));
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
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c > 255 || !AUTHORITY[c]) {
                return false;
            }
        }
        return true;
    }

    /** Whether the text is a scheme (RFC 3986 section 3.1). */
    public static boolean isScheme(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c > 255 || !SCHEME[c]) {
                return false;
            }
        }
        return !text.isEmpty() && !Character.isDigit(text.charAt(0)) && "+-.".indexOf(text.charAt(0)) < 0;
    }

    /** Whether the text is a path with its query: visible ASCII from a slash on, or {@code *} for OPTIONS. */
    public static boolean isPath(CharSequence text, CharSequence method) {
        int length = text.length();
        if (length == 0) {
            return false;
        }
        if (text.charAt(0) != '/') {
            return length == 1 && text.charAt(0) == '*' && "OPTIONS".contentEquals(method);
        }
        for (int i = 1; i < length; i++) {
            char c = text.charAt(i);
            if (c > 255 || !TARGET[c]) {
                return false;
            }
        }
        return true;
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

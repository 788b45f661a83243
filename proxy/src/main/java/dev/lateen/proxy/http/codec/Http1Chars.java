package dev.lateen.proxy.http.codec;

/** Which bytes may stand where in an HTTP/1 head, as tables (RFC 9110 section 5.6.2, RFC 9112 section 3). */
final class Http1Chars {
    /** The lower-case of a token character, 0 for any other byte. */
    private static final byte[] TOKEN = new byte[256];

    private static final boolean[] VALUE = new boolean[256];
    private static final boolean[] TARGET = new boolean[256];
    private static final boolean[] AUTHORITY = new boolean[256];

    static {
        for (char c = '0'; c <= '9'; c++) {
            TOKEN[c] = (byte) c;
            AUTHORITY[c] = true;
        }
        for (char c = 'a'; c <= 'z'; c++) {
            TOKEN[c] = (byte) c;
            TOKEN[c - 0x20] = (byte) c;
            AUTHORITY[c] = true;
            AUTHORITY[c - 0x20] = true;
        }
        for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
            TOKEN[c] = (byte) c;
        }
        for (char c : "-._~!$&'()*+,;=:[]%".toCharArray()) {
            AUTHORITY[c] = true;
        }
        for (int c = 0x20; c < 256; c++) {
            VALUE[c] = c != 0x7f;
            TARGET[c] = c > 0x20 && c < 0x7f;
        }
        VALUE['\t'] = true;
    }

    private Http1Chars() {}

    static byte token(byte b) {
        return TOKEN[b & 0xff];
    }

    static boolean value(byte b) {
        return VALUE[b & 0xff];
    }

    static boolean target(byte b) {
        return TARGET[b & 0xff];
    }

    /** Whether the text is host and port as they may stand in {@code Host}: no user, path or blank. */
    static boolean isAuthority(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c > 255 || !AUTHORITY[c]) {
                return false;
            }
        }
        return true;
    }

    /** Whether a request, or an empty line before it, can begin with this byte. */
    static boolean beginsHead(byte first) {
        return token(first) != 0 || first == '\r' || first == '\n';
    }
}

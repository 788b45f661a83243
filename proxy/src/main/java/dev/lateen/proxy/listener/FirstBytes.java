package dev.lateen.proxy.listener;

import java.util.List;

/**
 * What the first bytes of a connection told.
 *
 * @param serverName SNI in lower case, or empty
 * @param protocols the client hello's ALPN list; for clear text the one protocol that was recognised, or nothing
 */
record FirstBytes(boolean tls, String serverName, List<String> protocols) {
    static final String HTTP_10 = "http/1.0";
    static final String HTTP_11 = "http/1.1";
    static final String H2C = "h2c";

    /** Nothing recognised, or nobody looked. */
    static final FirstBytes UNKNOWN = new FirstBytes(false, "", List.of());

    private static final FirstBytes CLEAR_10 = new FirstBytes(false, "", List.of(HTTP_10));
    private static final FirstBytes CLEAR_11 = new FirstBytes(false, "", List.of(HTTP_11));
    private static final FirstBytes CLEAR_2 = new FirstBytes(false, "", List.of(H2C));

    static FirstBytes clearText(HttpPreface.Kind kind) {
        return switch (kind) {
            case HTTP_1_0 -> CLEAR_10;
            case HTTP_1_1 -> CLEAR_11;
            case HTTP_2 -> CLEAR_2;
            case NONE, UNDECIDED -> UNKNOWN;
        };
    }

    String transportProtocol() {
        return tls ? "tls" : "raw_buffer";
    }
}

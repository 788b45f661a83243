package dev.lateen.proxy.http.codec;

import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/** {@code HTTP/1.1 200 OK} and its like, ready to be copied. Reasons are Envoy's: {@code Unknown} where there is no name. */
final class StatusLines {
    private static final byte[][] LINES = new byte[600][];
    private static final int MINOR_VERSION = 7;

    static {
        for (int status = 100; status < 600; status++) {
            LINES[status] = line(status, reason(status));
        }
    }

    private StatusLines() {}

    static byte[] of(int status) {
        byte @Nullable [] line = status < 600 ? LINES[status] : null;
        return line == null ? line(status, "Unknown") : line;
    }

    /** For a client that speaks HTTP/1.0. */
    static byte[] ofHttp10(int status) {
        byte[] line = of(status).clone();
        line[MINOR_VERSION] = '0';
        return line;
    }

    private static String reason(int status) {
        String known = HttpResponseStatus.valueOf(status).reasonPhrase();
        return switch (status) {
            case 208 -> "Already Reported";
            case 226 -> "IM Used";
            case 413 -> "Payload Too Large";
            case 414 -> "URI Too Long";
            case 416 -> "Range Not Satisfiable";
            case 425 -> "Too Early";
            case 508 -> "Loop Detected";
            // Netty makes up a name with the number in it where there is none.
            default -> known.endsWith(")") ? "Unknown" : known;
        };
    }

    private static byte[] line(int status, String reason) {
        return Http1Writer.ascii("HTTP/1.1 " + status + " " + reason + "\r\n");
    }
}

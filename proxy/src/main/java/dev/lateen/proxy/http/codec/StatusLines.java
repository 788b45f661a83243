package dev.lateen.proxy.http.codec;

import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/** {@code HTTP/1.1 200 OK} and its like, ready to be copied. */
final class StatusLines {
    private static final byte[][] LINES = new byte[600][];

    static {
        for (int status = 100; status < 600; status++) {
            HttpResponseStatus known = HttpResponseStatus.valueOf(status);
            LINES[status] = line(status, known.reasonPhrase());
        }
    }

    private StatusLines() {}

    static byte[] of(int status) {
        byte @Nullable [] line = status < 600 ? LINES[status] : null;
        return line == null ? line(status, "Unknown") : line;
    }

    private static byte[] line(int status, String reason) {
        return Http1Writer.ascii("HTTP/1.1 " + status + " " + reason + "\r\n");
    }
}

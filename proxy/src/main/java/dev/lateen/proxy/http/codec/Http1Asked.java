package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.http.codec.Http1Writer.Framing;
import dev.lateen.proxy.message.RequestHead;

/**
 * What was asked on an HTTP/1 connection to a server, so far as the framing of request and response depends on it (RFC 9112 section 6). One for a
 * connection, used again for each request; lives on its event loop.
 */
final class Http1Asked {
    private static final byte[] NOTHING = {};
    private static final byte[] UPGRADE = Http1Writer.ascii("connection: Upgrade\r\n");
    private static final byte[] VERSION = Http1Writer.ascii(" HTTP/1.1\r\n");

    private boolean head;
    private boolean connect;
    private boolean upgrade;

    void write(RequestHead request, boolean end, HeadBytes bytes, Http1Writer writer) {
        head = request.method().equals("HEAD");
        connect = request.method().equals("CONNECT");
        upgrade = request.headers().contains("upgrade");
        bytes.text(request.method());
        bytes.space();
        bytes.text(connect ? request.authority() : request.path());
        bytes.raw(VERSION);
        bytes.header("host", request.authority());
        writer.head(bytes, request.headers(), upgrade ? UPGRADE : NOTHING, framing(request, end));
    }

    private Framing framing(RequestHead request, boolean end) {
        if (connect || upgrade) {
            return Framing.UNTIL_CLOSE;
        }
        long length = Http1Writer.length(request.headers());
        if (!end) {
            return length >= 0 ? Framing.LENGTH : Framing.CHUNKED;
        }
        if (length >= 0) {
            return length == 0 ? Framing.LENGTH : Framing.EMPTY;
        }
        return switch (request.method()) {
            case "GET", "HEAD", "DELETE", "TRACE" -> Framing.BODYLESS;
            // A body could be expected: told that there is none (RFC 9110 section 8.6).
            default -> Framing.EMPTY;
        };
    }

    /** Checks what a response says of its body. */
    void check(int status, HeaderLines lines) throws MalformedMessage {
        if (status < 200 || status == 204) {
            // An answer that never has a body may not say how long it is; a length of nothing is borne, and dropped.
            if (lines.hasTransferEncoding() || lines.contentLength() > 0) {
                throw MalformedMessage.codec();
            }
            lines.headers().remove("content-length");
        }
        if (status == 101 && !upgrade) {
            throw MalformedMessage.codec();
        }
    }

    /** Begins the body of a response (RFC 9112 section 6.3); it is {@link Http1Body#done()} where the response ends with its head. */
    void begin(int status, HeaderLines lines, Http1Body body) {
        if (status == 101 || connect && status / 100 == 2) {
            lines.headers().remove("content-length");
            body.untilConnectionEnds();
        } else if (head || status == 204 || status == 304) {
            body.none();
        } else if (lines.chunked()) {
            body.chunked();
        } else if (lines.contentLength() > 0) {
            body.fixed(lines.contentLength());
        } else if (lines.contentLength() == 0) {
            body.none();
        } else {
            body.untilConnectionEnds();
        }
    }
}

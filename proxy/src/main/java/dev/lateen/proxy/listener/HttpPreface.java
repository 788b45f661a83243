package dev.lateen.proxy.listener;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Tells by a connection's first bytes which HTTP it is: HTTP/2's preface (RFC 9113 section 3.4) or a request line (RFC 9112 section 3). */
final class HttpPreface {
    enum Kind {
        HTTP_1_0,
        HTTP_1_1,
        HTTP_2,
        NONE,
        /** More bytes are needed. */
        UNDECIDED
    }

    private static final byte[] HTTP_2 = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] VERSION = " HTTP/1.".getBytes(StandardCharsets.US_ASCII);
    private static final int LONGEST_METHOD = 64;

    private HttpPreface() {}

    /** Only whether it is HTTP/2: decided with the first byte that differs. {@code NONE} stands for any other. */
    static Kind http2(ByteBuf bytes) {
        int length = Math.min(bytes.readableBytes(), HTTP_2.length);
        for (int i = 0; i < length; i++) {
            if (bytes.getByte(bytes.readerIndex() + i) != HTTP_2[i]) {
                return Kind.NONE;
            }
        }
        return length == HTTP_2.length ? Kind.HTTP_2 : Kind.UNDECIDED;
    }

    /**
     * Which HTTP it is.
     *
     * @param from how many bytes are known to hold no end of line, so that bytes that come one by one are not looked at again and again
     */
    static Kind detect(ByteBuf bytes, int from) {
        Kind http2 = http2(bytes);
        if (http2 != Kind.NONE) {
            return http2;
        }
        int start = bytes.readerIndex();
        int end = bytes.indexOf(start + Math.min(from, bytes.readableBytes()), bytes.writerIndex(), (byte) '\n');
        int method = methodLength(bytes);
        if (method < 1) {
            return Kind.NONE;
        }
        return end < 0 ? Kind.UNDECIDED : requestLine(bytes, start + method, end);
    }

    /** The length of the method, or what is there of it; 0 when it is none. */
    private static int methodLength(ByteBuf bytes) {
        int length = bytes.readableBytes();
        for (int i = 0; i < length && i <= LONGEST_METHOD; i++) {
            byte b = bytes.getByte(bytes.readerIndex() + i);
            if (b == ' ') {
                return i;
            }
            if (!isTokenByte(b)) {
                return 0;
            }
        }
        return length <= LONGEST_METHOD ? length : 0;
    }

    private static Kind requestLine(ByteBuf bytes, int methodEnd, int newline) {
        int end = bytes.getByte(newline - 1) == '\r' ? newline - 1 : newline;
        int version = end - VERSION.length - 1;
        // Between method and version are a space and a target of one byte at least.
        if (version < methodEnd + 2) {
            return Kind.NONE;
        }
        for (int i = 0; i < VERSION.length; i++) {
            if (bytes.getByte(version + i) != VERSION[i]) {
                return Kind.NONE;
            }
        }
        return switch (bytes.getByte(end - 1)) {
            case '0' -> Kind.HTTP_1_0;
            case '1' -> Kind.HTTP_1_1;
            default -> Kind.NONE;
        };
    }

    /** RFC 9110 section 5.6.2. */
    private static boolean isTokenByte(byte b) {
        return (b >= 'A' && b <= 'Z')
                || (b >= 'a' && b <= 'z')
                || (b >= '0' && b <= '9')
                || "!#$%&'*+-.^_`|~".indexOf(b) >= 0;
    }
}

package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.message.HttpGrammar;
import io.netty.buffer.ByteBuf;

/**
 * Gathers the bytes of one HTTP/1 head or trailer section, up to and with its empty line. Lines end in CR LF and nothing else (RFC 9112
 * section 2.2 lets a recipient be stricter than a bare LF): what two parsers could read differently is refused.
 */
final class HeadReader {
    private static final int FIRST = 1024;

    /** Less than this is no head worth the name; the messages of one connection have heads of much the same length. */
    private static final int LEAST = 128;

    private static final byte[] NONE = new byte[0];

    private final int limit;
    private final String tooLarge;
    private byte[] bytes = NONE;
    private int start;
    private int length;
    private int lineStart;
    private int hint = FIRST;

    /** @param limit in bytes */
    HeadReader(int limit, String tooLarge) {
        this.limit = limit;
        this.tooLarge = tooLarge;
    }

    /** Whether a head, or an empty line before it, can begin with this byte. */
    static boolean beginsHead(byte first) {
        return HttpGrammar.token(first) != 0 || first == '\r' || first == '\n';
    }

    byte[] bytes() {
        return bytes;
    }

    /** Where the head begins in {@link #bytes()}. */
    int start() {
        return start;
    }

    /** The end, behind the empty line. */
    int end() {
        return length;
    }

    boolean isEmpty() {
        return length == start;
    }

    /** Forgets the head, whose bytes now belong to the parsed message. */
    void reset() {
        hint = Math.clamp(length + 32L, LEAST, 4 * FIRST);
        bytes = NONE;
        start = 0;
        length = 0;
        lineStart = 0;
    }

    /** @param leadingEmptyLines whether empty lines before the first are skipped. @return whether the head is whole */
    boolean read(ByteBuf in, boolean leadingEmptyLines) throws MalformedMessage {
        while (in.isReadable()) {
            int before = length;
            int count = take(in);
            byte[] b = bytes;
            for (int i = before; i < before + count; i++) {
                if (b[i] != '\n') {
                    continue;
                }
                if (i == lineStart || b[i - 1] != '\r') {
                    throw MalformedMessage.codec();
                }
                boolean empty = i - lineStart == 1;
                lineStart = i + 1;
                if (!empty) {
                    continue;
                }
                if (leadingEmptyLines && i - start == 1) {
                    start = lineStart;
                    continue;
                }
                length = i + 1;
                in.readerIndex(in.readerIndex() - (before + count - length));
                return true;
            }
            length = before + count;
            if (length >= limit) {
                throw MalformedMessage.tooLarge(tooLarge);
            }
        }
        return false;
    }

    private int take(ByteBuf in) {
        if (bytes.length == length) {
            byte[] larger = new byte[length == 0 ? hint : Math.min(2 * length, limit)];
            System.arraycopy(bytes, 0, larger, 0, length);
            bytes = larger;
        }
        int count = Math.min(in.readableBytes(), bytes.length - length);
        in.readBytes(bytes, length, count);
        return count;
    }
}

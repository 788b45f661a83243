package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.message.HttpGrammar;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.util.Arrays;

/** A growing byte array in which a head is put together before it is copied into a socket buffer in one go. */
final class HeadBytes {
    private static final int KEPT = 64 * 1024;
    private byte[] bytes = new byte[2048];
    private int size;

    void clear() {
        size = 0;
        if (bytes.length > KEPT) {
            bytes = new byte[2048];
        }
    }

    void copyTo(ByteBuf out) {
        out.writeBytes(bytes, 0, size);
    }

    int size() {
        return size;
    }

    void raw(byte[] source) {
        room(source.length);
        System.arraycopy(source, 0, bytes, size, source.length);
        size += source.length;
    }

    /**
     * Latin-1 text of one line. Whatever would end the line early becomes a space, so that no value can bring in a header of its own,
     * wherever it came from.
     */
    void text(CharSequence text) {
        int length = text.length();
        room(length);
        if (text instanceof AsciiString ascii) {
            // Views of a parsed head: the parser has let no control character through.
            System.arraycopy(ascii.array(), ascii.arrayOffset(), bytes, size, length);
            size += length;
            return;
        }
        byte[] target = bytes;
        int at = size;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            target[at++] = (byte) (c > 255 ? '?' : HttpGrammar.value((byte) c) ? c : ' ');
        }
        size = at;
    }

    /** @return false, and nothing is written, when the text is no header's name */
    private boolean name(CharSequence text) {
        if (text instanceof AsciiString) {
            text(text);
            return true;
        }
        int length = text.length();
        room(length);
        byte[] target = bytes;
        int at = size;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c > 127 || HttpGrammar.token((byte) c) == 0) {
                return false;
            }
            target[at++] = (byte) c;
        }
        size = at;
        return length > 0;
    }

    void space() {
        room(1);
        bytes[size++] = ' ';
    }

    void crlf() {
        room(2);
        bytes[size++] = '\r';
        bytes[size++] = '\n';
    }

    /** A header line; one whose name is none, which only configuration could bring, is left out. */
    void header(CharSequence name, CharSequence value) {
        if (!name(name)) {
            return;
        }
        room(2);
        bytes[size++] = ':';
        bytes[size++] = ' ';
        text(value);
        crlf();
    }

    private void room(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
        }
    }
}

package dev.lateen.proxy.admin;

import io.vertx.core.buffer.Buffer;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * The text of an answer in pieces: a big mesh's pages have tens of megabytes, which neither one string nor one buffer should hold. Written by
 * one thread, then sent by another.
 */
public final class Page extends OutputStream {
    private static final int PIECE = 64 * 1024;

    private final Queue<Buffer> pieces = new ArrayDeque<>();
    private byte[] piece = new byte[PIECE];
    private int used;

    @Override
    public void write(int b) {
        room();
        piece[used++] = (byte) b;
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
        int left = length;
        while (left > 0) {
            room();
            int fits = Math.min(left, PIECE - used);
            System.arraycopy(bytes, from + length - left, piece, used, fits);
            used += fits;
            left -= fits;
        }
    }

    private void room() {
        if (used == PIECE) {
            pieces.add(Buffer.buffer(piece));
            piece = new byte[PIECE];
            used = 0;
        }
    }

    Page print(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        write(bytes, 0, bytes.length);
        return this;
    }

    /** Writes maps, lists, texts, numbers and booleans as JSON, going through lists item by item. */
    public Page json(Object tree) {
        Json.WRITER.writeValue(this, tree);
        return this;
    }

    /** The next piece to send, null at the end. */
    @org.jspecify.annotations.Nullable
    Buffer next() {
        if (used > 0) {
            pieces.add(Buffer.buffer(java.util.Arrays.copyOf(piece, used)));
            used = 0;
        }
        return pieces.poll();
    }

    @Override
    public void close() throws UncheckedIOException {
        // Nothing is open.
    }

    /** Slow to load, and not every proxy is ever asked. */
    private static final class Json {
        static final ObjectWriter WRITER = JsonMapper.builder().build().writerWithDefaultPrettyPrinter();
    }
}

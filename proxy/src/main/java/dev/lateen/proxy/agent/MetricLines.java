package dev.lateen.proxy.agent;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;

/**
 * An application's metrics on their way into an answer that others fill too: only whole lines pass, so that a text that breaks off spoils nothing else, and no end mark, which
 * would end the others' as well. Used by one thread.
 */
final class MetricLines {
    /** Of one line; a family's help may be long, a megabyte it is not. */
    static final int LONGEST_LINE = 1 << 20;

    private static final byte NEW_LINE = '\n';
    private static final String END = "# EOF";

    private final long most;
    private Buffer rest = Buffer.buffer();
    private long passed;
    private boolean tooLong;
    private boolean ended;

    /** @param most bytes that pass */
    MetricLines(long most) {
        this.most = most;
    }

    /** More of the text. @return its whole lines, maybe none */
    Buffer more(Buffer bytes) {
        if (tooLong || ended) {
            return Buffer.buffer();
        }
        int last = lastNewLine(bytes);
        if (last < 0) {
            rest.appendBuffer(bytes);
            tooLong = rest.length() > LONGEST_LINE;
            return Buffer.buffer();
        }
        Buffer lines = rest.appendBuffer(bytes, 0, last + 1);
        rest = Buffer.buffer().appendBuffer(bytes, last + 1, bytes.length() - last - 1);
        return withinBounds(withoutEnd(lines));
    }

    private Buffer withinBounds(Buffer lines) {
        passed += lines.length();
        if (passed <= most) {
            return lines;
        }
        tooLong = true;
        return Buffer.buffer();
    }

    /** The text ended. @return its last line, if it had no new line */
    Buffer end() {
        if (tooLong || ended || rest.length() == 0) {
            return Buffer.buffer();
        }
        Buffer last = withoutEnd(rest.appendByte(NEW_LINE));
        rest = Buffer.buffer();
        return withinBounds(last);
    }

    /** Whether nothing more passes, because there is too much of it or of one line. */
    boolean isTooLong() {
        return tooLong;
    }

    private Buffer withoutEnd(Buffer lines) {
        int mark = lines.length() - 1;
        while (mark > 0 && isBlank(lines.getByte(mark - 1))) {
            mark--;
        }
        int from = mark - END.length();
        boolean ends = from >= 0
                && (from == 0 || lines.getByte(from - 1) == NEW_LINE)
                && lines.getString(from, mark, StandardCharsets.US_ASCII.name()).equals(END);
        if (!ends) {
            return lines;
        }
        ended = true;
        return lines.slice(0, from);
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t' || b == '\r' || b == NEW_LINE;
    }

    private static int lastNewLine(Buffer bytes) {
        for (int i = bytes.length() - 1; i >= 0; i--) {
            if (bytes.getByte(i) == NEW_LINE) {
                return i;
            }
        }
        return -1;
    }
}

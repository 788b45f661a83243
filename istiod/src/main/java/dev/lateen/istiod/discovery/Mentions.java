package dev.lateen.istiod.discovery;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Finds names of resources in what names them: other resources, and the texts of rejections. Pure. */
final class Mentions {
    private Mentions() {}

    /**
     * Whether a rejection's text names a resource, as a word of its own: {@code 0.0.0.0_80} is not named by a text about
     * {@code 0.0.0.0_8080}.
     */
    static boolean inText(String text, String name) {
        if (name.isEmpty()) {
            return false;
        }
        for (int at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
            int end = at + name.length();
            if ((at == 0 || !isPartOfName(text.charAt(at - 1))) && isEnd(text, end)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isEnd(String text, int end) {
        if (end == text.length()) {
            return true;
        }
        char next = text.charAt(end);
        boolean fullStop =
                next == '.' && (end + 1 == text.length() || !Character.isLetterOrDigit(text.charAt(end + 1)));
        return fullStop || !isPartOfName(next);
    }

    private static boolean isPartOfName(char c) {
        return Character.isLetterOrDigit(c) || "_-.|/".indexOf(c) >= 0;
    }

    /**
     * A name that is looked for in serialised resources. A longer name that begins so is found too: whoever asks waits a moment for
     * nothing then, and needs no reading of the resource.
     */
    static final class Pattern {
        private final byte[] name;
        /** How far to go on when this byte stands where the name's last would (Horspool). */
        private final int[] steps = new int[256];

        Pattern(String text) {
            name = text.getBytes(StandardCharsets.UTF_8);
            Arrays.fill(steps, Math.max(1, name.length));
            for (int i = 0; i < name.length - 1; i++) {
                steps[name[i] & 0xff] = name.length - 1 - i;
            }
        }

        boolean isIn(ByteString bytes) {
            int last = name.length - 1;
            for (int end = last; end >= 0 && end < bytes.size(); end += steps[bytes.byteAt(end) & 0xff]) {
                int i = last;
                while (i >= 0 && bytes.byteAt(end - last + i) == name[i]) {
                    i--;
                }
                if (i < 0) {
                    return true;
                }
            }
            return false;
        }
    }
}

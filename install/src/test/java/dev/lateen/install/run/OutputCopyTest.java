package dev.lateen.install.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What is kept of a process's output, whatever it prints and wherever it should go. */
class OutputCopyTest {
    private static final String MARK = " [the line goes on]\n";

    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private boolean full;
    private long slept;

    private final OutputCopy copy = new OutputCopy("web", this::write, new OutputCopy.Clock() {
        @Override
        public long nanos() {
            return slept;
        }

        @Override
        public void sleep(long nanos) {
            slept += nanos;
        }
    });

    private void write(byte[] bytes) throws IOException {
        if (full) {
            throw new IOException("No space left on device");
        }
        kept.writeBytes(bytes);
    }

    @Test
    void eachLineStandsBehindTheName() throws Exception {
        copy("one\ntwo\r\n\nthree");
        assertThat(kept.toString(StandardCharsets.UTF_8)).isEqualTo("web | one\nweb | two\nweb | \nweb | three\n");
    }

    @Test
    void aLineWithoutEndIsCutAndNeverHeldWhole() throws Exception {
        copy.copy(new Endless(3L * OutputCopy.LONGEST_LINE + 5));
        String full = "web | " + "x".repeat(OutputCopy.LONGEST_LINE) + MARK;
        assertThat(kept.toString(StandardCharsets.UTF_8)).isEqualTo(full.repeat(3) + "web | xxxxx\n");
    }

    @Test
    void aLineIsNotCutThroughACharacter() throws Exception {
        copy("x".repeat(OutputCopy.LONGEST_LINE - 1) + "é€😀\n");
        assertThat(kept.toString(StandardCharsets.UTF_8))
                .isEqualTo("web | " + "x".repeat(OutputCopy.LONGEST_LINE - 1) + MARK + "web | é€😀\n");
    }

    @Test
    void bytesThatAreNoTextAreKeptAsTheyAre() throws Exception {
        byte[] binary = new byte[2 * OutputCopy.LONGEST_LINE];
        Arrays.fill(binary, (byte) 0xff);
        copy.copy(new ByteArrayInputStream(binary));
        assertThat(kept.size()).isGreaterThan(binary.length).isLessThan(binary.length + 100);
    }

    @Test
    void aFullDiskLosesOutputAndSaysHowMuchWhenThereIsRoomAgain() throws Exception {
        full = true;
        copy("lost\n");
        assertThat(copy.lost()).isEqualTo(11);
        copy("lost too\n");
        assertThat(copy.reason()).isEqualTo("No space left on device");
        full = false;
        copy("kept\n");
        assertThat(kept.toString(StandardCharsets.UTF_8))
                .isEqualTo("\n[26 bytes of output were lost: No space left on device]\nweb | kept\n");
        assertThat(copy.lost()).isEqualTo(26);
    }

    @Test
    void whatPrintsWithoutEndIsReadNoFasterThanItsShare() throws Exception {
        full = true;
        copy.copy(new Endless(40L * 1024 * 1024));
        assertThat(slept).isEqualTo(40 * 50_000_000L);
    }

    private void copy(String text) throws InterruptedException {
        copy.copy(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** So many x and no line end. */
    private static final class Endless extends InputStream {
        private long left;

        Endless(long left) {
            this.left = left;
        }

        @Override
        public int read() {
            return left-- > 0 ? 'x' : -1;
        }

        @Override
        public int read(byte[] into, int from, int length) {
            int now = (int) Math.min(left, length);
            Arrays.fill(into, from, from + now, (byte) 'x');
            left -= now;
            return now == 0 ? -1 : now;
        }
    }
}

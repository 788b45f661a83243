package dev.lateen.api.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class PiecesTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(20);

    private record Piece(byte[] bytes, Consumer<Boolean> left) {}

    private final LinkedBlockingQueue<Piece> taken = new LinkedBlockingQueue<>();

    private Pieces pieces(Duration patience) {
        return new Pieces((bytes, left) -> taken.add(new Piece(bytes, left)), patience);
    }

    @Test
    void whatIsWrittenComesOutWholeAndInOrder() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] text = new byte[3 * Pieces.SIZE + 17];
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) (i * 31 + i / Pieces.SIZE);
        }
        try (Pieces pieces = new Pieces(
                (bytes, left) -> {
                    out.writeBytes(bytes);
                    left.accept(true);
                },
                LONG)) {
            pieces.write(text, 0, 5);
            pieces.write(text[5]);
            pieces.write(text, 6, text.length - 6);
            pieces.finish();
        }
        assertThat(out.toByteArray()).isEqualTo(text);
    }

    @Test
    void aWriterWaitsWhileTwoPiecesHaveNotLeft() throws Exception {
        Pieces pieces = pieces(LONG);
        CompletableFuture<Void> written = new CompletableFuture<>();
        Thread writer = Thread.ofVirtual().start(() -> {
            try {
                for (int i = 0; i < 3; i++) {
                    byte[] piece = new byte[Pieces.SIZE];
                    Arrays.fill(piece, (byte) i);
                    pieces.write(piece, 0, piece.length);
                }
                pieces.finish();
                written.complete(null);
            } catch (IOException e) {
                written.completeExceptionally(e);
            }
        });
        Piece first = taken.take();
        Piece second = taken.take();
        while (writer.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        assertThat(taken).isEmpty();
        assertThat(written).isNotDone();
        first.left.accept(true);
        Piece third = taken.take();
        assertThat(third.bytes).hasSize(Pieces.SIZE).containsOnly(2);
        second.left.accept(true);
        third.left.accept(true);
        written.get();
    }

    @Test
    void aReaderThatTakesNothingIsGivenUp() throws IOException {
        Pieces pieces = pieces(SHORT);
        pieces.write(new byte[2 * Pieces.SIZE], 0, 2 * Pieces.SIZE);
        assertThatThrownBy(() -> pieces.write(new byte[Pieces.SIZE], 0, Pieces.SIZE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("took nothing");
    }

    @Test
    void aPageIsNotFinishedBeforeItsLastPieceHasLeft() throws IOException {
        Pieces pieces = pieces(SHORT);
        pieces.write(7);
        assertThatThrownBy(pieces::finish).isInstanceOf(IOException.class);
        assertThat(taken.poll().bytes).containsExactly(7);
    }

    @Test
    void whenTheReaderIsGoneTheWriterLearnsIt() throws IOException {
        Pieces pieces = pieces(LONG);
        pieces.write(new byte[Pieces.SIZE], 0, Pieces.SIZE);
        taken.poll().left.accept(false);
        assertThatThrownBy(() -> pieces.write(new byte[Pieces.SIZE], 0, Pieces.SIZE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("gone");
    }

    @Test
    void anInterruptedWriterStops() throws IOException {
        Pieces pieces = pieces(LONG);
        pieces.write(new byte[2 * Pieces.SIZE], 0, 2 * Pieces.SIZE);
        Thread.currentThread().interrupt();
        assertThatThrownBy(pieces::finish).isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isFalse();
    }
}

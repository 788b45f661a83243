package dev.lateen.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.telemetry.FinishedSpan.Tag;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** How spans are gathered, and how many may wait. */
class SpanReporterTest {
    private final List<Integer> batches = new ArrayList<>();
    private final SpanReporter reporter = new SpanReporter(spans -> {
        batches.add(spans.size());
        return CompletableFuture.allOf();
    });

    static FinishedSpan span(String name, Tag... tags) {
        return new FinishedSpan(new Span("1", "2", null, false, true, false), true, name, 5, 7, List.of(tags));
    }

    @Test
    void fiveGoTogetherAndTheRestWhenItIsTime() {
        for (int i = 0; i < 7; i++) {
            reporter.accept(span("reviews"));
        }
        assertThat(batches).containsExactly(5);
        assertThat(reporter.flush().toCompletableFuture()).isDone();
        assertThat(batches).containsExactly(5, 2);
        reporter.flush();
        assertThat(batches).hasSize(2);
    }

    @Test
    void longSpansWaitOnlyAsLongAsThereIsRoom() {
        Tag third = new Tag("http.url", "x".repeat(SpanReporter.MAX_CHARACTERS / 3));
        for (int i = 0; i < 4; i++) {
            reporter.accept(span("", third));
        }
        assertThat(reporter.dropped()).isEqualTo(2);
        reporter.flush();
        reporter.accept(span("", third));
        assertThat(reporter.dropped()).isEqualTo(2);
    }
}

package dev.lateen.proxy.http;

import static dev.lateen.proxy.route.RouteFixtures.prefix;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lateen.proxy.http.filter.Asking;
import dev.lateen.proxy.http.filter.FilterVerdict;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** How a filter that waits goes on: by an answer, by its limit, or not at all. */
class FilterWaitsTest extends FilterFixture {
    // --- waiting

    @Test
    void anAnswerFromAnyThreadGoesOnOnTheLoop() throws Exception {
        cluster("c");
        Asked pending = waits(LONG, REFUSED);
        proxy.routes(prefix("/", "c"));
        CompletableFuture<Thread> decided = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> pending.answer.join().decide(() -> {
                    decided.complete(Thread.currentThread());
                    return FilterVerdict.CONTINUE;
                }));
        assertThat(ask(GET)).startsWith("HTTP/1.1 200 ").endsWith("c");
        assertThat(decided.join().isVirtual()).isFalse();
        assertThat(pending.cancelled).hasValue(0);
    }

    @Test
    void anAnswerMayBeGivenAtOnceAndTheFirstCounts() throws Exception {
        cluster("c");
        proxy.filters.add((exchange, context) -> new FilterVerdict.Wait(
                answer -> {
                    answer.decide(() -> FilterVerdict.CONTINUE);
                    answer.decide(() -> REFUSED);
                    answer.failed(new IllegalStateException("too late"));
                    return () -> asked.add("cancelled");
                },
                LONG,
                REFUSED));
        proxy.filters.add(tells("next", () -> FilterVerdict.CONTINUE));
        proxy.routes(prefix("/", "c"));
        assertThat(ask(GET)).startsWith("HTTP/1.1 200 ").endsWith("c");
        assertThat(asked).containsExactly("next", "/next");
    }

    @Test
    void anAnswerMayBeAnotherWait() throws Exception {
        cluster("c");
        Asked first = waits(LONG, REFUSED);
        Asked second = new Asked();
        first.answer.thenAccept(answer -> answer.decide(() -> new FilterVerdict.Wait(second, LONG, REFUSED)));
        second.answer.thenAccept(
                answer -> answer.decide(() -> new FilterVerdict.Delay(Duration.ofMillis(1), FilterVerdict.CONTINUE)));
        proxy.routes(prefix("/", "c"));
        assertThat(ask(GET)).startsWith("HTTP/1.1 200 ");
        assertThat(first.cancelled).hasValue(0);
        assertThat(second.cancelled).hasValue(0);
    }

    @Test
    void whatFailsRefuses() throws Exception {
        cluster("c");
        proxy.filters.add((exchange, context) -> new FilterVerdict.Wait(
                Asking.of(CompletableFuture.failedFuture(new IOException("no answer"))), LONG, FilterVerdict.CONTINUE));
        proxy.routes(prefix("/", "c"));
        assertThat(ask(GET)).startsWith("HTTP/1.1 500 ");
        assertThat(proxy.only().details()).isEqualTo("filter_failed{IOException}");
    }

    @Test
    void aDecisionThatThrowsRefuses() throws Exception {
        cluster("c");
        Asked pending = waits(LONG, FilterVerdict.CONTINUE);
        pending.answer.thenAccept(answer -> answer.decide(() -> {
            throw new IllegalStateException("broken");
        }));
        proxy.routes(prefix("/", "c"));
        assertThat(ask(GET)).startsWith("HTTP/1.1 500 ");
    }

    @Test
    void aQuestionThatThrowsRefuses() throws Exception {
        cluster("c");
        proxy.filters.add((exchange, context) -> new FilterVerdict.Wait(
                answer -> {
                    throw new IllegalStateException("broken");
                },
                LONG,
                FilterVerdict.CONTINUE));
        proxy.routes(prefix("/", "c"));
        assertThat(ask(GET)).startsWith("HTTP/1.1 500 ");
    }

    @Test
    void whenTheLimitIsOverItsVerdictFollows() throws Exception {
        cluster("c");
        Asked pending = waits(Duration.ofMillis(10), REFUSED);
        proxy.routes(prefix("/", "c"));
        assertThat(ask(GET)).startsWith("HTTP/1.1 403 ");
        pending.isCancelledOnce();
    }

    @Test
    void theLimitMayLetPass() throws Exception {
        cluster("c");
        Asked pending = waits(Duration.ofMillis(10), FilterVerdict.CONTINUE);
        proxy.filters.add(tells("next", () -> FilterVerdict.CONTINUE));
        proxy.routes(prefix("/", "c"));
        assertThat(ask(GET)).startsWith("HTTP/1.1 200 ").endsWith("c");
        assertThat(asked).containsExactly("next", "/next");
        pending.isCancelledOnce();
    }

    @Test
    void aClientThatLeavesCancels() throws Exception {
        Asked pending = waits(LONG, REFUSED);
        proxy.routes(prefix("/", "c"));
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.listen(false))) {
            client.getOutputStream().write(GET.getBytes(StandardCharsets.US_ASCII));
            Awaitility.await().until(pending.answer::isDone);
        }
        pending.isCancelledOnce();
        assertThat(proxy.only().flags()).isEqualTo("DC");
    }

    @Test
    void aStreamThatIsResetCancels() throws Exception {
        Asked pending = waits(LONG, REFUSED);
        proxy.routes(prefix("/", "c"));
        FramePeer.Stream stream = peers.connect(proxy.listen(true)).open();
        stream.send(new DefaultHttp2HeadersFrame(
                new DefaultHttp2Headers()
                        .method("GET")
                        .scheme("http")
                        .authority("a")
                        .path("/"),
                true));
        Awaitility.await().until(pending.answer::isDone);
        stream.send(new DefaultHttp2ResetFrame(Http2Error.CANCEL));
        pending.isCancelledOnce();
        assertThat(proxy.only().flags()).isEqualTo("DC");
    }

    @Test
    void aTimeoutThatAnswersCancels() throws Exception {
        proxy.settings().streamIdle = Duration.ofMillis(20);
        Asked pending = waits(LONG, FilterVerdict.CONTINUE);
        proxy.routes(prefix("/", "c"));
        assertThat(ask(GET)).startsWith("HTTP/1.1 504 ");
        pending.isCancelledOnce();
        assertThat(proxy.only().flags()).isEqualTo("SI");
    }

    @Test
    void aConnectionThatIsClosedByDrainingCancels() throws Exception {
        Asked pending = waits(LONG, FilterVerdict.CONTINUE);
        proxy.routes(prefix("/", "c"));
        int port = proxy.listen(false);
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.getOutputStream().write(GET.getBytes(StandardCharsets.US_ASCII));
            Awaitility.await().until(pending.answer::isDone);
            // What a listener does to whoever is still there when its drain time is over.
            proxy.accepted.getFirst().close();
            pending.isCancelledOnce();
        }
    }

    @Test
    void theWorkOfAStageIsCancelled() throws Exception {
        CompletableFuture<FilterVerdict> work = new CompletableFuture<>();
        proxy.filters.add((exchange, context) ->
                new FilterVerdict.Wait(Asking.of(work), Duration.ofMillis(5), FilterVerdict.CONTINUE));
        cluster("c");
        proxy.routes(prefix("/", "c"));
        assertThat(ask(GET)).startsWith("HTTP/1.1 200 ");
        assertThat(work).isCancelled();
    }

    @Test
    void aCancellationThatThrowsHarmsNobody() throws Exception {
        cluster("c");
        proxy.filters.add((exchange, context) -> new FilterVerdict.Wait(
                answer -> () -> {
                    throw new IllegalStateException("broken");
                },
                Duration.ofMillis(5),
                FilterVerdict.CONTINUE));
        proxy.routes(prefix("/", "c"));
        assertThat(ask(GET)).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void whoWaitsIsServedByTheConfigurationThatItCameBy() throws Exception {
        cluster("c");
        cluster("d");
        Asked pending = waits(LONG, REFUSED);
        proxy.routes(prefix("/", "c"));
        pending.answer.thenAccept(answer -> {
            proxy.withoutCluster("c").routes(prefix("/", "d"));
            answer.decide(() -> FilterVerdict.CONTINUE);
        });
        assertThat(ask(GET)).endsWith("c");
        proxy.filters.clear();
        assertThat(ask(GET)).endsWith("d");
    }

    @Test
    void withoutLimitThereIsNoWait() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new FilterVerdict.Wait(new Asked(), Duration.ZERO, REFUSED))
                .withMessageContaining("limit");
    }
}

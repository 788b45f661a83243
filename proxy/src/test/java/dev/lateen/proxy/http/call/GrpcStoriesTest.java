package dev.lateen.proxy.http.call;

import static dev.lateen.proxy.http.call.CallFixture.PATIENCE;
import static dev.lateen.proxy.http.call.CallFixture.bytes;
import static dev.lateen.proxy.http.call.CallFixture.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lateen.proxy.http.Leaks;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.model.Cluster.UpstreamProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** gRPC calls of the proxy's own to a server behind a real socket. */
class GrpcStoriesTest {
    private static final CallLimits LIMITS = new CallLimits(PATIENCE, 1000);
    private static final GrpcCall TALK = new GrpcCall("echo", "lateen.Echo", "Talk");

    private final CallFixture mesh = new CallFixture();
    private final Vertx vertx = Vertx.vertx();
    private final BlockingQueue<GrpcServerRequest<Buffer, Buffer>> asked = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

    GrpcStoriesTest() throws Exception {
        GrpcServer server = GrpcServer.server(vertx).callHandler(this::serve);
        mesh.cluster("echo", UpstreamProtocol.HTTP2, mesh.serve(server));
    }

    @BeforeAll
    static void watch() {
        Leaks.watch();
    }

    @AfterAll
    static void nothingLeaked() {
        assertThat(Leaks.found()).isEmpty();
    }

    @AfterEach
    void close() throws Exception {
        mesh.close();
        CallFixture.done(vertx.close());
    }

    /** {@code Say} gives the message back, {@code Talk} each of any number, {@code Count} how many came, {@code Much} as many as asked for. */
    private void serve(GrpcServerRequest<Buffer, Buffer> request) {
        asked.add(request);
        request.errorHandler(error -> ends.add(error.toString()));
        var response = request.response();
        AtomicInteger heard = new AtomicInteger();
        switch (request.methodName()) {
            case "Say" -> request.handler(response::end);
            case "Talk" -> {
                response.trailers().set("x-end", "said all");
                request.handler(response::write).endHandler(_ -> response.end());
            }
            case "Count" ->
                request.handler(_ -> heard.incrementAndGet())
                        .endHandler(_ -> response.end(Buffer.buffer("heard " + heard.get())));
            case "Much" ->
                request.handler(message -> {
                    int count = Integer.parseInt(message.toString());
                    for (int i = 0; i < count; i++) {
                        response.write(Buffer.buffer("message " + i));
                    }
                    response.end();
                });
            case "Fail" ->
                request.endHandler(_ -> response.status(GrpcStatus.NOT_FOUND)
                        .statusMessage("niemand für 100%")
                        .end());
            case "Nothing" -> request.endHandler(_ -> response.end());
            case "Large" -> request.endHandler(_ -> response.write(Buffer.buffer("x".repeat(1001))));
            case "Paused" -> request.pause();
            default -> {}
        }
    }

    /** What a listener heard. */
    private static class Heard implements GrpcListener {
        final List<String> messages = new CopyOnWriteArrayList<>();
        final CompletableFuture<String> end = new CompletableFuture<>();
        final AtomicReference<GrpcStream> stream = new AtomicReference<>();

        @Override
        public void onMessage(ByteBuf message) {
            messages.add(text(message));
        }

        @Override
        public void onEnd(CallOutcome<HeaderMap> trailers) {
            end.complete(
                    switch (trailers) {
                        case CallOutcome.Answered<HeaderMap>(HeaderMap last) -> "OK " + last.get("x-end");
                        case CallOutcome.Failed<HeaderMap>(CallFailure failure) -> failure.text();
                    });
        }

        String end() throws Exception {
            return end.get(30, TimeUnit.SECONDS);
        }

        void say(String... messages) {
            for (String message : messages) {
                stream.get().send(bytes(message));
            }
        }
    }

    private Pending stream(GrpcCall call, CallLimits limits, Heard heard, Runnable begun) {
        return mesh.call(calls -> {
            GrpcStream stream = calls.stream("echo", call, limits, heard);
            heard.stream.set(stream);
            begun.run();
            return stream;
        });
    }

    private void nothingIsLeft() {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(
                                mesh.upstream("echo").stats().requests().active())
                        .isZero());
        assertThat(mesh.upstream("echo").breaker().requests()).isZero();
        assertThat(mesh.upstream("echo").breaker().pending()).isZero();
    }

    // --- unary

    @Test
    void oneMessageThereAndOneBack() throws Exception {
        assertThat(mesh.say("echo", "Say", "hello", LIMITS)).isEqualTo("hello");
        assertThat(mesh.say("echo", "Say", "", LIMITS)).isEmpty();
        assertThat(mesh.say("echo", "Say", "x".repeat(1000), LIMITS)).isEqualTo("x".repeat(1000));
        GrpcServerRequest<Buffer, Buffer> request = asked.take();
        assertThat(request.fullMethodName()).isEqualTo("lateen.Echo/Say");
        assertThat(request.timeout()).as("milliseconds of grpc-timeout").isEqualTo(PATIENCE.toMillis());
        nothingIsLeft();
    }

    @Test
    void aStatusThatIsNotOkIsToldWithItsMessage() throws Exception {
        assertThat(mesh.say("echo", "Fail", "hello", LIMITS)).isEqualTo("gRPC status 5: niemand für 100%");
        nothingIsLeft();
    }

    @Test
    void noMessageIsNoAnswer() throws Exception {
        assertThat(mesh.say("echo", "Nothing", "hello", LIMITS))
                .isEqualTo("gRPC status 13: no message with status OK (expected: one)");
    }

    @Test
    void theDeadlineEndsTheCallHereAndIsToldThere() throws Exception {
        assertThat(mesh.say("echo", "Never", "hello", new CallLimits(Duration.ofMillis(200), 1000)))
                .isEqualTo("no answer within 200 ms");
        assertThat(asked.take().timeout()).isEqualTo(200);
        nothingIsLeft();
    }

    @Test
    void aMessageOverTheLimitEndsTheCall() throws Exception {
        assertThat(mesh.say("echo", "Large", "hello", LIMITS)).isEqualTo("answer longer than 1000 bytes");
        assertThat(ends.poll(30, TimeUnit.SECONDS)).as("the server hears of it").isEqualTo("CANCELLED");
        nothingIsLeft();
    }

    @Test
    void whatIsNoGrpcBecomesTheStatusThatFollows() throws Exception {
        mesh.cluster(
                "web",
                UpstreamProtocol.HTTP2,
                mesh.serve(request -> request.response()
                        .setStatusCode(String.valueOf(request.path()).endsWith("Busy") ? 503 : 200)
                        .end("<html>")));
        assertThat(mesh.say("web", "Busy", "hello", LIMITS)).isEqualTo("gRPC status 14: HTTP status 503");
        assertThat(mesh.say("web", "Page", "hello", LIMITS))
                .isEqualTo("gRPC status 2: content-type null (expected: application/grpc)");
    }

    @Test
    void aClusterThatIsNotThereIsNamed() throws Exception {
        assertThat(mesh.say("gone", "Say", "hello", LIMITS)).isEqualTo("cluster gone: not in the configuration");
    }

    // --- streams

    @Test
    void manyMessagesThereAndOneBack() throws Exception {
        Heard heard = new Heard();
        stream(new GrpcCall("echo", "lateen.Echo", "Count"), LIMITS, heard, () -> {
            heard.say("a", "b", "c");
            heard.stream.get().end();
        });
        assertThat(heard.end()).startsWith("OK");
        assertThat(heard.messages).containsExactly("heard 3");
        nothingIsLeft();
    }

    @Test
    void oneMessageThereAndManyBack() throws Exception {
        Heard heard = new Heard();
        stream(new GrpcCall("echo", "lateen.Echo", "Much"), LIMITS, heard, () -> {
            heard.say("20000");
            heard.stream.get().end();
        });
        assertThat(heard.end()).startsWith("OK");
        assertThat(heard.messages).hasSize(20000).startsWith("message 0").endsWith("message 19999");
        nothingIsLeft();
    }

    @Test
    void bothSidesSpeakInTurn() throws Exception {
        Heard heard = new Heard() {
            @Override
            public void onMessage(ByteBuf message) {
                super.onMessage(message);
                if (messages.size() < 100) {
                    say("message " + messages.size());
                } else {
                    stream.get().end();
                }
            }
        };
        stream(TALK, new CallLimits(Duration.ZERO, 1000), heard, () -> heard.say("message 0"));
        assertThat(heard.end()).isEqualTo("OK said all");
        assertThat(heard.messages).hasSize(100).endsWith("message 99");
        assertThat(asked.take().timeout()).as("no deadline").isZero();
        nothingIsLeft();
    }

    @Test
    void aStreamThatIsCancelledInItsMiddleIsResetAndHearsNoMore() throws Exception {
        Heard heard = new Heard();
        Pending stream = stream(TALK, LIMITS, heard, () -> heard.say("a"));
        await().atMost(PATIENCE).until(() -> !heard.messages.isEmpty());
        stream.cancel();
        assertThat(ends.poll(30, TimeUnit.SECONDS)).as("the server hears of it").isEqualTo("CANCELLED");
        nothingIsLeft();
        assertThat(heard.end).isNotDone();
    }

    @Test
    void whoeverCancelsWhileItIsToldAMessageHearsNoMore() throws Exception {
        Heard heard = new Heard() {
            @Override
            public void onMessage(ByteBuf message) {
                super.onMessage(message);
                stream.get().cancel();
            }
        };
        stream(new GrpcCall("echo", "lateen.Echo", "Much"), LIMITS, heard, () -> heard.say("100"));
        await().atMost(PATIENCE).until(() -> !heard.messages.isEmpty());
        nothingIsLeft();
        assertThat(heard.messages).containsExactly("message 0");
        assertThat(heard.end).isNotDone();
    }

    /** Sends as fast as it may. */
    private static final class Pushing extends Heard {
        private static final int SIZE = 10_000;
        final AtomicInteger sent = new AtomicInteger();
        final AtomicInteger refused = new AtomicInteger();

        @Override
        public void onWritable() {
            push();
        }

        void push() {
            while (sent.get() < 1000) {
                if (!stream.get().send(Unpooled.wrappedBuffer(new byte[SIZE]))) {
                    refused.incrementAndGet();
                    return;
                }
                sent.incrementAndGet();
            }
            stream.get().end();
        }
    }

    @Test
    void aServerThatDoesNotReadIsSentNoMoreUntilItDoes() throws Exception {
        Pushing heard = new Pushing();
        stream(new GrpcCall("echo", "lateen.Echo", "Paused"), LIMITS, heard, heard::push);
        GrpcServerRequest<Buffer, Buffer> request = asked.poll(30, TimeUnit.SECONDS);
        AtomicInteger taken = new AtomicInteger();
        request.handler(_ -> taken.incrementAndGet())
                .endHandler(_ -> request.response().end(Buffer.buffer("taken")));
        await().atMost(PATIENCE).until(() -> heard.refused.get() > 0);
        assertThat(heard.sent).as("what the windows take, of ten megabytes").hasValueLessThan(500);
        request.resume();
        assertThat(heard.end()).startsWith("OK");
        assertThat(taken).hasValue(1000);
        nothingIsLeft();
    }

    @Test
    void aStreamThatEndsWithoutAConnectionSaysWhy() throws Exception {
        mesh.cluster("echo", UpstreamProtocol.HTTP2, 1);
        Heard heard = new Heard();
        stream(TALK, LIMITS, heard, () -> heard.say("a", "b"));
        assertThat(heard.end()).contains("Connection refused");
        nothingIsLeft();
    }
}

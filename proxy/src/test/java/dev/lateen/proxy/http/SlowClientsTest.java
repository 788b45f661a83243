package dev.lateen.proxy.http;

import static dev.lateen.proxy.route.RouteFixtures.any;
import static dev.lateen.proxy.route.RouteFixtures.prefix;
import static dev.lateen.proxy.route.RouteFixtures.route;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.model.RouteAction;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that take their time, on a clock that only the test moves. */
class SlowClientsTest {
    private final ProxyFixture proxy = new ProxyFixture();
    private final EmbeddedChannel client = new EmbeddedChannel();
    private long nanos = 1;

    private void begin(boolean http2) {
        client.freezeTime();
        proxy.nanos = () -> nanos;
        proxy.serve(client, http2);
        if (http2) {
            send(RawFrames.preface().bytes());
        }
    }

    @AfterEach
    void stop() {
        client.finishAndReleaseAll();
        proxy.close();
    }

    private void send(byte[] bytes) {
        client.writeInbound(Unpooled.copiedBuffer(bytes));
        client.runPendingTasks();
    }

    private void send(String text) {
        send(text.getBytes(StandardCharsets.US_ASCII));
    }

    private void post(boolean http2) {
        if (http2) {
            send(new RawFrames().post(1).bytes());
        } else {
            send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n");
        }
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
        client.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        client.runScheduledPendingTasks();
        client.runPendingTasks();
    }

    private byte[] sent() {
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf part = client.readOutbound(); part != null; part = client.readOutbound()) {
            all.writeBytes(part);
            part.release();
        }
        byte[] bytes = new byte[all.readableBytes()];
        all.readBytes(bytes);
        return bytes;
    }

    /** Types of the frames that came. */
    private List<Integer> frames() {
        byte[] bytes = sent();
        List<Integer> types = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            types.add((int) bytes[at + 3]);
            at += 9 + ((bytes[at] & 255) << 16 | (bytes[at + 1] & 255) << 8 | bytes[at + 2] & 255);
        }
        return types;
    }

    @Test
    void aHeadHasItsTimeAndNoMore() {
        proxy.settings().requestHeaders = Duration.ofSeconds(10);
        begin(false);
        send("GET / HTT");
        pass(Duration.ofSeconds(9));
        send("P/1.1\r\nx:");
        assertThat(sent()).isEmpty();
        pass(Duration.ofSeconds(1));
        assertThat(new String(sent(), StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 408");
        pass(Duration.ofSeconds(1));
        assertThat(client.isOpen()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBodyThatStopsComingIsGivenUp(boolean http2) {
        proxy.settings().streamIdle = Duration.ofMinutes(5);
        proxy.filters.add((exchange, context) -> ProxyFixture.forLong());
        proxy.routes(prefix("/", "c"));
        begin(http2);
        post(http2);
        pass(Duration.ofMinutes(4));
        send(http2 ? new RawFrames().frame(RawFrames.DATA, 0, 1, 'x').bytes() : new byte[] {'x'});
        pass(Duration.ofMinutes(4));
        assertThat(proxy.completed).isEmpty();
        pass(Duration.ofMinutes(1));
        assertThat(proxy.completed)
                .singleElement()
                .satisfies(
                        over -> assertThat(over.status() + " " + over.flags()).isEqualTo("408 SI"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aConnectionWithoutRequestsIsClosed(boolean http2) {
        proxy.settings().idle = Duration.ofHours(1);
        begin(http2);
        pass(Duration.ofMinutes(59));
        assertThat(client.isOpen()).isTrue();
        pass(Duration.ofMinutes(1));
        pass(Duration.ofSeconds(2));
        assertThat(client.isOpen()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noConnectionLivesLongerThanItMay(boolean http2) {
        proxy.settings().life = Duration.ofMinutes(10);
        begin(http2);
        pass(Duration.ofMinutes(9));
        assertThat(client.isOpen()).isTrue();
        pass(Duration.ofMinutes(1));
        pass(Duration.ofSeconds(1));
        assertThat(client.isOpen()).isFalse();
    }

    /** A window of no bytes: the answer is whole, and stays here. */
    @Test
    void anAnswerThatIsNeverTakenIsGivenUp() {
        proxy.settings().streamIdle = Duration.ofMinutes(5);
        proxy.routes(route(
                any(),
                new RouteAction.DirectResponse(
                        200, new RouteAction.Body("hello".getBytes(StandardCharsets.US_ASCII)))));
        client.freezeTime();
        proxy.nanos = () -> nanos;
        proxy.serve(client, true);
        send(RawFrames.preface(0, 4, 0, 0, 0, 0).get(1).bytes());
        assertThat(proxy.completed).hasSize(1);
        assertThat(frames()).contains(RawFrames.HEADERS).doesNotContain(RawFrames.DATA);
        pass(Duration.ofMinutes(5));
        assertThat(frames()).isEmpty();
        pass(Duration.ofMinutes(5));
        assertThat(frames()).containsExactly(RawFrames.RST_STREAM);
    }
}

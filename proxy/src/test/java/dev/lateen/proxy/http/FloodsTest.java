package dev.lateen.proxy.http;

import static dev.lateen.proxy.route.RouteFixtures.prefix;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.Http2Error;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Frames that cost a client nothing and us something, on a clock that only the test moves. */
class FloodsTest {
    private static final int PING = 6;
    private static final int ACK = 1;

    /** Envoy's max_outbound_control_frames. */
    private static final int BUDGET = 1000;

    private final ProxyFixture proxy = new ProxyFixture();
    private final EmbeddedChannel client = new EmbeddedChannel();

    /** What is sent over and over. */
    @SuppressWarnings("ImmutableEnumChecker") // the writers hold nothing
    enum Kind {
        PING_FRAME(frames -> frames.frame(PING, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8)),
        PING_ACK(frames -> frames.frame(PING, ACK, 0, 1, 2, 3, 4, 5, 6, 7, 8)),
        EMPTY_SETTINGS(frames -> frames.frame(RawFrames.SETTINGS, 0, 0)),
        TABLE_SIZE(frames -> frames.frame(RawFrames.SETTINGS, 0, 0, 0, 1, 0, 0, 0x10, 0)),
        GO_AWAY(frames -> frames.frame(RawFrames.GOAWAY, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
        UNKNOWN(frames -> frames.frame(0x42, 0, 0, 1, 2, 3)),
        RESET_OF_A_CLOSED_STREAM(frames -> frames.reset(1));

        final Consumer<RawFrames> frame;

        Kind(Consumer<RawFrames> frame) {
            this.frame = frame;
        }

        byte[] times(int count) {
            RawFrames frames = new RawFrames();
            for (int i = 0; i < count; i++) {
                frame.accept(frames);
            }
            return frames.bytes();
        }
    }

    @BeforeEach
    void begin() {
        client.freezeTime();
        proxy.filters.add((exchange, context) -> ProxyFixture.forLong());
        proxy.routes(prefix("/", "c"));
        proxy.serve(client, true);
        send(RawFrames.preface().bytes());
        send(new RawFrames().get(1).reset(1).bytes());
        pass(60_000);
        lastGoAway();
    }

    @AfterEach
    void stop() {
        client.finishAndReleaseAll();
        proxy.close();
    }

    private void send(byte[] bytes) {
        if (client.isOpen()) {
            client.writeInbound(Unpooled.copiedBuffer(bytes));
            client.runPendingTasks();
        }
    }

    private void pass(long millis) {
        client.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        client.runScheduledPendingTasks();
    }

    /** The code of the last GOAWAY that was sent, -1 if none was; what was sent is forgotten. */
    private int lastGoAway() {
        int code = -1;
        for (ByteBuf part = client.readOutbound(); part != null; part = client.readOutbound()) {
            while (part.readableBytes() >= 9) {
                int length = part.readUnsignedMedium();
                int type = part.readByte();
                part.skipBytes(5);
                if (type == RawFrames.GOAWAY) {
                    code = part.getInt(part.readerIndex() + 4);
                }
                part.skipBytes(Math.min(length, part.readableBytes()));
            }
            part.release();
        }
        return code;
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aFloodEndsItsConnection(Kind kind) {
        send(kind.times(BUDGET));
        assertThat(client.isOpen()).isTrue();
        send(kind.times(1));
        assertThat(lastGoAway()).isEqualTo((int) Http2Error.ENHANCE_YOUR_CALM.code());
        pass(60_000);
        assertThat(client.isOpen()).isFalse();
        assertThat(proxy.protocolErrors).hasValue(1);
    }

    /** Many, by somebody who takes their time: a hundred a second. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void manyFramesInTheirTimeAreBorne(Kind kind) {
        for (int second = 0; second < 30; second++) {
            send(kind.times(100));
            pass(1000);
        }
        assertThat(client.isOpen()).isTrue();
        assertThat(lastGoAway()).isEqualTo(-1);
    }

    /** gRPC measures a connection by a PING for what it has received. */
    @Test
    void pingsAmongDataAreBorne() {
        send(new RawFrames().post(3).bytes());
        RawFrames frames = new RawFrames();
        for (int i = 0; i < 1000; i++) {
            frames.frame(RawFrames.DATA, 0, 3, 'x', 'y').frame(PING, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8);
        }
        send(Kind.PING_FRAME.times(BUDGET));
        send(frames.bytes());
        assertThat(client.isOpen()).isTrue();
        send(new RawFrames().reset(3).bytes());
    }

    /** Each is read to its end, and counts for fifty frames. */
    @Test
    void headsOfVeryManyLinesEndTheConnection() {
        int sent = 0;
        while (client.isOpen() && sent < 100) {
            int[] block = new int[6 + 3 * 4000];
            System.arraycopy(new int[] {0x82, 0x86, 0x84, 0x41, 1, 'a'}, 0, block, 0, 6);
            // "accept-encoding: gzip, deflate", which HPACK says in one byte.
            Arrays.fill(block, 6, block.length, 0x90);
            send(new RawFrames()
                    .frame(RawFrames.HEADERS, 5, 3 + 2 * sent, block)
                    .bytes());
            sent++;
            pass(1);
        }
        assertThat(lastGoAway()).isEqualTo((int) Http2Error.ENHANCE_YOUR_CALM.code());
        assertThat(sent).isLessThan(30);
    }
}

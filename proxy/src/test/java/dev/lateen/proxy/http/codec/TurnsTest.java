package dev.lateen.proxy.http.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.codec.CodecPeers.Frames;
import dev.lateen.proxy.http.codec.CodecPeers.Server;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Many requests in one read wait for each other's turn, so that a neighbour on the same event loop does not wait for all of them. */
class TurnsTest {
    private static final int SETTINGS_ACK = 1;
    private final List<String> order = new ArrayList<>();

    /** Each request costs half of what a turn may start. */
    private Server server(String name, @Nullable Server neighbour) {
        Server server = new Server(true, neighbour);
        Server clock = neighbour == null ? server : neighbour;
        server.onStream = stream -> {
            order.add(name + server.requests.size());
            clock.channel.advanceTimeBy(CodecLoop.TURN_NANOS / 2, TimeUnit.NANOSECONDS);
        };
        return server;
    }

    private static byte[] requests(int count) {
        Frames frames = new Frames().frame(4, SETTINGS_ACK, 0);
        for (int i = 0; i < count; i++) {
            frames.headers(2 * i + 1, true, ":method", "GET", ":path", "/", ":scheme", "http", ":authority", "a");
        }
        return frames.bytes();
    }

    private static void read(Server server, byte[] bytes) {
        server.channel.pipeline().fireChannelRead(Unpooled.copiedBuffer(bytes));
    }

    /** Turns of the loop, until it has nothing to do. */
    private static void run(Server server) {
        do {
            server.channel.runPendingTasks();
        } while (server.channel.hasPendingTasks());
    }

    @Test
    void aTurnStartsWhatItHasTimeForAndReadsNoMoreMeanwhile() {
        try (Server server = server("a", null)) {
            read(server, requests(5));

            assertThat(order).containsExactly("a1", "a2");
            assertThat(server.channel.config().isAutoRead()).isFalse();

            run(server);

            assertThat(order).containsExactly("a1", "a2", "a3", "a4", "a5");
            assertThat(server.channel.config().isAutoRead()).isTrue();
        }
    }

    @Test
    void whatIsAskedMeanwhileComesBeforeTheRest() {
        try (Server server = server("a", null)) {
            read(server, requests(3));
            server.channel.eventLoop().execute(() -> order.add("neighbour"));

            run(server);

            assertThat(order).containsExactly("a1", "a2", "neighbour", "a3");
        }
    }

    @Test
    void connectionsThatWaitTakeTurns() {
        try (Server first = server("a", null);
                Server second = server("b", first)) {
            read(first, requests(6));
            read(second, requests(4));

            run(first);

            assertThat(order).containsExactly("a1", "a2", "a3", "a4", "b1", "b2", "a5", "a6", "b3", "b4");
        }
    }

    @Test
    void framesInPiecesAreReadAsBefore() {
        try (Server server = server("a", null)) {
            for (byte b : requests(3)) {
                read(server, new byte[] {b});
                run(server);
            }

            assertThat(order).containsExactly("a1", "a2", "a3");
        }
    }

    @Test
    void aConnectionThatEndsWhileItWaitsStartsNothingMore() {
        try (Server server = server("a", null)) {
            read(server, requests(5));

            server.channel.pipeline().fireChannelInactive();
            run(server);

            assertThat(order).containsExactly("a1", "a2");
        }
    }

    @Test
    void aFrameThatIsTooLongIsRefusedBeforeItsEnd() {
        try (Server server = server("a", null)) {
            server.sent();

            server.receive(new byte[] {0x7f, 0, 0, 0, 0, 0, 0, 0, 1});

            assertThat(server.channel.isOpen()).isFalse();
        }
    }
}

package dev.lateen.proxy.http.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.codec.CodecPeers.Frames;
import dev.lateen.proxy.http.codec.CodecPeers.Server;
import dev.lateen.proxy.http.codec.Laggards.Laggard;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.transport.MemoryLevel;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that don't take what is written to them, on a clock that only the test moves. */
class LaggardsTest {
    private final EmbeddedChannel clock = new EmbeddedChannel();
    private MemoryLevel memory = MemoryLevel.AMPLE;
    private final Laggards laggards = new Laggards(clock.eventLoop(), () -> memory);
    private final List<String> cut = new ArrayList<>();

    private final class Peer implements Laggard {
        final String name;
        long unsent;

        Peer(String name, long unsent) {
            this.name = name;
            this.unsent = unsent;
        }

        @Override
        public long unsent() {
            return unsent;
        }

        @Override
        public void cut() {
            cut.add(name);
        }
    }

    LaggardsTest() {
        clock.freezeTime();
    }

    @AfterEach
    void stop() {
        clock.finishAndReleaseAll();
    }

    private Peer peer(String name, long unsent) {
        Peer peer = new Peer(name, unsent);
        laggards.add(peer);
        return peer;
    }

    private void pass(long millis) {
        for (long passed = 0; passed < millis; passed += 250) {
            clock.advanceTimeBy(250, TimeUnit.MILLISECONDS);
            clock.runScheduledPendingTasks();
        }
    }

    @Test
    void whileThereIsMemoryTheyMayBeAsSlowAsTheyLike() {
        peer("a", 100);
        pass(3_600_000);
        assertThat(cut).isEmpty();
    }

    @Test
    void theLongestWithoutProgressGoFirst() {
        peer("old", 100);
        pass(1000);
        Peer moving = peer("moving", 100);
        Peer done = peer("done", 100);
        pass(1000);
        peer("young", 100);
        moving.unsent = 99;
        done.unsent = 0;
        memory = MemoryLevel.SCARCE;
        pass(250);
        assertThat(cut).containsExactly("old");
        pass(1750);
        assertThat(cut).containsExactly("old", "young");
        pass(250);
        assertThat(cut).containsExactly("old", "young", "moving");
    }

    @Test
    void aQuarterGoesAtATime() {
        for (int i = 0; i < 100; i++) {
            peer("a" + i, 1);
        }
        memory = MemoryLevel.SHORT;
        pass(250);
        assertThat(cut).hasSize(26);
        memory = MemoryLevel.AMPLE;
        pass(10_000);
        assertThat(cut).hasSize(26);
    }

    /** However many streams have something to say in one turn: together they fill no more than the connection's share. */
    @ParameterizedTest
    @ValueSource(ints = {2, 100})
    void aTurnBringsAConnectionNoMoreThanItsShare(int streams) {
        try (Server server = new Server(true)) {
            Frames frames = new Frames().frame(8, 0, 0, 0x7f, 0, 0, 0);
            for (int i = 0; i < streams; i++) {
                frames.headers(2 * i + 1, true, ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a");
            }
            List<ServerStream> all = new ArrayList<>();
            server.onStream = all::add;
            server.receive(frames.bytes());
            server.memory = MemoryLevel.SCARCE;
            int taken = 0;
            for (ServerStream stream : all) {
                stream.head(new ResponseHead(200, new HeaderMap()), false);
            }
            for (ServerStream stream : all) {
                if (stream.isWritable()) {
                    stream.data(Unpooled.wrappedBuffer(new byte[1024]), false);
                    taken += 1024;
                }
            }
            assertThat(taken).isLessThanOrEqualTo(MemoryLevel.SCARCE.share());
            boolean full = taken == MemoryLevel.SCARCE.share();
            server.sent();
            long told = server.requests.stream()
                    .filter(request -> request.writable > 0)
                    .count();
            assertThat(told).isEqualTo(full ? streams : 0);
        }
    }
}

package dev.lateen.proxy.http;

import static dev.lateen.proxy.route.RouteFixtures.prefix;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lateen.proxy.model.Cluster.UpstreamProtocol;
import dev.lateen.proxy.transport.MemoryLevel;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whoever does not take what it asked for, or sends what nobody takes, on a proxy with little memory: it costs them, and nobody else. */
class UnreadAnswersTest {
    private static final int LIMIT = 6 * 1024 * 1024;
    private static final int CONNECTIONS = 6;
    private static final int STREAMS = 16;
    private static final String PART = "x".repeat(16 * 1024);

    private final ProxyFixture proxy = new ProxyFixture();
    private final PooledByteBufAllocator pool = new PooledByteBufAllocator(true, 1, 1, 8192, 5, 64, 8, false);
    private final List<Socket> attackers = new CopyOnWriteArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);

    @AfterEach
    void stop() throws IOException {
        over.countDown();
        for (Socket socket : attackers) {
            socket.close();
        }
        proxy.close();
    }

    private void untilOver() {
        try {
            over.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private Socket attacker(int port, byte[] bytes) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        attackers.add(socket);
        if (over.getCount() == 0) {
            // Too late for stop() to see it.
            socket.close();
        }
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException cut) {
            // The proxy was quicker.
        }
        return socket;
    }

    private void othersAreServed(int port) throws IOException {
        for (int i = 0; i < 10; i++) {
            assertThat(RawServer.ask(port, "GET /small HTTP/1.1\r\nhost: a\r\n\r\n", "fine"))
                    .startsWith("HTTP/1.1 200");
            assertThat(pool.metric().usedDirectMemory()).isLessThanOrEqualTo(LIMIT);
        }
    }

    private void attackersAreCut() {
        await().atMost(Duration.ofSeconds(30)).until(() -> proxy.memory.get() == MemoryLevel.AMPLE);
    }

    private static void answer(RawServer.Talk talk) throws IOException {
        for (String head = talk.head(); head != null; head = talk.head()) {
            if (head.startsWith("GET /small")) {
                talk.ok("fine");
            } else {
                talk.say("HTTP/1.1 200 OK\r\ncontent-length: 2097152\r\n\r\n");
                for (int i = 0; i < 128; i++) {
                    talk.say(PART);
                }
            }
        }
    }

    @Test
    void clientsThatReadNothingCostThemselvesOnly() throws Exception {
        try (RawServer server = new RawServer(UnreadAnswersTest::answer)) {
            proxy.memory(pool, LIMIT)
                    .cluster("c", UpstreamProtocol.HTTP1, server.port())
                    .routes(prefix("/", "c"));
            int two = proxy.listen(true);
            int one = proxy.listen(false);
            // Windows of 2^31-1 bytes, of each stream and of the connection.
            RawFrames frames = RawFrames.preface(0, 4, 0x7f, 0xff, 0xff, 0xff)
                    .frame(RawFrames.WINDOW_UPDATE, 0, 0, 0x7f, 0xff, 0, 0);
            for (int i = 0; i < STREAMS; i++) {
                frames.get(2 * i + 1);
            }
            for (int i = 0; i < CONNECTIONS; i++) {
                attacker(two, frames.bytes());
                othersAreServed(one);
            }
            for (int i = 0; i < 3 * CONNECTIONS; i++) {
                attacker(one, "GET / HTTP/1.1\r\nhost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }
            othersAreServed(one);
            attackersAreCut();
            othersAreServed(one);
        }
    }

    @Test
    void uploadsThatNobodyTakesCostThemselvesOnly() throws Exception {
        try (RawServer server = new RawServer(talk -> {
            for (String head = talk.head(); head != null; head = talk.head()) {
                if (head.startsWith("GET /small")) {
                    talk.ok("fine");
                } else {
                    // Reads no more of it, and keeps the connection.
                    untilOver();
                    return;
                }
            }
        })) {
            proxy.memory(pool, LIMIT)
                    .cluster("c", UpstreamProtocol.HTTP1, server.port())
                    .routes(prefix("/", "c"));
            int two = proxy.listen(true);
            int one = proxy.listen(false);
            RawFrames frames = RawFrames.preface();
            for (int i = 0; i < STREAMS; i++) {
                frames.post(2 * i + 1);
            }
            int[] part = new int[16 * 1024];
            for (int round = 0; round < 12; round++) {
                for (int i = 0; i < STREAMS; i++) {
                    frames.frame(RawFrames.DATA, 0, 2 * i + 1, part);
                }
            }
            for (int i = 0; i < CONNECTIONS; i++) {
                byte[] bytes = frames.bytes();
                Thread.ofVirtual().start(() -> {
                    try {
                        attacker(two, bytes);
                    } catch (IOException refused) {
                        // The proxy was quicker.
                    }
                });
                othersAreServed(one);
            }
            attackersAreCut();
            othersAreServed(one);
        }
    }
}

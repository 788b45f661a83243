package dev.lateen.proxy.http.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.pool.FakeNetwork.Server;
import dev.lateen.proxy.model.Cluster.CircuitBreakers;
import dev.lateen.proxy.model.Cluster.Http2KeepAlive;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long a connection lives, and why it ends. */
class PoolConnectionsTest extends PoolFixture {
    private void passes(Duration time) {
        nanos += time.toNanos();
        loop.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        loop.runScheduledPendingTasks();
        loop.runPendingTasks();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h1", "h2"})
    void aConnectionEndsWithTheLastRequestItMayCarry(String protocol) {
        maxRequests = 1;
        configured("10.0.0.1");
        Asking first = ask(options(protocol));
        Server server = network.accept();
        Asking second = ask(options(protocol));
        assertThat(second.told).isEmpty();
        answer(server, protocol);
        assertThat(first.told).containsExactly("stream", "200");
        assertThat(server.isOpen()).isFalse();
        network.accept();
        assertThat(second.told).containsExactly("stream");
        assertThat(network.tried()).isEqualTo(2);
    }

    // --- PINGs

    private Server pinged() {
        keepAlive = new Http2KeepAlive(Duration.ofSeconds(10), Duration.ofSeconds(2));
        configured("10.0.0.1");
        ask(PoolOptions.HTTP2);
        Server server = network.accept();
        server.allowsStreams(100);
        loop.runPendingTasks();
        server.received();
        return server;
    }

    @Test
    void aServerThatAnswersPingsKeepsItsConnection() {
        Server server = pinged();
        for (int i = 0; i < 3; i++) {
            server.passes(Duration.ofSeconds(10));
            loop.runPendingTasks();
            server.answersPing();
        }
        server.passes(Duration.ofSeconds(9));
        assertThat(server.isOpen()).isTrue();
    }

    @Test
    void aServerThatDoesNotAnswerAPingLosesItsConnection() {
        Server server = pinged();
        server.passes(Duration.ofSeconds(10));
        loop.runPendingTasks();
        assertThat(server.received()).as("a PING").contains("\0\0\b\u0006\0");
        server.passes(Duration.ofMillis(1900));
        assertThat(server.isOpen()).isTrue();
        server.passes(Duration.ofMillis(200));
        assertThat(server.isOpen()).isFalse();
    }

    @Test
    void aServerThatGoesAwayGetsNoMoreRequestsOnThatConnection() {
        Asking first = ask(PoolOptions.HTTP2);
        Server server = network.accept();
        loop.runPendingTasks();
        server.goesAway(3);
        Asking second = ask(PoolOptions.HTTP2);
        assertThat(network.connecting()).isEqualTo(1);
        answer(server, "h2");
        assertThat(first.told).containsExactly("stream", "200");
        assertThat(server.isOpen()).isFalse();
        network.accept();
        assertThat(second.told).containsExactly("stream");
    }

    // --- time

    @Test
    void anIdleConnectionIsClosedAfterItsTime() {
        idleTimeout = Duration.ofSeconds(10);
        configured("10.0.0.1");
        ask(PoolOptions.HTTP1);
        Server server = network.accept();
        answer(server, "h1");
        passes(Duration.ofSeconds(9));
        assertThat(server.isOpen()).isTrue();
        passes(Duration.ofSeconds(2));
        assertThat(server.isOpen()).isFalse();
        nothingIsHeld();
    }

    @Test
    void anOldConnectionEndsWithItsRequest() {
        oldAge = Duration.ofSeconds(10);
        configured("10.0.0.1");
        Asking asking = ask(PoolOptions.HTTP1);
        Server server = network.accept();
        passes(Duration.ofSeconds(11));
        assertThat(server.isOpen()).isTrue();
        answer(server, "h1");
        assertThat(asking.told).containsExactly("stream", "200");
        assertThat(server.isOpen()).isFalse();
    }

    @Test
    void aConnectionThatItsServerSaysItWillCloseIsNotUsedShortlyBefore() {
        ask(PoolOptions.HTTP1);
        Server server = network.accept();
        loop.runPendingTasks();
        server.answers("HTTP/1.1 200 OK\r\nkeep-alive: timeout=5\r\ncontent-length: 0\r\n\r\n");
        nanos += Duration.ofMillis(4600).toNanos();
        Asking second = ask(PoolOptions.HTTP1);
        assertThat(second.told).isEmpty();
        assertThat(server.isOpen()).isFalse();
        network.accept();
        assertThat(second.told).containsExactly("stream");
    }

    @Test
    void aServerThatClosesWhileARequestIsUnderWayResetsItAndServesTheNextOne() {
        limits = new CircuitBreakers(1, 1000, 1000, 1000, -1, 0);
        configured("10.0.0.1");
        Asking first = ask(PoolOptions.HTTP1);
        Asking second = ask(PoolOptions.HTTP1);
        Server server = network.accept();
        server.closes();
        assertThat(first.told).containsExactly("stream", "connection termination");
        network.accept();
        assertThat(second.told).containsExactly("stream");
    }

    @Test
    void closingClosesEveryConnection() {
        ask(PoolOptions.HTTP1);
        ask(PoolOptions.HTTP2);
        Server one = network.accept();
        Server two = network.accept();
        pools.close();
        assertThat(one.isOpen() || two.isOpen()).isFalse();
        nothingIsHeld();
    }
}

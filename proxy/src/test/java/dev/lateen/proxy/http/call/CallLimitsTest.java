package dev.lateen.proxy.http.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.pool.FakeNetwork.Server;
import dev.lateen.proxy.http.pool.HeldBodies;
import dev.lateen.proxy.model.Cluster.CircuitBreakers;
import dev.lateen.proxy.model.Endpoint.Health;
import dev.lateen.proxy.upstream.UpstreamFixtures;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What ends a call before its answer: breakers, sizes, time, and whoever gives it up. */
class CallLimitsTest extends CallLoopFixture {
    @Test
    void aFullBreakerIsToldAtOnce() {
        configured(
                new CircuitBreakers(100, 1, 100, 100, -1, 0), UpstreamFixtures.endpoint("10.0.0.1", 1, Health.HEALTHY));
        Pending first = get("c");
        get("c");
        assertThat(told).containsExactly("cluster c: circuit breaker full");
        first.cancel();
        get("c");
        assertThat(told).as("its place is free again").hasSize(1);
        network.refuse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"content-length: 70000\r\n\r\n", "transfer-encoding: chunked\r\n\r\n10001\r\n"})
    void anAnswerThatIsLongerThanTheCallAllowsEndsIt(String framing) {
        get("c");
        Server server = network.accept();
        server.answers("HTTP/1.1 200 OK\r\n" + framing);
        server.channel.writeInbound(zeros(CallLimits.SMALL_ANSWER));
        assertThat(told).isEmpty();
        server.answers("x");
        assertThat(told).containsExactly("answer longer than 65536 bytes");
        assertThat(server.isOpen()).isFalse();
        nothingIsLeft();
    }

    @Test
    void nothingMoreIsGatheredOnceTooMuchIsHeld() {
        get("c");
        Server server = network.accept();
        held.add(HeldBodies.LIMIT);
        server.answers("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nans");
        assertThat(told).containsExactly("too much is held of bodies already");
        told.clear();
        ByteBuf body = zeros(1);
        post(body);
        assertThat(told).containsExactly("too much is held of bodies already");
        assertThat(body.refCnt()).isZero();
        held.remove(HeldBodies.LIMIT);
    }

    // --- limits

    @Test
    void timePassesAlsoWhileAConnectionIsAwaited() {
        ByteBuf body = zeros(3);
        post(body);
        pass(SECOND);
        assertThat(told).containsExactly("no answer within 1000 ms");
        assertThat(body.refCnt()).isZero();
        nothingIsLeft();
        network.accept().closes();
        assertThat(told).hasSize(1);
    }

    @Test
    void anAnswerInTimeMustBeWholeInTime() {
        get("c");
        Server server = network.accept();
        server.answers("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nans");
        pass(SECOND);
        assertThat(told).containsExactly("no answer within 1000 ms");
        assertThat(server.isOpen()).isFalse();
        assertThat(cluster().stats().requests().timeout()).isEqualTo(1);
        nothingIsLeft();
    }

    @Test
    void whoeverIsCancelledWhileItWaitsLeavesItsPlaceAndIsNotSent() {
        ByteBuf body = zeros(3);
        Pending waiting = post(body);
        assertThat(cluster().breaker().pending()).isEqualTo(1);
        waiting.cancel();
        nothingIsLeft();
        assertThat(body.refCnt()).isZero();
        Server server = network.accept();
        loop.runPendingTasks();
        assertThat(server.received()).isEmpty();
        assertThat(told).isEmpty();
        noTimerIsLeft();
    }

    @Test
    void whoeverIsCancelledAfterItWasSentIsResetAndHearsNothing() {
        Pending sent = get("c");
        Server server = network.accept();
        assertThat(cluster().breaker().requests()).isEqualTo(1);
        sent.cancel();
        sent.cancel();
        assertThat(server.isOpen()).isFalse();
        nothingIsLeft();
        assertThat(told).isEmpty();
        noTimerIsLeft();
    }

    @Test
    void soManyCallsToOneClusterAreUnderWayAndNoMore() {
        List<Pending> pending = new ArrayList<>();
        for (int i = 0; i < CallLoop.MOST_UNDER_WAY; i++) {
            pending.add(get("c"));
        }
        assertThat(told).isEmpty();
        get("c");
        assertThat(told).containsExactly("cluster c: 4096 calls under way (expected: fewer)");
        pending.forEach(Pending::cancel);
        get("c").cancel();
        assertThat(told).hasSize(1);
        nothingIsLeft();
    }

    @Test
    void theProxysEndEndsThem() {
        post(zeros(3));
        get("c");
        network.accept();
        calls.close();
        get("c");
        assertThat(told).containsExactly("the proxy ends", "the proxy ends", "the proxy ends");
        nothingIsLeft();
    }
}

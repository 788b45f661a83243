package dev.lateen.proxy.http.call;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.codec.CodecLimits;
import dev.lateen.proxy.http.codec.CodecLoop;
import dev.lateen.proxy.http.codec.StreamReset;
import dev.lateen.proxy.http.pool.FakeNetwork;
import dev.lateen.proxy.http.pool.FakeNetwork.Server;
import dev.lateen.proxy.http.pool.HeldBodies;
import dev.lateen.proxy.http.pool.UpstreamPools;
import dev.lateen.proxy.inforce.Current;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.Observers;
import dev.lateen.proxy.message.Protocol;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.Cluster.CircuitBreakers;
import dev.lateen.proxy.model.Cluster.LbPolicy;
import dev.lateen.proxy.model.Cluster.LbSettings;
import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.Endpoint.Health;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.transport.MemoryLevel;
import dev.lateen.proxy.upstream.FakeTimers;
import dev.lateen.proxy.upstream.UpstreamCluster;
import dev.lateen.proxy.upstream.UpstreamClusters;
import dev.lateen.proxy.upstream.UpstreamFixtures;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What calls of one loop hold, for how long, and what is told of them; without a socket, on the test's own clock. */
class CallLoopTest {
    private static final CircuitBreakers NO_LIMITS = new CircuitBreakers(100_000, 100_000, 100_000, 100_000, -1, 0);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final EmbeddedChannel loop = new EmbeddedChannel();
    private final FakeNetwork network = new FakeNetwork();
    private final UpstreamClusters clusters = new UpstreamClusters(
            name -> CompletableFuture.failedFuture(new IllegalStateException(name)),
            new FakeTimers(),
            new SplittableRandom(1));
    private final Current current = new Current(clusters, Observers.NONE);
    private final HeldBodies held = new HeldBodies();
    private final List<String> counted = new ArrayList<>();
    private long nanos = 3;
    private final CallLoop calls = new CallLoop(
            loop.eventLoop(),
            new UpstreamPools(
                    loop.eventLoop(),
                    network,
                    new CodecLoop(loop.eventLoop(), () -> MemoryLevel.AMPLE),
                    CodecLimits.UPSTREAM,
                    () -> 0),
            held,
            new CallLoop.Surroundings(
                    current::get,
                    (cluster, status, nanos) -> counted.add(cluster.name() + " " + status + " " + nanos),
                    () -> nanos,
                    new SplittableRandom(5)));
    private final List<String> told = new ArrayList<>();

    CallLoopTest() {
        loop.freezeTime();
        configured(NO_LIMITS, UpstreamFixtures.endpoint("10.0.0.1", 1, Health.HEALTHY));
    }

    @AfterEach
    void close() {
        network.close();
        clusters.close();
        loop.finishAndReleaseAll();
        held.add(HeldBodies.LIMIT - 1);
        assertThat(held.full()).as("something is still counted as held").isFalse();
    }

    private void configured(CircuitBreakers breakers, Endpoint... endpoints) {
        current.put(new ProxySnapshot(
                1,
                Map.of(),
                Map.of(),
                Map.of(
                        "c",
                        UpstreamFixtures.cluster(
                                LbPolicy.ROUND_ROBIN,
                                new LbSettings(2, 1024, 65537, 50, false),
                                UpstreamFixtures.fixed(UpstreamFixtures.locality("z", 1, 0, endpoints)),
                                breakers,
                                null)),
                Map.of(),
                Map.of()));
    }

    private UpstreamCluster cluster() {
        return requireNonNull(current.get().cluster("c"));
    }

    private void told(CallOutcome<HttpAnswer> outcome) {
        told.add(
                switch (outcome) {
                    case CallOutcome.Answered<HttpAnswer>(HttpAnswer answer) ->
                        answer.status() + " " + answer.body().toString(StandardCharsets.US_ASCII);
                    case CallOutcome.Failed<HttpAnswer>(CallFailure failure) -> failure.text();
                });
    }

    private Pending get(String cluster) {
        return calls.newest().http(cluster, HttpCall.get("a", "/"), CallLimits.of(SECOND), this::told);
    }

    private Pending post(ByteBuf body) {
        return calls.newest().http("c", HttpCall.post("a", "/", "text/plain", body), CallLimits.of(SECOND), this::told);
    }

    private static ByteBuf zeros(int bytes) {
        return Unpooled.wrappedBuffer(new byte[bytes]);
    }

    private void forget(@Nullable ByteBuf body) {
        RequestHead head = new RequestHead("POST", "/", "a", "http", Protocol.HTTP_1_1, new HeaderMap());
        calls.forget(cluster(), new HttpCall(head, body), Duration.ofMinutes(1));
    }

    private void pass(Duration time) {
        loop.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        loop.runScheduledPendingTasks();
        loop.runPendingTasks();
    }

    /** Whatever was, nothing is left of it. */
    private void nothingIsLeft() {
        assertThat(cluster().breaker().requests()).isZero();
        assertThat(cluster().breaker().pending()).isZero();
        assertThat(cluster().stats().requests().active()).isZero();
    }

    private void noTimerIsLeft() {
        // The pools look for idle connections once more, and find none.
        network.accepted.forEach(Server::closes);
        pass(Duration.ofSeconds(2));
        assertThat(loop.runScheduledPendingTasks())
                .as("nanoseconds until the next timer")
                .isEqualTo(-1);
    }

    // --- answers nobody wants

    @Test
    void whileItWaitsItsBodyCountsAmongThoseThatAreHeld() {
        forget(zeros((int) HeldBodies.LIMIT));
        assertThat(held.full()).isTrue();
        network.accept();
        assertThat(held.full()).isFalse();
    }

    @Test
    void aBodyThatCannotBeSentIsHeldNoLonger() {
        ByteBuf body = zeros((int) HeldBodies.LIMIT);
        forget(body);
        network.refuse();
        assertThat(held.full()).isFalse();
        assertThat(body.refCnt()).isZero();
    }

    @Test
    void anAnswerThatNobodyWantsIsReadHoweverLongItIs() {
        forget(null);
        Server server = network.accept();
        int much = 2 * CodecLimits.HELD_BODY;
        server.answers("HTTP/1.1 200 OK\r\ncontent-length: " + much + "\r\n\r\n");
        server.channel.writeInbound(zeros(much));
        assertThat(server.isOpen()).isTrue();
        nothingIsLeft();
    }

    @Test
    void onceItIsAnsweredNoTimerRemembersIt() {
        forget(null);
        network.accept().answersNothing();
        noTimerIsLeft();
    }

    @Test
    void aHostThatDoesNotAnswerIsGivenUpAfterTheLimit() {
        forget(null);
        Server server = network.accept();
        pass(Duration.ofSeconds(61));
        assertThat(server.isOpen()).isFalse();
        nothingIsLeft();
        assertThat(cluster().stats().requests().timeout()).isEqualTo(1);
    }

    // --- answers

    @Test
    void anAnswerIsToldOnceWithItsBody() {
        post(Unpooled.copiedBuffer("question", StandardCharsets.US_ASCII));
        Server server = network.accept();
        loop.runPendingTasks();
        assertThat(server.received())
                .startsWith("POST / HTTP/1.1\r\nhost: a\r\n")
                .contains("content-length: 8\r\n")
                .endsWith("\r\n\r\nquestion");
        server.answers("HTTP/1.1 403 Forbidden\r\ncontent-length: 6\r\n\r\nans");
        assertThat(told).isEmpty();
        assertThat(counted).isEmpty();
        nanos += 7;
        server.answers("wer");
        assertThat(told).containsExactly("403 answer");
        assertThat(counted).containsExactly("c 403 7");
        assertThat(cluster().stats().requests().total()).isEqualTo(1);
        nothingIsLeft();
        noTimerIsLeft();
    }

    @Test
    void aClusterThatIsNotThereIsNamed() {
        get("gone");
        assertThat(told).containsExactly("cluster gone: not in the configuration");
    }

    @Test
    void aClusterWithoutHostsIsNamed() {
        configured(NO_LIMITS);
        post(zeros(3));
        assertThat(told).containsExactly("cluster c: no healthy host");
    }

    @Test
    void aCallByOneConfigurationFindsItsClusterAlsoWhenItIsGoneFromTheNext() {
        ClusterCalls before = calls.by(current.get());
        current.put(new ProxySnapshot(2, Map.of(), Map.of(), Map.of(), Map.of(), Map.of()));
        before.http("c", HttpCall.get("a", "/"), CallLimits.of(SECOND), this::told);
        get("c");
        assertThat(told).containsExactly("cluster c: not in the configuration");
        network.accept().answersNothing();
        assertThat(told).last().isEqualTo("200 ");
    }

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

    @Test
    void whyThereIsNoConnectionIsTold() {
        get("c");
        network.refuse();
        assertThat(told).singleElement().asString().endsWith("delayed connect error: Connection refused");
        nothingIsLeft();
        noTimerIsLeft();
    }

    @Test
    void aConnectionThatEndsBeforeTheAnswerIsAReset() {
        get("c");
        network.accept().closes();
        assertThat(told).containsExactly(StreamReset.CONNECTION_TERMINATION.words());
        nothingIsLeft();
        noTimerIsLeft();
    }

    @Test
    void anAnswerThatIsCutIsOne() {
        get("c");
        Server server = network.accept();
        server.answers("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nans");
        server.closes();
        assertThat(told).containsExactly(StreamReset.PROTOCOL_ERROR.words());
        assertThat(counted).isEmpty();
        nothingIsLeft();
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

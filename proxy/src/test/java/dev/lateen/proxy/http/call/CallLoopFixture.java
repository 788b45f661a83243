package dev.lateen.proxy.http.call;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.codec.CodecLimits;
import dev.lateen.proxy.http.codec.CodecLoop;
import dev.lateen.proxy.http.pool.FakeNetwork;
import dev.lateen.proxy.http.pool.FakeNetwork.Server;
import dev.lateen.proxy.http.pool.HeldBodies;
import dev.lateen.proxy.http.pool.UpstreamPools;
import dev.lateen.proxy.inforce.Current;
import dev.lateen.proxy.message.Observers;
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
import org.junit.jupiter.api.AfterEach;

/** Calls on one loop whose time and network a test holds. */
abstract class CallLoopFixture {
    static final CircuitBreakers NO_LIMITS = new CircuitBreakers(100_000, 100_000, 100_000, 100_000, -1, 0);
    static final Duration SECOND = Duration.ofSeconds(1);

    final EmbeddedChannel loop = new EmbeddedChannel();
    final FakeNetwork network = new FakeNetwork();
    final UpstreamClusters clusters = new UpstreamClusters(
            name -> CompletableFuture.failedFuture(new IllegalStateException(name)),
            new FakeTimers(),
            new SplittableRandom(1));
    final Current current = new Current(clusters, Observers.NONE);
    final HeldBodies held = new HeldBodies();
    final List<String> counted = new ArrayList<>();
    long nanos = 3;
    final CallLoop calls = new CallLoop(
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
    final List<String> told = new ArrayList<>();

    CallLoopFixture() {
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

    void configured(CircuitBreakers breakers, Endpoint... endpoints) {
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

    UpstreamCluster cluster() {
        return requireNonNull(current.get().cluster("c"));
    }

    void told(CallOutcome<HttpAnswer> outcome) {
        told.add(
                switch (outcome) {
                    case CallOutcome.Answered<HttpAnswer>(HttpAnswer answer) ->
                        answer.status() + " " + answer.body().toString(StandardCharsets.US_ASCII);
                    case CallOutcome.Failed<HttpAnswer>(CallFailure failure) -> failure.text();
                });
    }

    Pending get(String cluster) {
        return calls.newest().http(cluster, HttpCall.get("a", "/"), CallLimits.of(SECOND), this::told);
    }

    Pending post(ByteBuf body) {
        return calls.newest().http("c", HttpCall.post("a", "/", "text/plain", body), CallLimits.of(SECOND), this::told);
    }

    static ByteBuf zeros(int bytes) {
        return Unpooled.wrappedBuffer(new byte[bytes]);
    }

    void pass(Duration time) {
        loop.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        loop.runScheduledPendingTasks();
        loop.runPendingTasks();
    }

    /** Whatever was, nothing is left of it. */
    void nothingIsLeft() {
        assertThat(cluster().breaker().requests()).isZero();
        assertThat(cluster().breaker().pending()).isZero();
        assertThat(cluster().stats().requests().active()).isZero();
    }

    void noTimerIsLeft() {
        // The pools look for idle connections once more, and find none.
        network.accepted.forEach(Server::closes);
        pass(Duration.ofSeconds(2));
        assertThat(loop.runScheduledPendingTasks())
                .as("nanoseconds until the next timer")
                .isEqualTo(-1);
    }
}

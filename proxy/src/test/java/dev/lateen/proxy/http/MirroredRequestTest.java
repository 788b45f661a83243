package dev.lateen.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.filter.FilterStates;
import dev.lateen.proxy.inforce.Current;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.Observers;
import dev.lateen.proxy.message.Protocol;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.Cluster.LbPolicy;
import dev.lateen.proxy.model.Cluster.LbSettings;
import dev.lateen.proxy.model.Endpoint.Health;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.RouteAction;
import dev.lateen.proxy.transport.ConnectFailure;
import dev.lateen.proxy.transport.MemoryLevel;
import dev.lateen.proxy.upstream.FakeTimers;
import dev.lateen.proxy.upstream.UpstreamClusters;
import dev.lateen.proxy.upstream.UpstreamFixtures;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.Promise;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a copy of a request holds, and for how long. */
class MirroredRequestTest {
    private static final int MUCH = (int) HeldBodies.LIMIT;

    private final EmbeddedChannel loop = new EmbeddedChannel();
    private final EmbeddedChannel server = new EmbeddedChannel();
    private final Promise<Channel> connection = loop.eventLoop().newPromise();
    private ChannelHandler codec;
    private final UpstreamClusters clusters = new UpstreamClusters(
            name -> CompletableFuture.failedFuture(new IllegalStateException(name)),
            new FakeTimers(),
            new SplittableRandom(1));
    private final Current current = new Current(clusters, Observers.NONE);
    private final HttpWorker worker = new HttpWorker(
            loop.eventLoop(),
            new HttpServices(
                    current,
                    clusters,
                    new Filters(
                            FilterChains.NONE, FilterStates.of(new FakeTimers(), () -> ProxySnapshot.EMPTY)),
                    (eventLoop, target, last) -> {
                        codec = last;
                        return connection;
                    },
                    InstantSource.system(),
                    () -> 0,
                    () -> MemoryLevel.AMPLE,
                    "192.0.2.7",
                    () -> new SplittableRandom(5)));

    MirroredRequestTest() {
        loop.freezeTime();
        current.put(new ProxySnapshot(
                1,
                Map.of(),
                Map.of(),
                Map.of(
                        "c",
                        UpstreamFixtures.cluster(
                                LbPolicy.ROUND_ROBIN,
                                new LbSettings(2, 1024, 65537, 50, false),
                                UpstreamFixtures.fixed(UpstreamFixtures.locality(
                                        "z", 1, 0, UpstreamFixtures.endpoint("10.0.0.1", 1, Health.HEALTHY))))),
                Map.of(),
                Map.of()));
    }

    @AfterEach
    void close() {
        server.finishAndReleaseAll();
        clusters.close();
        loop.finishAndReleaseAll();
    }

    private void send(ByteBuf body) {
        RequestHead head = new RequestHead("POST", "/", "a", "http", Protocol.HTTP_1_1, new HeaderMap());
        MirroredRequest.send(
                worker,
                new RouteAction.Mirror("c", 1_000_000, false),
                current.get().cluster("c"),
                head,
                body);
    }

    private void connected() {
        server.pipeline().addLast(codec);
        connection.setSuccess(server);
        loop.runPendingTasks();
    }

    private void answered() {
        server.writeInbound(
                Unpooled.copiedBuffer("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", StandardCharsets.US_ASCII));
        loop.runPendingTasks();
    }

    @Test
    void whileItWaitsItsBodyCountsAmongThoseThatAreHeld() {
        send(Unpooled.wrappedBuffer(new byte[MUCH]));
        assertThat(worker.heldBodies().full()).isTrue();
        connected();
        assertThat(worker.heldBodies().full()).isFalse();
    }

    @Test
    void aBodyThatCannotBeSentIsHeldNoLonger() {
        ByteBuf body = Unpooled.wrappedBuffer(new byte[MUCH]);
        send(body);
        connection.setFailure(new ConnectFailure(ConnectFailure.REMOTE, "refused"));
        assertThat(worker.heldBodies().full()).isFalse();
        assertThat(body.refCnt()).isZero();
    }

    @Test
    void onceItIsAnsweredNoTimerRemembersIt() {
        send(null);
        connected();
        answered();
        server.close();
        // The pools look for idle connections once more, and find none.
        loop.advanceTimeBy(2, TimeUnit.SECONDS);
        assertThat(loop.runScheduledPendingTasks())
                .as("nanoseconds until the next timer")
                .isEqualTo(-1);
    }

    @Test
    void aMirrorThatDoesNotAnswerIsGivenUpAfterAMinute() {
        send(null);
        connected();
        loop.advanceTimeBy(61, TimeUnit.SECONDS);
        loop.runScheduledPendingTasks();
        assertThat(server.isOpen()).isFalse();
        assertThat(current.get().cluster("c").breaker().requests()).isZero();
    }
}

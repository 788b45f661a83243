package dev.lateen.proxy.http.pool;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.codec.CodecLimits;
import dev.lateen.proxy.http.codec.CodecLoop;
import dev.lateen.proxy.http.pool.FakeNetwork.Server;
import dev.lateen.proxy.inforce.Current;
import dev.lateen.proxy.message.Observers;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Cluster.CircuitBreakers;
import dev.lateen.proxy.model.Cluster.Http2KeepAlive;
import dev.lateen.proxy.model.Cluster.LbPolicy;
import dev.lateen.proxy.model.Cluster.LbSettings;
import dev.lateen.proxy.model.Cluster.ProxyProtocol;
import dev.lateen.proxy.model.Cluster.UpstreamProtocol;
import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.Endpoint.Health;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.transport.MemoryLevel;
import dev.lateen.proxy.transport.ProxyHeader;
import dev.lateen.proxy.upstream.FakeTimers;
import dev.lateen.proxy.upstream.Host;
import dev.lateen.proxy.upstream.PickContext;
import dev.lateen.proxy.upstream.UpstreamCluster;
import dev.lateen.proxy.upstream.UpstreamClusters;
import dev.lateen.proxy.upstream.UpstreamFixtures;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The connections of one loop to one host, and who waits for one. */
class UpstreamPoolsTest {
    private static final CircuitBreakers NO_LIMITS = new CircuitBreakers(1000, 1000, 1000, 1000, -1, 0);

    private final EmbeddedChannel loop = new EmbeddedChannel();
    private final FakeNetwork network = new FakeNetwork();
    private final UpstreamClusters clusters = new UpstreamClusters(
            name -> CompletableFuture.failedFuture(new IllegalStateException(name)),
            new FakeTimers(),
            new SplittableRandom(1));
    private final Current current = new Current(clusters, Observers.NONE);
    private long nanos;
    private CircuitBreakers limits = NO_LIMITS;
    private int maxRequests;
    private int maxStreams;
    private @Nullable Http2KeepAlive keepAlive;
    private Duration idleTimeout = Duration.ofHours(1);
    private Duration oldAge = Duration.ZERO;

    private final UpstreamPools pools = new UpstreamPools(
            loop.eventLoop(),
            network,
            new CodecLoop(loop.eventLoop(), () -> MemoryLevel.AMPLE),
            CodecLimits.UPSTREAM,
            () -> nanos);

    UpstreamPoolsTest() {
        clusters.onHostRemoved(pools::onHostRemoved);
        configured("10.0.0.1");
    }

    @AfterEach
    void close() {
        network.close();
        clusters.close();
        loop.finishAndReleaseAll();
    }

    private void configured(String... addresses) {
        Endpoint[] endpoints = new Endpoint[addresses.length];
        for (int i = 0; i < endpoints.length; i++) {
            endpoints[i] = UpstreamFixtures.endpoint(addresses[i], 1, Health.HEALTHY);
        }
        Cluster cluster = new Cluster(
                "c",
                "c",
                UpstreamFixtures.fixed(UpstreamFixtures.locality("z", 1, 0, endpoints)),
                new Cluster.LoadBalancing(LbPolicy.ROUND_ROBIN, new LbSettings(2, 1024, 65537, 50, false)),
                limits,
                null,
                Cluster.TransportSockets.CLEAR,
                UpstreamProtocol.HTTP1,
                new Cluster.ConnectionOptions(
                        Duration.ofSeconds(1),
                        idleTimeout,
                        maxRequests,
                        oldAge,
                        null,
                        maxStreams,
                        keepAlive,
                        null,
                        null),
                Cluster.Origin.NONE);
        current.put(new ProxySnapshot(1, Map.of(), Map.of(), Map.of("c", cluster), Map.of(), Map.of()));
    }

    private UpstreamCluster cluster() {
        UpstreamCluster cluster = current.get().cluster("c");
        assertThat(cluster).isNotNull();
        return cluster;
    }

    private Host host() {
        return requireNonNull(requireNonNull(cluster().pick(new PickContext(new SplittableRandom(2)))).host());
    }

    private Asking ask(PoolOptions options) {
        return ask(cluster(), host(), options);
    }

    private Asking ask(UpstreamCluster cluster, Host host, PoolOptions options) {
        Asking asking = new Asking(cluster.breaker());
        asking.place = pools.acquire(cluster, host.destination(cluster.config()), options, asking);
        return asking;
    }

    private static PoolOptions options(String protocol) {
        return protocol.equals("h2") ? PoolOptions.HTTP2 : PoolOptions.HTTP1;
    }

    private void answer(Server server, String protocol) {
        loop.runPendingTasks();
        if (protocol.equals("h2")) {
            server.answersStream(3);
        } else {
            server.answersNothing();
        }
        loop.runPendingTasks();
    }

    private void passes(Duration time) {
        nanos += time.toNanos();
        loop.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        loop.runScheduledPendingTasks();
        loop.runPendingTasks();
    }

    private void nothingIsHeld() {
        assertThat(cluster().breaker().pending()).isZero();
        assertThat(cluster().breaker().requests()).isZero();
        assertThat(cluster().breaker().connections()).isZero();
    }

    // --- hosts that leave

    @ParameterizedTest
    @ValueSource(strings = {"h1", "h2"})
    void whoWaitsForAHostThatLeavesTheConfigurationIsServedByItOnce(String protocol) {
        UpstreamCluster cluster = cluster();
        Asking waits = ask(options(protocol));

        configured();
        Server server = network.accept();
        answer(server, protocol);

        assertThat(waits.told).containsExactly("stream", "200");
        assertThat(server.isOpen()).isFalse();
        assertThat(network.tried()).isEqualTo(1);
        assertThat(cluster.breaker().connections()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h1", "h2"})
    void whoWaitsForAHostOfAClusterThatIsGoneIsServedByItOnce(String protocol) {
        Asking waits = ask(options(protocol));

        current.put(ProxySnapshot.EMPTY);
        answer(network.accept(), protocol);

        assertThat(waits.told).containsExactly("stream", "200");
        assertThat(network.tried()).isEqualTo(1);
        assertThat(network.accepted.getFirst().isOpen()).isFalse();
    }

    @Test
    void allWhoWaitForAHostThatLeavesAreServed() {
        UpstreamCluster cluster = cluster();
        Host host = host();
        Asking first = ask(cluster, host, PoolOptions.HTTP1);
        Asking second = ask(cluster, host, PoolOptions.HTTP1);

        configured("10.0.0.2");
        Server one = network.accept();
        Server two = network.accept();
        loop.runPendingTasks();
        one.answersNothing();
        two.answersNothing();

        assertThat(first.told).containsExactly("stream", "200");
        assertThat(second.told).containsExactly("stream", "200");
        assertThat(network.tried()).isEqualTo(2);
        assertThat(one.isOpen() || two.isOpen()).isFalse();
    }

    @Test
    void aHostThatLeftAndCannotBeReachedFailsWhoWaitsForIt() {
        Asking waits = ask(PoolOptions.HTTP1);
        configured();
        network.refuse();
        assertThat(waits.told).containsExactly("delayed connect error: Connection refused");
        assertThat(network.tried()).isEqualTo(1);
    }

    @Test
    void aConnectionToAHostThatLeftIsClosedWhenNobodyWaitsForItAnyMore() {
        Asking waits = ask(PoolOptions.HTTP1);
        configured();
        assertThat(waits.place).isNotNull();
        waits.place.cancel();
        Server server = network.accept();
        assertThat(server.isOpen()).isFalse();
        assertThat(waits.told).isEmpty();
        assertThat(network.tried()).isEqualTo(1);
        nothingIsHeld();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h1", "h2"})
    void aHostThatLeavesClosesItsIdleConnectionsAtOnce(String protocol) {
        ask(options(protocol));
        Server server = network.accept();
        answer(server, protocol);
        assertThat(server.isOpen()).isTrue();
        configured("10.0.0.2");
        assertThat(server.isOpen()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h1", "h2"})
    void aHostThatLeavesEndsARequestUnderWayBeforeItsConnection(String protocol) {
        Asking asking = ask(options(protocol));
        Server server = network.accept();
        loop.runPendingTasks();
        configured("10.0.0.2");
        assertThat(server.isOpen()).isTrue();
        answer(server, protocol);
        assertThat(asking.told).containsExactly("stream", "200");
        assertThat(server.isOpen()).isFalse();
    }

    @Test
    void whoChoseAHostJustBeforeItLeftIsStillServed() {
        UpstreamCluster cluster = cluster();
        Host host = host();
        configured();
        Asking late = ask(cluster, host, PoolOptions.HTTP1);
        Server server = network.accept();
        answer(server, "h1");
        assertThat(late.told).containsExactly("stream", "200");
        assertThat(server.isOpen()).isFalse();
    }

    // --- who waits

    @Test
    void aConnectionIsUsedAgainAndSaysSo() {
        ask(PoolOptions.HTTP1);
        Server server = network.accept();
        answer(server, "h1");
        Asking second = ask(PoolOptions.HTTP1);
        assertThat(second.place).isNull();
        assertThat(second.told).containsExactly("stream, used before");
        assertThat(network.tried()).isEqualTo(1);
    }

    @Test
    void eachHttp1RequestThatWaitsHasAConnectionOfItsOwn() {
        ask(PoolOptions.HTTP1);
        ask(PoolOptions.HTTP1);
        assertThat(network.connecting()).isEqualTo(2);
    }

    @Test
    void http2RequestsWaitForOneConnectionTogether() {
        Asking first = ask(PoolOptions.HTTP2);
        Asking second = ask(PoolOptions.HTTP2);
        assertThat(network.connecting()).isEqualTo(1);
        network.accept();
        assertThat(first.told).containsExactly("stream");
        assertThat(second.told).containsExactly("stream, used before");
    }

    @Test
    void whoComesFirstIsServedFirst() {
        limits = new CircuitBreakers(1, 1000, 1000, 1000, -1, 0);
        configured("10.0.0.1");
        Asking first = ask(PoolOptions.HTTP1);
        Asking second = ask(PoolOptions.HTTP1);
        Asking third = ask(PoolOptions.HTTP1);
        assertThat(network.tried()).isEqualTo(1);
        Server server = network.accept();
        answer(server, "h1");
        assertThat(first.told).containsExactly("stream", "200");
        assertThat(second.told).containsExactly("stream, used before");
        assertThat(third.told).isEmpty();
    }

    @Test
    void whoGaveUpWaitingHearsNothing() {
        Asking gone = ask(PoolOptions.HTTP1);
        assertThat(gone.place).isNotNull();
        gone.place.cancel();
        gone.place.cancel();
        Server server = network.accept();
        Asking next = ask(PoolOptions.HTTP1);
        assertThat(gone.told).isEmpty();
        assertThat(next.told).containsExactly("stream");
        answer(server, "h1");
        assertThat(cluster().breaker().pending()).isZero();
    }

    @Test
    void aConnectionThatCannotBeMadeFailsAllWhoWait() {
        Asking first = ask(PoolOptions.HTTP2);
        Asking second = ask(PoolOptions.HTTP2);
        network.refuse();
        assertThat(first.told).containsExactly("delayed connect error: Connection refused");
        assertThat(second.told).containsExactly("delayed connect error: Connection refused");
        assertThat(network.connecting()).isZero();
        nothingIsHeld();
    }

    // --- limits

    @Test
    void moreThanMayWaitAreRefused() {
        limits = new CircuitBreakers(1000, 1, 1000, 1000, -1, 0);
        configured("10.0.0.1");
        ask(PoolOptions.HTTP1);
        assertThat(ask(PoolOptions.HTTP1).told).containsExactly("overflow");
    }

    @Test
    void moreThanMayBeUnderWayAreRefused() {
        limits = new CircuitBreakers(1000, 1000, 1, 1000, -1, 0);
        configured("10.0.0.1");
        ask(PoolOptions.HTTP2);
        network.accept();
        assertThat(ask(PoolOptions.HTTP2).told).containsExactly("overflow");
    }

    @Test
    void aHostWithoutAnyConnectionMayHaveOneAboveTheLimit() {
        limits = new CircuitBreakers(0, 1000, 1000, 1000, -1, 0);
        configured("10.0.0.1");
        Asking asking = ask(PoolOptions.HTTP1);
        answer(network.accept(), "h1");
        assertThat(asking.told).containsExactly("stream", "200");
        assertThat(cluster().breaker().connections()).isZero();
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

    @Test
    void aFullHttp2ConnectionGetsASecondOneBesideIt() {
        ask(PoolOptions.HTTP2);
        Server server = network.accept();
        server.allowsStreams(1);
        Asking second = ask(PoolOptions.HTTP2);
        assertThat(network.connecting()).isEqualTo(1);
        answer(server, "h2");
        assertThat(second.told).containsExactly("stream, used before");
    }

    @Test
    void noMoreStreamsThanConfiguredShareAConnection() {
        maxStreams = 1;
        configured("10.0.0.1");
        Asking first = ask(PoolOptions.HTTP2);
        Asking second = ask(PoolOptions.HTTP2);
        Server server = network.accept();
        assertThat(first.told).containsExactly("stream");
        assertThat(second.told).isEmpty();
        assertThat(network.connecting()).isEqualTo(1);
        answer(server, "h2");
        assertThat(second.told).containsExactly("stream, used before");
    }

    @Test
    void clientsThatServersAreToldOfShareNoConnection() {
        InetSocketAddress here = new InetSocketAddress("10.9.9.9", 80);
        PoolOptions one = PoolOptions.HTTP1.telling(
                new ProxyHeader(ProxyProtocol.V1, new InetSocketAddress("10.1.1.1", 1), here));
        PoolOptions other = PoolOptions.HTTP1.telling(
                new ProxyHeader(ProxyProtocol.V1, new InetSocketAddress("10.1.1.2", 1), here));
        ask(one);
        answer(network.accept(), "h1");
        assertThat(ask(other).told).isEmpty();
        assertThat(ask(one).told).containsExactly("stream, used before");
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

    // --- protocols

    @Test
    void whatALocalProtocolChangeAsksForHasConnectionsOfItsOwn() {
        ask(PoolOptions.HTTP1);
        Server http1 = network.accept();
        answer(http1, "h1");
        Asking second = ask(PoolOptions.HTTP2);
        assertThat(second.told).isEmpty();
        Server http2 = network.accept();
        assertThat(http2.received()).startsWith("PRI * HTTP/2.0");
        assertThat(http1.isOpen()).isTrue();
        answer(http2, "h2");
        assertThat(second.told).containsExactly("stream", "200");
    }

    @Test
    void whereNothingWasAgreedOnHttp1IsSpokenAndEveryWaiterGetsAConnection() {
        Asking first = ask(PoolOptions.AUTO);
        Asking second = ask(PoolOptions.AUTO);
        assertThat(network.connecting()).isEqualTo(1);
        Server server = network.accept();
        assertThat(first.told).containsExactly("stream");
        assertThat(second.told).isEmpty();
        assertThat(network.connecting()).isEqualTo(1);
        answer(server, "h1");
        assertThat(second.told).containsExactly("stream, used before");
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

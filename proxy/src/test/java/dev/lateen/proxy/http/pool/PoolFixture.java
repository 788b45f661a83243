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
import dev.lateen.proxy.model.Cluster.UpstreamProtocol;
import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.Endpoint.Health;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.transport.MemoryLevel;
import dev.lateen.proxy.upstream.FakeTimers;
import dev.lateen.proxy.upstream.Host;
import dev.lateen.proxy.upstream.PickContext;
import dev.lateen.proxy.upstream.UpstreamCluster;
import dev.lateen.proxy.upstream.UpstreamClusters;
import dev.lateen.proxy.upstream.UpstreamFixtures;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** Pools on one loop whose time and network a test holds. */
abstract class PoolFixture {
    static final CircuitBreakers NO_LIMITS = new CircuitBreakers(1000, 1000, 1000, 1000, -1, 0);

    final EmbeddedChannel loop = new EmbeddedChannel();
    final FakeNetwork network = new FakeNetwork();
    final UpstreamClusters clusters = new UpstreamClusters(
            name -> CompletableFuture.failedFuture(new IllegalStateException(name)),
            new FakeTimers(),
            new SplittableRandom(1));
    final Current current = new Current(clusters, Observers.NONE);
    long nanos;
    CircuitBreakers limits = NO_LIMITS;
    int maxRequests;
    int maxStreams;

    @Nullable
    Http2KeepAlive keepAlive;

    Duration idleTimeout = Duration.ofHours(1);
    Duration oldAge = Duration.ZERO;

    final UpstreamPools pools = new UpstreamPools(
            loop.eventLoop(),
            network,
            new CodecLoop(loop.eventLoop(), () -> MemoryLevel.AMPLE),
            CodecLimits.UPSTREAM,
            () -> nanos);

    PoolFixture() {
        clusters.onHostRemoved(pools::onHostRemoved);
        configured("10.0.0.1");
    }

    @AfterEach
    void close() {
        network.close();
        clusters.close();
        loop.finishAndReleaseAll();
    }

    void configured(String... addresses) {
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

    UpstreamCluster cluster() {
        UpstreamCluster cluster = current.get().cluster("c");
        assertThat(cluster).isNotNull();
        return cluster;
    }

    Host host() {
        return requireNonNull(requireNonNull(cluster().pick(new PickContext(new SplittableRandom(2))))
                .host());
    }

    Asking ask(PoolOptions options) {
        return ask(cluster(), host(), options);
    }

    Asking ask(UpstreamCluster cluster, Host host, PoolOptions options) {
        Asking asking = new Asking(cluster.breaker());
        asking.place = pools.acquire(cluster, host.destination(cluster.config()), options, asking);
        return asking;
    }

    static PoolOptions options(String protocol) {
        return protocol.equals("h2") ? PoolOptions.HTTP2 : PoolOptions.HTTP1;
    }

    void answer(Server server, String protocol) {
        loop.runPendingTasks();
        if (protocol.equals("h2")) {
            server.answersStream(3);
        } else {
            server.answersNothing();
        }
        loop.runPendingTasks();
    }

    void nothingIsHeld() {
        assertThat(cluster().breaker().pending()).isZero();
        assertThat(cluster().breaker().requests()).isZero();
        assertThat(cluster().breaker().connections()).isZero();
    }
}

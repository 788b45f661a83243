package dev.lateen.proxy.upstream;

import static dev.lateen.proxy.route.RouteFixtures.address;
import static dev.lateen.proxy.upstream.UpstreamFixtures.PLAIN;
import static dev.lateen.proxy.upstream.UpstreamFixtures.cluster;
import static dev.lateen.proxy.upstream.UpstreamFixtures.fixed;
import static dev.lateen.proxy.upstream.UpstreamFixtures.level;
import static dev.lateen.proxy.upstream.UpstreamFixtures.locality;
import static dev.lateen.proxy.upstream.UpstreamFixtures.snapshot;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.schema.Shows;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Cluster.CircuitBreakers;
import dev.lateen.proxy.model.Cluster.Discovery;
import dev.lateen.proxy.model.Cluster.LbPolicy;
import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.Endpoint.Health;
import dev.lateen.proxy.model.LoadAssignment;
import dev.lateen.proxy.model.ProxySnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How clusters and their hosts follow the configuration. */
class UpstreamClustersTest extends ClustersFixture {
    private final List<Host> gone = new ArrayList<>();

    @Test
    void countingAndShowingAnUncalledClusterMakesNoHosts() {
        Cluster eds = cluster(LbPolicy.ROUND_ROBIN, PLAIN, new Discovery.Eds("e"));
        mesh.update(snapshot(eds, new LoadAssignment("e", List.of(level(0, 3, 0)))));
        UpstreamCluster cluster = mesh.get("c");
        assertThat(cluster.stats().membership().total()).isEqualTo(3);
        assertThat(cluster.stats().membership().healthy()).isEqualTo(3);
        assertThat(cluster.shownHosts()).hasSize(3);
        assertThat(cluster.shownHosts().getFirst())
                .isNotSameAs(cluster.shownHosts().getFirst());
        Host picked = cluster.host(mesh.context);
        assertThat(cluster.shownHosts()).contains(picked);
    }

    @Test
    void hostsKeepTheirStateWhenTheConfigIsReplaced() {
        mesh.clusters.onHostRemoved(gone::add);
        Cluster eds = cluster(LbPolicy.ROUND_ROBIN, PLAIN, new Discovery.Eds("e"));
        mesh.update(snapshot(eds, new LoadAssignment("e", List.of(level(0, 3, 0)))));
        UpstreamCluster cluster = mesh.get("c");
        List<Host> before = cluster.hosts();
        before.forEach(Host::requestStarted);
        mesh.update(snapshot(eds, new LoadAssignment("e", List.of(level(0, 2, 0)))));
        assertThat(mesh.get("c").breaker()).isSameAs(cluster.breaker());
        assertThat(cluster.hosts()).containsExactly(before.get(0), before.get(1));
        assertThat(before.get(0).activeRequests()).isEqualTo(1);
        assertThat(gone).containsExactly(before.get(2));
        assertThat(before.get(2).isRemoved()).isTrue();
        assertThat(cluster.stats().requests().active()).isEqualTo(3);
        before.get(2).requestFinished();
        assertThat(cluster.stats().requests().total()).isEqualTo(3);
    }

    @Test
    void newHealthIsInForceAtOnce() {
        Cluster eds = cluster(LbPolicy.ROUND_ROBIN, PLAIN, new Discovery.Eds("e"));
        mesh.update(snapshot(eds, new LoadAssignment("e", List.of(level(0, 3, 0)))));
        UpstreamCluster cluster = mesh.get("c");
        assertThat(mesh.count(cluster, 3)).hasSize(3);
        mesh.update(snapshot(eds, new LoadAssignment("e", List.of(level(0, 2, 1)))));
        assertThat(mesh.count(mesh.get("c"), 10)).hasSize(2);
    }

    @Test
    void aClusterThatIsGoneDropsItsHosts() {
        mesh.clusters.onHostRemoved(gone::add);
        UpstreamCluster cluster = mesh.run(cluster(LbPolicy.RANDOM, PLAIN, fixed(level(0, 2, 0))));
        cluster.host(mesh.context);
        mesh.update(ProxySnapshot.EMPTY);
        assertThat(mesh.has("c")).isFalse();
        assertThat(gone).hasSize(2);
        // Who took it while it was in force is still served.
        assertThat(gone).contains(cluster.host(mesh.context));
    }

    @Test
    void whoTookAConfigurationIsServedByItsHostsUntilTheEnd() {
        Cluster eds = cluster(LbPolicy.ROUND_ROBIN, PLAIN, new Discovery.Eds("e"));
        mesh.clusters.onHostRemoved(gone::add);
        mesh.update(snapshot(eds, new LoadAssignment("e", List.of(level(0, 1, 0)))));
        UpstreamCluster called = mesh.get("c");
        Host first = called.host(mesh.context);
        mesh.update(snapshot(eds, new LoadAssignment("e", List.of(level(1, 1, 0)))));
        UpstreamCluster uncalled = mesh.get("c");
        mesh.update(snapshot(eds, new LoadAssignment("e", List.of(level(2, 1, 0)))));

        UpstreamCluster last = mesh.get("c");
        mesh.update(ProxySnapshot.EMPTY);
        assertThat(mesh.count(last, 1)).containsOnlyKeys("10.2.0.1");
        mesh.update(snapshot(eds, new LoadAssignment("e", List.of(level(2, 1, 0)))));

        assertThat(called.host(mesh.context)).isSameAs(first);
        assertThat(mesh.count(uncalled, 1)).containsOnlyKeys("10.1.0.1");
        assertThat(mesh.count(mesh.get("c"), 1)).containsOnlyKeys("10.2.0.1");
        assertThat(gone).contains(first);
        assertThat(mesh.host(uncalled).isRemoved()).isTrue();
    }

    @Test
    void whatIsGoneLetsGoOfItsHostsOnlyWhenItIsNoLongerInForce() {
        Cluster fixed = cluster(LbPolicy.ROUND_ROBIN, PLAIN, fixed(level(0, 1, 0)));
        Map<String, UpstreamCluster> inForce = new HashMap<>();
        mesh.clusters.update(snapshot(fixed, null), Map.of(), inForce::putAll);
        Host host = mesh.host(requireNonNull(inForce.get("c")));
        List<Boolean> removedAtSwap = new ArrayList<>();
        Cluster moved = cluster(LbPolicy.ROUND_ROBIN, PLAIN, fixed(level(1, 1, 0)));
        mesh.clusters.update(snapshot(moved, null), inForce, _ -> removedAtSwap.add(host.isRemoved()));
        assertThat(removedAtSwap).containsExactly(false);
        assertThat(host.isRemoved()).isTrue();
    }

    @Test
    void aUnixDomainSocketIsAHostByItsPath() {
        Endpoint socket = new Endpoint("/var/run/app.sock", 0, "", 1, Health.HEALTHY, Map.of(), "");
        UpstreamCluster cluster = mesh.run(cluster(LbPolicy.ROUND_ROBIN, PLAIN, fixed(locality("z", 1, 0, socket))));
        Host host = mesh.host(cluster);
        assertThat(host.addressText()).isEqualTo("/var/run/app.sock");
        assertThat(host.address().isUnresolved()).isTrue();
    }

    @Test
    void edsWithoutAnAnswerHasNoHost() {
        mesh.update(snapshot(cluster(LbPolicy.RANDOM, PLAIN, new Discovery.Eds("e")), null));
        assertThat(mesh.get("c").host(mesh.context)).isNull();
    }

    @Shows({
        "DestinationRule.trafficPolicy.connectionPool.tcp.maxConnections",
        "DestinationRule.trafficPolicy.connectionPool.http.http1MaxPendingRequests",
        "DestinationRule.trafficPolicy.connectionPool.http.http2MaxRequests",
        "DestinationRule.trafficPolicy.connectionPool.http.maxRetries"
    })
    @Test
    void circuitBreakerLimitsAndReleases() {
        Cluster limited =
                cluster(LbPolicy.RANDOM, PLAIN, fixed(level(0, 1, 0)), new CircuitBreakers(1, 1, 2, 1, -1, 0), null);
        CircuitBreaker breaker = mesh.run(limited).breaker();
        assertThat(breaker.tryAcquireRequest()).isTrue();
        assertThat(breaker.tryAcquireRequest()).isTrue();
        assertThat(breaker.tryAcquireRequest()).isFalse();
        breaker.releaseRequest();
        assertThat(breaker.tryAcquireRequest()).isTrue();
        assertThat(breaker.requestOverflows()).isEqualTo(1);
        assertThat(breaker.tryAcquireRetry()).isTrue();
        assertThat(breaker.tryAcquireRetry()).isFalse();
        assertThat(breaker.tryAcquireConnection() && breaker.tryAcquirePending())
                .isTrue();
        assertThat(breaker.tryAcquireConnection() || breaker.tryAcquirePending())
                .isFalse();
    }

    @Shows("DestinationRule.trafficPolicy.retryBudget")
    @Test
    void retryBudgetGrowsWithTheRequestsUnderWay() {
        Cluster budget =
                cluster(LbPolicy.RANDOM, PLAIN, fixed(level(0, 1, 0)), new CircuitBreakers(9, 9, 1000, 1, 20, 3), null);
        CircuitBreaker breaker = mesh.run(budget).breaker();
        for (int i = 0; i < 50; i++) {
            assertThat(breaker.tryAcquireRequest()).isTrue();
        }
        int retries = 0;
        while (breaker.tryAcquireRetry()) {
            retries++;
        }
        assertThat(retries).isEqualTo(10);
    }

    @Test
    void originalDestinationHostsComeOnDemandAndGoWhenIdle() {
        mesh.clusters.onHostRemoved(gone::add);
        UpstreamCluster cluster =
                mesh.run(cluster(LbPolicy.CLUSTER_PROVIDED, PLAIN, new Discovery.OriginalDst(false, 0)));
        assertThat(cluster.host(mesh.context)).isNull();
        mesh.context.originalDestination(address("10.7.7.7", 443));
        Host host = mesh.host(cluster);
        assertThat(host.addressText()).isEqualTo("10.7.7.7:443");
        assertThat(cluster.host(mesh.context)).isSameAs(host);
        host.connectionOpened();
        mesh.timers.pass(MINUTE);
        assertThat(cluster.hosts()).containsExactly(host);
        host.connectionClosed();
        mesh.timers.pass(Duration.ofSeconds(10));
        assertThat(cluster.hosts()).isEmpty();
        assertThat(gone).containsExactly(host);
        assertThat(mesh.timers.pending()).isZero();
    }

    @Test
    void originalDestinationIsBounded() {
        UpstreamCluster cluster =
                mesh.run(cluster(LbPolicy.CLUSTER_PROVIDED, PLAIN, new Discovery.OriginalDst(false, 8080)));
        int made = 0;
        for (int i = 0; i < OriginalDstHosts.MAX_HOSTS + 100; i++) {
            mesh.context.originalDestination(address("10.3." + (i >> 8) + "." + (i & 255), 443));
            made += cluster.host(mesh.context) == null ? 0 : 1;
        }
        assertThat(made).isEqualTo(OriginalDstHosts.MAX_HOSTS);
        assertThat(cluster.hosts().getFirst().address().getPort()).isEqualTo(8080);
    }
}

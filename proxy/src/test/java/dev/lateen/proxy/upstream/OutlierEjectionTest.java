package dev.lateen.proxy.upstream;

import static dev.lateen.proxy.upstream.UpstreamFixtures.PLAIN;
import static dev.lateen.proxy.upstream.UpstreamFixtures.cluster;
import static dev.lateen.proxy.upstream.UpstreamFixtures.fixed;
import static dev.lateen.proxy.upstream.UpstreamFixtures.level;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.schema.Shows;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Cluster.LbPolicy;
import dev.lateen.proxy.model.Cluster.OutlierDetection;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Hosts that are left out for a while because of what they answered. */
class OutlierEjectionTest extends ClustersFixture {
    private static Cluster ejecting(int fiveXx, int gateway, int local, boolean split, int maxPercent, int hosts) {
        return cluster(
                LbPolicy.ROUND_ROBIN,
                new Cluster.LbSettings(2, 1024, 65537, 0, false),
                fixed(level(0, hosts, 0)),
                UpstreamFixtures.NO_LIMITS,
                new OutlierDetection(
                        fiveXx,
                        gateway,
                        local,
                        split,
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(300),
                        maxPercent));
    }

    @Shows({
        "DestinationRule.trafficPolicy.outlierDetection.consecutive5xxErrors",
        "DestinationRule.trafficPolicy.outlierDetection.baseEjectionTime",
        "DestinationRule.trafficPolicy.outlierDetection.interval"
    })
    @Test
    void consecutive5xxEjectsForAWhileThatGrows() {
        UpstreamCluster cluster = mesh.run(ejecting(5, 0, 0, false, 50, 2));
        cluster.host(mesh.context);
        Host bad = cluster.hosts().getFirst();
        fail(bad, 500, 4);
        bad.recordResponse(200);
        fail(bad, 500, 4);
        assertThat(bad.isEjected()).isFalse();
        bad.recordResponse(500);
        assertThat(bad.isEjected()).isTrue();
        assertThat(mesh.count(cluster, 10)).containsOnlyKeys("10.0.0.2");
        mesh.timers.pass(Duration.ofSeconds(29));
        assertThat(bad.isEjected()).isTrue();
        mesh.timers.pass(Duration.ofSeconds(1));
        assertThat(bad.isEjected()).isFalse();
        assertThat(mesh.count(cluster, 10)).hasSize(2);
        fail(bad, 500, 5);
        mesh.timers.pass(Duration.ofSeconds(59));
        assertThat(bad.isEjected()).isTrue();
        mesh.timers.pass(Duration.ofSeconds(1));
        assertThat(bad.isEjected()).isFalse();
        assertThat(cluster.stats().ejections().total()).isEqualTo(2);
        mesh.timers.pass(MINUTE);
        assertThat(mesh.timers.pending())
                .as("an untroubled cluster has no timer")
                .isZero();
    }

    @Shows("DestinationRule.trafficPolicy.outlierDetection.maxEjectionPercent")
    @Test
    void maxEjectionPercentIsKept() {
        UpstreamCluster cluster = mesh.run(ejecting(1, 0, 0, false, 50, 3));
        cluster.host(mesh.context);
        cluster.hosts().forEach(host -> host.recordResponse(503));
        assertThat(cluster.stats().ejections().active()).isEqualTo(1);
        assertThat(cluster.stats().ejections().overflow()).isEqualTo(2);
    }

    @Shows("DestinationRule.trafficPolicy.outlierDetection.consecutiveGatewayErrors")
    @Test
    void gatewayErrorsHaveACounterOfTheirOwn() {
        UpstreamCluster cluster = mesh.run(ejecting(0, 3, 0, false, 100, 1));
        cluster.host(mesh.context);
        Host host = cluster.hosts().getFirst();
        fail(host, 503, 2);
        host.recordResponse(500);
        fail(host, 502, 2);
        assertThat(host.isEjected()).isFalse();
        host.recordFailure(LocalFailure.TIMEOUT, true);
        assertThat(host.isEjected()).isTrue();
        assertThat(cluster.host(mesh.context)).isNull();
    }

    @Shows({
        "DestinationRule.trafficPolicy.outlierDetection.splitExternalLocalOriginErrors",
        "DestinationRule.trafficPolicy.outlierDetection.consecutiveLocalOriginFailures"
    })
    @Test
    void localFailuresCountApartWhenSplit() {
        UpstreamCluster cluster = mesh.run(ejecting(2, 0, 3, true, 100, 1));
        cluster.host(mesh.context);
        Host host = cluster.hosts().getFirst();
        host.recordFailure(LocalFailure.CONNECT, false);
        host.recordFailure(LocalFailure.CONNECT, false);
        host.recordConnected(false);
        host.recordFailure(LocalFailure.CONNECT, false);
        host.recordFailure(LocalFailure.TIMEOUT, true);
        assertThat(host.isEjected()).isFalse();
        host.recordFailure(LocalFailure.CONNECT, false);
        assertThat(host.isEjected()).isTrue();
    }

    @Test
    void switchingDetectionOffBringsHostsBack() {
        UpstreamCluster cluster = mesh.run(ejecting(1, 0, 0, false, 100, 1));
        cluster.host(mesh.context);
        cluster.hosts().getFirst().recordResponse(500);
        assertThat(cluster.host(mesh.context)).isNull();
        mesh.run(cluster(LbPolicy.ROUND_ROBIN, PLAIN, fixed(level(0, 1, 0))));
        assertThat(mesh.get("c").host(mesh.context)).isNotNull();
        assertThat(mesh.timers.pending()).isZero();
    }

    @Test
    void connectFailuresCountAs503() {
        UpstreamCluster cluster = mesh.run(ejecting(2, 0, 0, false, 100, 1));
        cluster.host(mesh.context);
        Host host = cluster.hosts().getFirst();
        host.recordFailure(LocalFailure.CONNECT, false);
        host.recordConnected(false);
        host.recordFailure(LocalFailure.CONNECT, false);
        assertThat(host.isEjected()).isTrue();
        assertThat(host.stats().connectionsFailed()).isEqualTo(2);
    }
}

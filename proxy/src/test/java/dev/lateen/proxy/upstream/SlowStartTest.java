package dev.lateen.proxy.upstream;

import static dev.lateen.proxy.upstream.UpstreamFixtures.PLAIN;
import static dev.lateen.proxy.upstream.UpstreamFixtures.cluster;
import static dev.lateen.proxy.upstream.UpstreamFixtures.endpoint;
import static dev.lateen.proxy.upstream.UpstreamFixtures.locality;
import static dev.lateen.proxy.upstream.UpstreamFixtures.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.schema.Shows;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Cluster.Discovery;
import dev.lateen.proxy.model.Cluster.LbPolicy;
import dev.lateen.proxy.model.Cluster.LbSettings;
import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.Endpoint.Health;
import dev.lateen.proxy.model.LoadAssignment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlowStartTest {
    private static final Duration WINDOW = Duration.ofSeconds(100);
    private static final String A = "10.0.0.1";
    private static final String B = "10.0.0.2";
    private static final String C = "10.0.0.3";

    private final UpstreamFixtures mesh = new UpstreamFixtures();

    private static Cluster warming(LbPolicy policy, double aggression, double minimum) {
        Cluster.SlowStart slow = new Cluster.SlowStart(WINDOW, aggression, minimum);
        return cluster(policy, new LbSettings(2, 1024, 65537, 50, false, slow), new Discovery.Eds("e"));
    }

    private UpstreamCluster hosts(Cluster cluster, Endpoint... endpoints) {
        mesh.update(snapshot(cluster, new LoadAssignment("e", List.of(locality("z", 1, 0, endpoints)))));
        return mesh.get("c");
    }

    private static Endpoint well(String address) {
        return endpoint(address, 1, Health.HEALTHY);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, 0.1, 0.1", // the minimum, from the first moment
        "0, 1, 0, 0.00001", // a millisecond at least counts
        "25000, 1, 0.1, 0.25",
        "25000, 2, 0.1, 0.5",
        "25000, 0.5, 0.01, 0.0625",
        "25000, 0.5, 0.1, 0.1",
        "99999, 1, 0.1, 0.99999",
        "100000, 3, 0.1, 1",
        "1000, 1, 1, 1",
    })
    void aHostsShareGrowsWithItsWindowAsInEnvoy(long millis, double aggression, double minimum, double share) {
        assertThat(SlowStart.share(new Cluster.SlowStart(WINDOW, aggression, minimum), millis))
                .isEqualTo(share);
    }

    @Shows("DestinationRule.trafficPolicy.loadBalancer.warmup")
    @Test
    void aNewHostGetsItsTurnsBitByBit() {
        Cluster cluster = warming(LbPolicy.ROUND_ROBIN, 1, 0.1);
        hosts(cluster, well(A), well(B));
        mesh.timers.pass(WINDOW);
        hosts(cluster, well(A), well(B), well(C));
        assertThat(mesh.count(mesh.get("c"), 2100)).isEqualTo(Map.of(A, 1000, B, 1000, C, 100));
        mesh.timers.pass(WINDOW.dividedBy(2));
        assertThat(mesh.count(mesh.get("c"), 2500)).isEqualTo(Map.of(A, 1000, B, 1000, C, 500));
        mesh.timers.pass(WINDOW.dividedBy(2));
        assertThat(mesh.count(mesh.get("c"), 3000)).isEqualTo(Map.of(A, 1000, B, 1000, C, 1000));
    }

    @Test
    void hostsThatAreAllNewShareEqually() {
        hosts(warming(LbPolicy.ROUND_ROBIN, 1, 0.1), well(A), well(B));
        assertThat(mesh.count(mesh.get("c"), 200)).isEqualTo(Map.of(A, 100, B, 100));
        mesh.timers.pass(WINDOW.dividedBy(2));
        assertThat(mesh.count(mesh.get("c"), 200)).isEqualTo(Map.of(A, 100, B, 100));
    }

    @Test
    void theWindowOfAHostThatCameBeforeAnybodyCalledHasBegunToo() {
        Cluster cluster = warming(LbPolicy.ROUND_ROBIN, 1, 0.1);
        hosts(cluster, well(A));
        mesh.timers.pass(WINDOW.dividedBy(4).multipliedBy(3));
        hosts(cluster, well(A), well(B));
        mesh.timers.pass(WINDOW.dividedBy(4));
        assertThat(mesh.count(mesh.get("c"), 500)).isEqualTo(Map.of(A, 400, B, 100));
    }

    @Test
    void theWindowBeginsWhenAHostIsFirstWellAndNotAgain() {
        Cluster cluster = warming(LbPolicy.ROUND_ROBIN, 1, 0.1);
        hosts(cluster, well(A), endpoint(B, 1, Health.UNHEALTHY));
        mesh.timers.pass(WINDOW);
        hosts(cluster, well(A), well(B));
        assertThat(mesh.count(mesh.get("c"), 110)).isEqualTo(Map.of(A, 100, B, 10));
        hosts(cluster, well(A), endpoint(B, 1, Health.UNHEALTHY));
        mesh.timers.pass(WINDOW.dividedBy(2));
        hosts(cluster, well(A), well(B));
        assertThat(mesh.count(mesh.get("c"), 150)).isEqualTo(Map.of(A, 100, B, 50));
    }

    @Test
    void weightsAreScaled() {
        Cluster cluster = warming(LbPolicy.ROUND_ROBIN, 1, 0.5);
        hosts(cluster, endpoint(A, 1, Health.HEALTHY));
        mesh.timers.pass(WINDOW);
        hosts(cluster, endpoint(A, 1, Health.HEALTHY), endpoint(B, 4, Health.HEALTHY));
        assertThat(mesh.count(mesh.get("c"), 300)).isEqualTo(Map.of(A, 100, B, 200));
    }

    @Test
    void leastRequestGivesANewHostFewerTurnsToo() {
        Cluster cluster = warming(LbPolicy.LEAST_REQUEST, 1, 0.1);
        hosts(cluster, well(A), well(B));
        mesh.timers.pass(WINDOW);
        hosts(cluster, well(A), well(B), well(C));
        // One in 21; that it lets turns pass evenly makes it steadier than chance would.
        double sigma = Math.sqrt(21_000 / 21.0);
        assertThat((double) mesh.count(mesh.get("c"), 21_000).getOrDefault(C, 0))
                .isBetween(1000 - 3 * sigma, 1000 + 3 * sigma);
    }

    @Test
    void amongManyNewHostsWithoutAMinimumTheOldestServes() {
        Cluster cluster = warming(LbPolicy.ROUND_ROBIN, 0.1, 0);
        hosts(cluster, well(A));
        mesh.timers.pass(WINDOW);
        Endpoint[] many = new Endpoint[200];
        for (int i = 0; i < many.length; i++) {
            many[i] = well("10.0.0." + (i + 1));
        }
        hosts(cluster, many);
        assertThat(mesh.count(mesh.get("c"), 1000)).isEqualTo(Map.of(A, 1000));
    }

    @Test
    void hostsOfOtherClustersRememberNothing() {
        UpstreamCluster plain = hosts(cluster(LbPolicy.ROUND_ROBIN, PLAIN, new Discovery.Eds("e")), well(A), well(B));
        plain.host(mesh.context);
        assertThat(plain.hosts()).allMatch(host -> host.warming() == null);
    }
}

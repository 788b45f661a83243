package dev.lateen.proxy.upstream;

import static dev.lateen.proxy.upstream.UpstreamFixtures.LOCALITY_WEIGHTED;
import static dev.lateen.proxy.upstream.UpstreamFixtures.PLAIN;
import static dev.lateen.proxy.upstream.UpstreamFixtures.cluster;
import static dev.lateen.proxy.upstream.UpstreamFixtures.endpoint;
import static dev.lateen.proxy.upstream.UpstreamFixtures.fixed;
import static dev.lateen.proxy.upstream.UpstreamFixtures.level;
import static dev.lateen.proxy.upstream.UpstreamFixtures.locality;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.schema.Shows;
import dev.lateen.proxy.model.Cluster.LbPolicy;
import dev.lateen.proxy.model.Cluster.LbSettings;
import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.Endpoint.Health;
import dev.lateen.proxy.model.LoadAssignment.LocalityEndpoints;
import dev.lateen.proxy.route.XxHash64;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class BalancerTest {
    private final UpstreamFixtures mesh = new UpstreamFixtures();

    @Shows("DestinationRule.trafficPolicy.loadBalancer.simple")
    @Test
    void roundRobinTakesTurns() {
        UpstreamCluster cluster = mesh.run(cluster(LbPolicy.ROUND_ROBIN, PLAIN, fixed(level(0, 3, 0))));
        Set<Host> round = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            round.add(cluster.host(mesh.context));
        }
        assertThat(round).hasSize(3);
        assertThat(mesh.count(cluster, 300).values()).containsOnly(100);
    }

    @Test
    void roundRobinFollowsWeightsEvenlySpread() {
        assertThat(WeightedSchedule.of(new long[] {4, 2, 2})).containsExactly(0, 0, 1, 2);
        assertThat(WeightedSchedule.of(new long[] {5, 1, 1})).containsExactly(0, 0, 0, 0, 0, 1, 2);
        assertThat(WeightedSchedule.of(new long[] {2, 1})).containsExactly(0, 0, 1);
        int[] large = WeightedSchedule.of(new long[] {3_000_000_019L, 1_000_000_007L});
        assertThat(large.length).isLessThanOrEqualTo(8200);
        assertThat(Arrays.stream(large).filter(i -> i == 1).count() * 4.0 / large.length)
                .isBetween(0.999, 1.001);
        UpstreamCluster cluster = mesh.run(cluster(LbPolicy.ROUND_ROBIN, PLAIN, fixed(weighted(3, 1))));
        assertThat(mesh.count(cluster, 400)).containsEntry("10.0.0.1", 300).containsEntry("10.0.0.2", 100);
    }

    private static LocalityEndpoints weighted(int first, int second) {
        return locality(
                "z", 1, 0, endpoint("10.0.0.1", first, Health.HEALTHY), endpoint("10.0.0.2", second, Health.HEALTHY));
    }

    @Test
    void leastRequestAvoidsTheBusyHost() {
        UpstreamCluster cluster = mesh.run(cluster(LbPolicy.LEAST_REQUEST, PLAIN, fixed(level(0, 2, 0))));
        Host busy = cluster.hosts().getFirst();
        for (int i = 0; i < 10; i++) {
            busy.requestStarted();
        }
        // Two draws of two hosts: the busy one is taken only if both draws name it, one time in four.
        int hits = mesh.count(cluster, 10_000).getOrDefault("10.0.0.1", 0);
        assertThat((double) hits).isBetween(2500 - 130.0, 2500 + 130.0);
    }

    @Test
    void leastRequestFollowsWeightsWhenAllAreIdle() {
        UpstreamCluster cluster = mesh.run(cluster(LbPolicy.LEAST_REQUEST, PLAIN, fixed(weighted(9, 1))));
        double sigma = Math.sqrt(10_000 * 0.9 * 0.1);
        assertThat((double) mesh.count(cluster, 10_000).getOrDefault("10.0.0.2", 0))
                .isBetween(1000 - 3 * sigma, 1000 + 3 * sigma);
    }

    @Test
    void randomIsFair() {
        UpstreamCluster cluster = mesh.run(cluster(LbPolicy.RANDOM, PLAIN, fixed(level(0, 4, 0))));
        double sigma = Math.sqrt(10_000 * 0.25 * 0.75);
        assertThat(mesh.count(cluster, 10_000).values())
                .hasSize(4)
                .allSatisfy(hits -> assertThat((double) hits).isBetween(2500 - 3 * sigma, 2500 + 3 * sigma));
    }

    @ParameterizedTest
    @EnumSource(names = {"RING_HASH", "MAGLEV"})
    void sameHashGoesToTheSameHost(LbPolicy policy) {
        UpstreamCluster cluster = mesh.run(cluster(policy, PLAIN, fixed(level(0, 5, 0))));
        for (int i = 0; i < 100; i++) {
            mesh.context.hash(XxHash64.hash("user" + i));
            assertThat(cluster.host(mesh.context)).isSameAs(cluster.host(mesh.context));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RING_HASH", "MAGLEV"})
    void aLostHostMovesOnlyItsOwnKeys(LbPolicy policy) {
        Map<Integer, String> before = owners(mesh.run(cluster(policy, PLAIN, fixed(level(0, 10, 0)))));
        Map<Integer, String> after = owners(mesh.run(cluster(policy, PLAIN, fixed(level(0, 9, 0)))));
        long moved = before.entrySet().stream()
                .filter(entry -> !entry.getValue().equals("10.0.0.10"))
                .filter(entry -> !entry.getValue().equals(after.get(entry.getKey())))
                .count();
        assertThat(after.values()).doesNotContain("10.0.0.10");
        // Few others move: the hosts that stay get some points more, as in Envoy, whose rings have at least the size
        // asked for.
        assertThat(moved).isLessThan(1000);
    }

    @ParameterizedTest
    @EnumSource(names = {"RING_HASH", "MAGLEV"})
    void hashedLoadFollowsWeights(LbPolicy policy) {
        LbSettings fine = new LbSettings(2, 65536, 65537, 50, false);
        Map<Integer, String> owners = owners(mesh.run(cluster(policy, fine, fixed(weighted(3, 1)))));
        long second = owners.values().stream().filter("10.0.0.2"::equals).count();
        assertThat((double) second / owners.size()).isBetween(0.23, 0.27);
    }

    private Map<Integer, String> owners(UpstreamCluster cluster) {
        Map<Integer, String> owners = new HashMap<>();
        for (int i = 0; i < 10_000; i++) {
            mesh.context.hash(XxHash64.hash("key" + i));
            owners.put(i, mesh.host(cluster).address().getAddress().getHostAddress());
        }
        mesh.context.reset();
        return owners;
    }

    @Shows("DestinationRule.trafficPolicy.loadBalancer.consistentHash.maglev")
    @Test
    void maglevTakesThePrimeAboveABadTableSize() {
        LbSettings even = new LbSettings(2, 1024, 1000, 50, false);
        UpstreamCluster cluster = mesh.run(cluster(LbPolicy.MAGLEV, even, fixed(level(0, 3, 0))));
        assertThat(mesh.count(cluster, 100)).doesNotContainKey("none");
    }

    @Test
    void anotherHostIsAskedForAtLeastOnce() {
        UpstreamCluster cluster = mesh.run(cluster(LbPolicy.ROUND_ROBIN, PLAIN, fixed(level(0, 2, 0))));
        Host first = mesh.host(cluster);
        Host second = cluster.host(mesh.context);
        mesh.context.avoidTried(1).addTried(first);
        assertThat(cluster.host(mesh.context)).isSameAs(second).isNotSameAs(first);
    }

    @Test
    void retriesLeaveThePrioritiesTheyTriedAndComeBackWhenNothingElseIsLeft() {
        UpstreamCluster cluster =
                mesh.run(cluster(LbPolicy.ROUND_ROBIN, PLAIN, fixed(level(0, 2, 0), level(1, 1, 0), level(2, 1, 1))));
        PickContext retrying = mesh.context.leavePriorityAfter(2);
        List<Integer> priorities = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Host host = requireNonNull(cluster.host(retrying));
            priorities.add(host.priority());
            retrying.addTried(host);
        }
        assertThat(priorities).containsExactly(0, 0, 1, 1, 2, 2, 0, 0);
    }

    @Test
    void retriesAvoidHostsThatWereTried() {
        UpstreamCluster cluster = mesh.run(cluster(LbPolicy.RANDOM, PLAIN, fixed(level(0, 2, 0))));
        Host first = mesh.host(cluster);
        mesh.context.avoidTried(50).addTried(first);
        for (int i = 0; i < 100; i++) {
            assertThat(cluster.host(mesh.context)).isNotSameAs(first);
        }
        mesh.context.addTried(
                cluster.hosts().stream().filter(h -> h != first).findFirst().orElseThrow());
        assertThat(cluster.host(mesh.context)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        // Envoy docs, "Priority levels": healthy percent of P=0 and P=1 of equal size -> load
        "100, 100, 100, 0",
        "72,  100, 100, 0",
        "71,  100, 99,  1",
        "50,  100, 70,  30",
        "25,  100, 35,  65",
        "0,   100, 0,   100",
        "25,  25,  50,  50",
        "72,  25,  100, 0",
        "50,  50,  70,  30",
    })
    void loadSpillsToTheNextPriorityAsEnvoyDocuments(int first, int second, int load0, int load1) {
        PriorityLoads loads = PriorityLoads.of(
                new PriorityLoads.Level[] {
                    new PriorityLoads.Level(100, first, 0), new PriorityLoads.Level(100, second, 0)
                },
                0);
        assertThat(loads.healthy(0)).isEqualTo(load0);
        assertThat(loads.healthy(1)).isEqualTo(load1);
    }

    @Test
    void totalPanicFollowsTheNumberOfHosts() {
        PriorityLoads loads = PriorityLoads.of(
                new PriorityLoads.Level[] {new PriorityLoads.Level(10, 1, 0), new PriorityLoads.Level(30, 2, 0)}, 50);
        assertThat(loads.panic(0) && loads.panic(1)).isTrue();
        assertThat(loads.healthy(0)).isEqualTo(25);
        assertThat(loads.healthy(1)).isEqualTo(75);
    }

    @Test
    void unhealthyHostsAreLeftOutUntilPanic() {
        UpstreamCluster calm = mesh.run(cluster(LbPolicy.ROUND_ROBIN, PLAIN, fixed(level(0, 3, 1))));
        assertThat(mesh.count(calm, 30)).hasSize(3);
        UpstreamCluster panic = mesh.run(cluster(LbPolicy.ROUND_ROBIN, PLAIN, fixed(level(0, 1, 3))));
        assertThat(mesh.count(panic, 40)).hasSize(4);
        assertThat(panic.stats().panicPicks()).isEqualTo(40);
    }

    @Shows("DestinationRule.trafficPolicy.outlierDetection.minHealthPercent")
    @Test
    void withoutPanicAnAllUnhealthyClusterHasNoHost() {
        LbSettings noPanic = new LbSettings(2, 1024, 65537, 0, false);
        UpstreamCluster cluster = mesh.run(cluster(LbPolicy.ROUND_ROBIN, noPanic, fixed(level(0, 0, 3))));
        assertThat(cluster.host(mesh.context)).isNull();
        assertThat(cluster.stats().noneHealthy()).isEqualTo(1);
    }

    @Test
    void drainingHostsGetNothingNew() {
        UpstreamCluster cluster = mesh.run(cluster(
                LbPolicy.ROUND_ROBIN,
                PLAIN,
                fixed(locality(
                        "z",
                        1,
                        0,
                        endpoint("10.0.0.1", 1, Health.HEALTHY),
                        endpoint("10.0.0.2", 1, Health.DRAINING)))));
        assertThat(mesh.count(cluster, 20)).containsOnlyKeys("10.0.0.1");
    }

    @Test
    void degradedHostsComeAfterHealthyOnes() {
        Endpoint[] endpoints = new Endpoint[10];
        for (int i = 0; i < 10; i++) {
            endpoints[i] = endpoint("10.0.0." + (i + 1), 1, i < 5 ? Health.HEALTHY : Health.DEGRADED);
        }
        UpstreamCluster cluster = mesh.run(cluster(LbPolicy.ROUND_ROBIN, PLAIN, fixed(locality("z", 1, 0, endpoints))));
        Map<String, Integer> hits = mesh.count(cluster, 10_000);
        int healthy = 0;
        for (int i = 1; i <= 5; i++) {
            healthy += hits.getOrDefault("10.0.0." + i, 0);
        }
        // 140 % of 50 % healthy take 70 % of the load.
        assertThat(healthy / 10_000.0).isBetween(0.68, 0.72);
    }

    @Test
    void localityWeightsAreFollowed() {
        UpstreamCluster cluster = mesh.run(cluster(
                LbPolicy.ROUND_ROBIN,
                LOCALITY_WEIGHTED,
                fixed(
                        locality("a", 80, 0, endpoint("10.0.0.1", 1, Health.HEALTHY)),
                        locality("b", 20, 0, endpoint("10.0.0.2", 1, Health.HEALTHY)),
                        locality("c", 0, 0, endpoint("10.0.0.3", 1, Health.HEALTHY)))));
        assertThat(mesh.count(cluster, 1000)).containsEntry("10.0.0.1", 800).containsEntry("10.0.0.2", 200);
    }

    @Test
    void aHalfDeadLocalityGivesUpItsShare() {
        UpstreamCluster cluster = mesh.run(cluster(
                LbPolicy.RANDOM,
                LOCALITY_WEIGHTED,
                fixed(
                        locality(
                                "a",
                                50,
                                0,
                                endpoint("10.0.0.1", 1, Health.HEALTHY),
                                endpoint("10.0.0.2", 1, Health.UNHEALTHY)),
                        locality(
                                "b",
                                50,
                                0,
                                endpoint("10.0.0.3", 1, Health.HEALTHY),
                                endpoint("10.0.0.4", 1, Health.HEALTHY)))));
        // Effective weights 50 x 1.4 x 1/2 = 35 and 50.
        int hits = mesh.count(cluster, 8500).getOrDefault("10.0.0.1", 0);
        assertThat(hits).isBetween(3490, 3510);
    }

    @Test
    void sameHashDrawsTheSamePriority() {
        UpstreamCluster cluster = mesh.run(cluster(LbPolicy.RING_HASH, PLAIN, fixed(level(0, 5, 5), level(1, 10, 0))));
        SplittableRandom keys = new SplittableRandom(3);
        Set<Integer> priorities = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            mesh.context.hash(keys.nextLong());
            Host host = mesh.host(cluster);
            assertThat(cluster.host(mesh.context)).isSameAs(host);
            priorities.add(host.priority());
        }
        assertThat(priorities).containsExactlyInAnyOrder(0, 1);
    }
}

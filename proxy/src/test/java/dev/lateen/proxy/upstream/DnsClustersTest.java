package dev.lateen.proxy.upstream;

import static dev.lateen.proxy.upstream.UpstreamFixtures.PLAIN;
import static dev.lateen.proxy.upstream.UpstreamFixtures.cluster;
import static dev.lateen.proxy.upstream.UpstreamFixtures.endpoint;
import static dev.lateen.proxy.upstream.UpstreamFixtures.fixed;
import static dev.lateen.proxy.upstream.UpstreamFixtures.level;
import static dev.lateen.proxy.upstream.UpstreamFixtures.locality;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Cluster.Discovery;
import dev.lateen.proxy.model.Cluster.LbPolicy;
import dev.lateen.proxy.model.Endpoint.Health;
import dev.lateen.proxy.model.LoadAssignment;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clusters whose hosts are the addresses of a name. */
class DnsClustersTest extends ClustersFixture {
    @Test
    void untilItsNamesAreAnsweredTheConfigurationBeforeServes() {
        mesh.run(cluster(LbPolicy.ROUND_ROBIN, PLAIN, fixed(level(0, 1, 0))));
        assertThat(mesh.count(mesh.get("c"), 1)).containsOnlyKeys("10.0.0.1");
        Cluster byName = dns(false, false, "app.example");
        mesh.resolver.hold("app.example");
        mesh.run(byName);
        assertThat(mesh.get("c").config()).isNotEqualTo(byName);
        assertThat(mesh.count(mesh.get("c"), 1)).containsOnlyKeys("10.0.0.1");

        mesh.resolver.answer("app.example", Duration.ZERO, "10.9.9.9");
        mesh.resolver.release("app.example");
        assertThat(mesh.get("c").config()).isEqualTo(byName);
        assertThat(mesh.count(mesh.get("c"), 1)).containsOnlyKeys("10.9.9.9");
    }

    @Test
    void aNameThatCanNotBeFoundDoesNotKeepTheConfigurationBeforeInForce() {
        mesh.run(cluster(LbPolicy.ROUND_ROBIN, PLAIN, fixed(level(0, 1, 0))));
        mesh.resolver.hold("app.example");
        mesh.run(dns(false, false, "app.example"));
        assertThat(mesh.get("c").host(mesh.context)).isNotNull();
        mesh.resolver.release("app.example");
        assertThat(mesh.get("c").host(mesh.context)).isNull();
    }

    private static Cluster dns(boolean logical, boolean respectTtl, String... names) {
        LoadAssignment assignment = new LoadAssignment(
                "c",
                List.of(locality(
                        "z",
                        1,
                        0,
                        java.util.Arrays.stream(names)
                                .map(name -> endpoint(name, 1, Health.HEALTHY))
                                .toArray(dev.lateen.proxy.model.Endpoint[]::new))));
        Discovery discovery = logical
                ? new Discovery.LogicalDns(assignment, MINUTE, respectTtl)
                : new Discovery.StrictDns(assignment, MINUTE, respectTtl);
        return cluster(LbPolicy.ROUND_ROBIN, PLAIN, discovery);
    }

    @Test
    void strictDnsTakesEveryAddressAndFollowsChanges() {
        mesh.resolver.answer("a.example", Duration.ZERO, "10.0.0.1", "10.0.0.2");
        mesh.resolver.answer("b.example", Duration.ZERO, "10.0.0.3");
        UpstreamCluster cluster = mesh.run(dns(false, true, "a.example", "b.example"));
        assertThat(mesh.count(cluster, 30)).hasSize(3);
        Host kept = cluster.hosts().get(1);
        assertThat(kept.endpoint().hostname()).isEqualTo("a.example");
        assertThat(kept.endpoint().host()).isEqualTo("10.0.0.2");
        mesh.resolver.answer("a.example", Duration.ZERO, "10.0.0.2");
        mesh.timers.pass(MINUTE);
        assertThat(mesh.count(cluster, 30)).containsOnlyKeys("10.0.0.2", "10.0.0.3");
        assertThat(cluster.hosts()).contains(kept);
    }

    @Test
    void failedLookUpKeepsTheLastGoodAddresses() {
        mesh.resolver.answer("a.example", Duration.ofSeconds(5), "10.0.0.1");
        UpstreamCluster cluster = mesh.run(dns(false, true, "a.example"));
        mesh.resolver.fail("a.example");
        mesh.timers.pass(Duration.ofSeconds(5));
        assertThat(mesh.resolver.asked).as("asked again after its time to live").hasSize(2);
        assertThat(mesh.count(cluster, 3)).containsOnlyKeys("10.0.0.1");
        mesh.resolver.answer("a.example", Duration.ofSeconds(5), "10.0.0.9");
        mesh.timers.pass(MINUTE);
        assertThat(mesh.count(cluster, 3)).containsOnlyKeys("10.0.0.9");
    }

    @Test
    void logicalDnsStaysWithItsAddressWhileTheNameHasIt() {
        mesh.resolver.answer("a.example", Duration.ZERO, "10.0.0.1", "10.0.0.2");
        UpstreamCluster cluster = mesh.run(dns(true, false, "a.example"));
        assertThat(mesh.count(cluster, 3)).containsOnlyKeys("10.0.0.1");
        mesh.resolver.answer("a.example", Duration.ZERO, "10.0.0.2", "10.0.0.1");
        mesh.timers.pass(MINUTE);
        assertThat(mesh.count(cluster, 3)).containsOnlyKeys("10.0.0.1");
        mesh.resolver.answer("a.example", Duration.ZERO, "10.0.0.2");
        mesh.timers.pass(MINUTE);
        assertThat(mesh.count(cluster, 3)).containsOnlyKeys("10.0.0.2");
    }

    @Test
    void closingStopsAllTimers() {
        mesh.run(dns(false, true, "a.example", "10.9.9.9"));
        assertThat(mesh.timers.pending()).isPositive();
        assertThat(mesh.count(mesh.get("c"), 1)).containsOnlyKeys("10.9.9.9");
        mesh.clusters.close();
        assertThat(mesh.timers.pending()).isZero();
    }
}

package dev.lateen.istiod.translate.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.networking.LocalityLbSetting;
import dev.lateen.api.networking.LocalityLbSetting.Distribute;
import dev.lateen.api.networking.LocalityLbSetting.Failover;
import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.registry.WorkloadInstance;
import dev.lateen.istiod.translate.resource.Protos;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How a client in {@code east/a/1} sees the localities of a service. */
class LocalitiesTest {
    private static final ProxyNode.Locality HERE = new ProxyNode.Locality("east", "a", "1");

    private final List<List<WorkloadInstance>> workloads = new ArrayList<>();
    private final List<LocalityLbEndpoints.Builder> groups = new ArrayList<>();

    private LocalitiesTest with(String locality, WorkloadInstance... instances) {
        LocalityLbEndpoints.Builder group = LocalityLbEndpoints.newBuilder()
                .setLocality(EndpointTranslator.locality(locality))
                .setLoadBalancingWeight(Protos.u32(instances.length));
        for (WorkloadInstance ignored : instances) {
            group.addLbEndpoints(LbEndpoint.newBuilder().setLoadBalancingWeight(Protos.u32(1)));
        }
        groups.add(group);
        workloads.add(List.of(instances));
        return this;
    }

    private static WorkloadInstance pod(String... labels) {
        Map<String, String> all = new LinkedHashMap<>();
        for (int i = 0; i < labels.length; i += 2) {
            all.put(labels[i], labels[i + 1]);
        }
        return new WorkloadInstance(
                "p",
                "",
                "default",
                "10.0.0.1",
                Map.of(),
                all,
                new WorkloadInstance.Identity("", true, "p"),
                WorkloadInstance.Place.in("Kubernetes"),
                0,
                true);
    }

    /** {@code region/zone/subzone=priority} of each group. */
    private List<String> priorities(LocalityLbSetting setting, Map<String, String> labels) {
        return apply(setting, labels, true).stream()
                .map(g -> text(g) + "=" + g.getPriority())
                .toList();
    }

    private List<String> weights(LocalityLbSetting setting) {
        return apply(setting, Map.of(), true).stream()
                .map(g -> text(g) + "=" + g.getLoadBalancingWeight().getValue())
                .toList();
    }

    private List<LocalityLbEndpoints.Builder> apply(
            LocalityLbSetting setting, Map<String, String> labels, boolean failsOver) {
        return new Localities(HERE, labels, workloads, groups).apply(setting, failsOver);
    }

    private static String text(LocalityLbEndpoints.Builder group) {
        return group.getLocality().getRegion() + "/" + group.getLocality().getZone() + "/"
                + group.getLocality().getSubZone();
    }

    private static LocalityLbSetting failover(Failover... rules) {
        return new LocalityLbSetting(List.of(), List.of(rules), List.of(), true);
    }

    private static LocalityLbSetting distribute(String from, Map<String, Long> to) {
        return new LocalityLbSetting(List.of(new Distribute(from, to)), List.of(), List.of(), true);
    }

    @Test
    void theNearerALocalityTheEarlierItIsUsed() {
        with("east/a/1", pod()).with("east/a/2", pod()).with("east/b/1", pod()).with("west/a/1", pod());
        assertThat(priorities(failover(), Map.of()))
                .containsExactly("east/a/1=0", "east/a/2=1", "east/b/1=2", "west/a/1=3");
    }

    @Test
    void prioritiesHaveNoGaps() {
        with("east/b/1", pod()).with("west/a/1", pod());
        assertThat(priorities(failover(), Map.of())).containsExactly("east/b/1=0", "west/a/1=1");
    }

    @Test
    void aRegionThatTheRuleNamesComesBeforeOthers() {
        with("east/a/1", pod()).with("north/a/1", pod()).with("west/a/1", pod());
        assertThat(priorities(failover(new Failover("east", "west")), Map.of()))
                .containsExactly("east/a/1=0", "north/a/1=2", "west/a/1=1");
    }

    @Test
    void aRuleOfAnotherRegionIsNotThisClients() {
        with("east/a/1", pod()).with("north/a/1", pod()).with("west/a/1", pod());
        assertThat(priorities(failover(new Failover("north", "west")), Map.of()))
                .containsExactly("east/a/1=0", "north/a/1=1", "west/a/1=1");
    }

    @Test
    void withoutFailoverNothingIsPut() {
        with("west/a/1", pod());
        assertThat(apply(failover(), Map.of(), false).getFirst().getPriority()).isZero();
    }

    @Test
    void sharedLabelsDecideFromTheFirstOn() {
        with("east/a/1", pod("rack", "1", "row", "2"), pod("rack", "9", "row", "2"), pod("rack", "1", "row", "9"));
        LocalityLbSetting byLabels = new LocalityLbSetting(List.of(), List.of(), List.of("rack", "row"), true);
        List<LocalityLbEndpoints.Builder> split = apply(byLabels, Map.of("rack", "1", "row", "2"), true);
        assertThat(split).extracting(g -> g.getPriority()).containsExactly(0, 1, 2);
        assertThat(split).extracting(g -> g.getLbEndpointsCount()).containsOnly(1);
        assertThat(split).extracting(g -> g.getLoadBalancingWeight().getValue()).containsOnly(1);
    }

    @Test
    void aLabelMayAskForAValueOfItsOwn() {
        with("east/a/1", pod("version", "v1"), pod("version", "v2"));
        LocalityLbSetting byLabels = new LocalityLbSetting(List.of(), List.of(), List.of("version=v2"), true);
        List<LocalityLbEndpoints.Builder> split = apply(byLabels, Map.of("version", "v1"), true);
        assertThat(split).extracting(g -> g.getPriority()).containsExactly(0, 1);
    }

    @Test
    void sharesAreAsWrittenAndTheRestGetsNothing() {
        with("east/a/1", pod()).with("east/b/1", pod()).with("west/a/1", pod());
        assertThat(weights(distribute("east/*", Map.of("east/a/*", 80L, "west/*", 20L))))
                .containsExactly("east/a/1=80", "west/a/1=20");
    }

    @Test
    void whatOneTargetCoversSharesByTheNumberOfEndpoints() {
        with("east/a/1", pod(), pod(), pod()).with("east/b/1", pod());
        assertThat(weights(distribute("east/a/1", Map.of("east/*", 100L))))
                .containsExactly("east/a/1=75", "east/b/1=25");
    }

    @Test
    void theMoreSpecificTargetTakesALocality() {
        with("east/a/1", pod()).with("east/b/1", pod());
        assertThat(weights(distribute("*", Map.of("east/a/*", 70L, "east/*", 30L))))
                .containsExactly("east/a/1=70", "east/b/1=30");
    }

    @Test
    void sharesOfAnotherPlaceAreNotThisClients() {
        with("east/a/1", pod()).with("west/a/1", pod());
        assertThat(weights(distribute("west/*", Map.of("west/*", 100L)))).containsExactly("east/a/1=1", "west/a/1=1");
    }
}

package dev.lateen.install.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.xds.TypeUrls;
import dev.lateen.istiod.input.ConfigChange;
import dev.lateen.istiod.input.ConfigChange.ResourceChange;
import dev.lateen.istiod.input.ObjectFate;
import dev.lateen.istiod.input.ObjectKey;
import dev.lateen.istiod.model.ProxyNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConfigLogTest {
    private static final ProxyNode DETAILS = new ProxyNode(
            "sidecar~127.1.0.5~details-v1.default~default.svc.cluster.local",
            ProxyNode.Role.SIDECAR,
            "127.1.0.5",
            "details-v1",
            "default",
            "default.svc.cluster.local",
            "",
            ProxyNode.Locality.UNKNOWN,
            ProxyNode.Agent.of("lateen"),
            Map.of());

    private final List<String> lines = new ArrayList<>();
    private final ConfigLog log = new ConfigLog(new MeshLog() {
        @Override
        public void progress(String line) {}

        @Override
        public void line(String line) {
            lines.add(line);
        }
    });

    private void changed(long version, String resource, ConfigChange.Kind kind) {
        String[] name = resource.split("[ /]");
        ResourceKey key = new ResourceKey("networking.istio.io", name[0], name[1], name[2]);
        Origin origin = new Origin.InFile("a.yaml", 1, 1);
        ObjectFate fate =
                new ObjectFate(ObjectKey.of("", key), origin, ObjectFate.Verdict.ACCEPTED, version, List.of());
        log.changed(new ConfigChange(version, false, List.of(new ResourceChange(kind, fate))));
    }

    private void inForce(long version, Set<String> absent) {
        log.inForce(version, Set.of(DETAILS.id()), absent, Duration.ofMillis(70));
    }

    @Test
    void aChangeThatEverybodyTookIsInForce() {
        changed(2, "Sidecar default/s", ConfigChange.Kind.ADDED);
        inForce(2, Set.of());
        assertThat(lines)
                .containsExactly(
                        "Sidecar default/s added: touched one proxy (details-v1.default), in force after 70 ms");
    }

    @Test
    void aChangedMeshConfigIsToldAsWell() {
        log.changed(new ConfigChange(2, true, List.of()));
        inForce(2, Set.of());
        assertThat(lines)
                .containsExactly("mesh config changed: touched one proxy (details-v1.default), in force after 70 ms");
    }

    @Test
    void aRejectionIsToldAtOnceAndOnceWithItsChange() {
        changed(2, "Sidecar default/s", ConfigChange.Kind.ADDED);
        log.rejected(DETAILS, TypeUrls.LISTENER, 13, "listener l: address: in use");
        log.rejected(DETAILS, TypeUrls.LISTENER, 13, "listener l: address: in use");
        assertThat(lines)
                .containsExactly(
                        "Sidecar default/s added: NOT in force on details-v1.default: listener l: address: in use; the"
                                + " last good one stays");
    }

    @Test
    void whatIsRejectedAgainAfterItWasGoodIsToldAgain() {
        log.rejected(DETAILS, TypeUrls.LISTENER, 13, "listener l: address: in use");
        log.acknowledged(DETAILS, TypeUrls.LISTENER);
        log.rejected(DETAILS, TypeUrls.LISTENER, 13, "listener l: address: in use");
        assertThat(lines).hasSize(2).allMatch(line -> line.startsWith("NOT in force on details-v1.default: listener"));
    }

    @Test
    void whatAnotherChangeOvertookIsToldWithIt() {
        changed(2, "Sidecar default/s", ConfigChange.Kind.ADDED);
        changed(3, "Sidecar default/s", ConfigChange.Kind.REMOVED);
        changed(4, "Gateway default/g", ConfigChange.Kind.ADDED);
        inForce(3, Set.of());
        assertThat(lines)
                .containsExactly(
                        "Sidecar default/s removed: touched one proxy (details-v1.default), in force after 70 ms");
    }

    @Test
    void whoSaysNothingOrIsAwayIsNamed() {
        changed(2, "Sidecar default/s", ConfigChange.Kind.ADDED);
        log.silent(DETAILS, TypeUrls.CLUSTER, Duration.ofSeconds(2));
        log.lost(DETAILS);
        inForce(2, Set.of("sidecar~127.1.0.6~ratings-v1.default~default.svc.cluster.local"));
        assertThat(lines)
                .containsExactly(
                        "Sidecar default/s added: NOT in force on details-v1.default: no answer to CDS for 2000 ms",
                        "details-v1.default lost its stream to istiod: it keeps its config, no change is in force on"
                                + " it until it is back",
                        "Sidecar default/s added: touched one proxy (details-v1.default), in force after 70 ms; not on"
                                + " ratings-v1.default, which lost the stream to istiod");
    }
}

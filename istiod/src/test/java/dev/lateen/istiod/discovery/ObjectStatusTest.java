package dev.lateen.istiod.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.istiod.input.ObjectFate;
import dev.lateen.istiod.input.ObjectFate.Verdict;
import dev.lateen.istiod.input.ObjectKey;
import dev.lateen.istiod.model.ProxyNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ObjectStatusTest {
    private static ObjectFate fate(Verdict verdict, long since) {
        ResourceKey key = new ResourceKey("networking.istio.io", "VirtualService", "default", "r");
        return new ObjectFate(
                ObjectKey.of("", key), new Origin.InCluster("one", "u", 3, "77"), verdict, since, List.of());
    }

    private static ProxyStatus proxy(String name, long settled, @Nullable String rejection) {
        ProxyNode node = new ProxyNode(
                "sidecar~10.0.0.1~" + name + ".default~default.svc.cluster.local",
                ProxyNode.Role.SIDECAR,
                "10.0.0.1",
                name,
                "default",
                "default.svc.cluster.local",
                "",
                ProxyNode.Locality.UNKNOWN,
                ProxyNode.Agent.of("envoy"),
                Map.of());
        TypeStatus type = new TypeStatus("t", -1, 1, "n", "1", "n", "n", "1", rejection);
        return new ProxyStatus(node.id() + "-1", node, "", Instant.EPOCH, true, settled, List.of(type));
    }

    @Test
    void whoHasTheConfigThatItCameWithHasAcknowledgedIt() {
        ObjectStatus status = ObjectStatus.of(
                fate(Verdict.ACCEPTED, 5), List.of(proxy("a", 5, null), proxy("b", 4, null), proxy("c", 7, null)));
        assertThat(status.acknowledged()).containsExactly("a.default", "c.default");
        assertThat(status.awaited()).containsExactly("b.default");
        assertThat(status.isInForceEverywhere()).isFalse();
        assertThat(ObjectStatus.of(fate(Verdict.ACCEPTED, 5), List.of(proxy("a", 5, null)))
                        .isInForceEverywhere())
                .isTrue();
    }

    @Test
    void whoRejectsSomethingHasNotAcknowledgedIt() {
        ObjectStatus status = ObjectStatus.of(fate(Verdict.ACCEPTED, 5), List.of(proxy("a", 6, "bad")));
        assertThat(status.awaited()).containsExactly("a.default");
    }

    @Test
    void whatIsRefusedIsNowhereInForceAsItStands() {
        assertThat(ObjectStatus.of(fate(Verdict.REFUSED, 5), List.of(proxy("a", 6, null)))
                        .isInForceEverywhere())
                .isFalse();
    }
}

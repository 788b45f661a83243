package dev.lateen.proxy.inforce;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.chain.ChainKey;
import dev.lateen.proxy.message.Observers;
import dev.lateen.proxy.model.FilterChainMatch;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.route.RouteFixtures;
import dev.lateen.proxy.route.RouteMatcher;
import dev.lateen.proxy.upstream.FakeResolver;
import dev.lateen.proxy.upstream.FakeTimers;
import dev.lateen.proxy.upstream.UpstreamClusters;
import dev.lateen.proxy.xds.decode.Decoded;
import dev.lateen.proxy.xds.decode.ResourceType;
import dev.lateen.proxy.xds.decode.Resources;
import dev.lateen.proxy.xds.snapshot.SnapshotAssembler;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CurrentTest {
    private static final ChainKey CHAIN = new ChainKey("in", FilterChainMatch.ANY);

    private final SnapshotAssembler assembler = new SnapshotAssembler(List.of());
    private final Current current = new Current(
            new UpstreamClusters(new FakeResolver(), new FakeTimers(), new SplittableRandom(1)), Observers.NONE);

    private static Decoded.Accepted cluster(String name) {
        return Resources.accepted(Resources.cluster("{name: %s, type: STATIC, connect_timeout: 1s}".formatted(name)));
    }

    /** A listener whose table has this name and leads to this cluster; what had other names is gone. */
    private InForce put(String table, String cluster) {
        InForce before = current.get();
        assembler.update(
                ResourceType.CLUSTER,
                List.of(cluster(cluster)),
                before.clusters().keySet());
        assembler.update(ResourceType.CLUSTER, List.of(cluster(cluster)), List.of());
        assembler.update(
                ResourceType.LISTENER, List.of(Resources.accepted(Resources.rdsListener("in", 1, table))), List.of());
        assembler.update(ResourceType.ROUTES, List.of(Resources.accepted(Resources.routes(table, cluster))), List.of());
        current.put(requireNonNull(assembler.assemble()));
        return current.get();
    }

    private static HttpConnectionManager manager(InForce inForce) {
        return requireNonNull(requireNonNull(inForce.listeners().chain(CHAIN)).manager());
    }

    private static RouteMatcher routes(InForce inForce) {
        return requireNonNull(inForce.routes(manager(inForce)));
    }

    @Test
    void nothingIsInForceInTheBeginning() {
        assertThat(current.get().listeners().chain(CHAIN)).isNull();
        assertThat(current.get().cluster("a")).isNull();
        assertThat(current.get().snapshot().version()).isZero();
    }

    @Test
    void whoTookOneConfigurationMeetsNothingOfTheNext() {
        InForce first = put("one", "a");
        InForce second = put("two", "b");
        assertThat(first.cluster("a")).isNotNull();
        assertThat(first.cluster("b")).isNull();
        assertThat(routes(first).table().name()).isEqualTo("one");
        assertThat(second.cluster("a")).isNull();
        assertThat(second.cluster("b")).isNotNull();
        assertThat(routes(second).table().name()).isEqualTo("two");
        assertThat(second.routes(manager(first))).isNull();
    }

    @Test
    void whatStaysTheSameIsNotCompiledAgain() {
        InForce first = put("one", "a");
        assembler.update(ResourceType.CLUSTER, List.of(cluster("more")), List.of());
        current.put(requireNonNull(assembler.assemble()));
        InForce second = current.get();
        assertThat(second).isNotSameAs(first);
        assertThat(second.listeners().chain(CHAIN)).isSameAs(first.listeners().chain(CHAIN));
        assertThat(routes(second)).isSameAs(routes(first));
        assertThat(second.cluster("a")).isSameAs(first.cluster("a"));
        current.put(second.snapshot());
        assertThat(current.get().clusters()).isSameAs(second.clusters());
    }

    @Test
    void aTableThatWasAskedForIsReadBeforeItsNextVersionIsInForce() {
        InForce first = put("one", "a");
        assertThat(routes(first).isRead()).isFalse();
        routes(first).match(RouteFixtures.get("h", "/"), new SplittableRandom(1));
        InForce second = put("one", "b");
        assertThat(routes(second)).isNotSameAs(routes(first));
        assertThat(routes(second).isRead()).isTrue();
    }
}

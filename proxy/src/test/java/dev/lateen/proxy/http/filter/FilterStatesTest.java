package dev.lateen.proxy.http.filter;

import static dev.lateen.proxy.route.RouteFixtures.any;
import static dev.lateen.proxy.route.RouteFixtures.table;
import static dev.lateen.proxy.route.RouteFixtures.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.lateen.proxy.http.filter.StateKey.Scope;
import dev.lateen.proxy.model.FilterChain;
import dev.lateen.proxy.model.FilterChainMatch;
import dev.lateen.proxy.model.HeaderMutations;
import dev.lateen.proxy.model.HttpFilterConfig;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.Provenance;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.Route;
import dev.lateen.proxy.model.RouteAction;
import dev.lateen.proxy.model.RouteAction.WeightedCluster;
import dev.lateen.proxy.model.RouteTable;
import dev.lateen.proxy.model.VirtualHost;
import dev.lateen.proxy.route.RouteFixtures;
import dev.lateen.proxy.upstream.FakeTimers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What filters keep beyond configurations. */
class FilterStatesTest {
    private static final StateKey<Bucket> SHARED = new StateKey<>("bucket/a", Bucket.class, Scope.SHARED);
    private static final StateKey<Bucket> OWN = new StateKey<>("bucket/b", Bucket.class, Scope.EVENT_LOOP);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final FakeTimers timers = new FakeTimers();
    private final Set<String> named = new HashSet<>(Set.of("bucket/a", "bucket/b"));
    private final FilterStates states = new FilterStates(timers, () -> ProxySnapshot.EMPTY, _ -> named);
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final FilterStates.OnLoop one = states.on(tasks::add);
    private final FilterStates.OnLoop other = states.on(tasks::add);
    private final List<Bucket> closed = new ArrayList<>();

    private final class Bucket implements AutoCloseable {
        @Override
        public void close() {
            closed.add(this);
        }
    }

    private void runTasks() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
    }

    @Test
    void whoNamesTheSameSharesItAsTheKeySays() {
        Bucket shared = one.get(SHARED, Bucket::new);
        assertThat(one.get(SHARED, Bucket::new)).isSameAs(shared);
        assertThat(other.get(SHARED, Bucket::new)).isSameAs(shared);
        Bucket own = one.get(OWN, Bucket::new);
        assertThat(one.get(OWN, Bucket::new)).isSameAs(own);
        assertThat(other.get(OWN, Bucket::new)).isNotSameAs(own);
        assertThat(states.names()).containsExactlyInAnyOrder("bucket/a", "bucket/b");
    }

    @Test
    void whatAConfigurationNamesStaysHoweverSeldomItIsAskedFor() {
        Bucket shared = one.get(SHARED, Bucket::new);
        timers.pass(Duration.ofDays(1));
        runTasks();
        assertThat(one.get(SHARED, Bucket::new)).isSameAs(shared);
        assertThat(closed).isEmpty();
    }

    @Test
    void whatNoConfigurationNamesGoesAfterAWhileAndIsClosedWhereItIsUsed() {
        Bucket shared = one.get(SHARED, Bucket::new);
        Bucket own = one.get(OWN, Bucket::new);
        Bucket others = other.get(OWN, Bucket::new);
        named.clear();
        timers.pass(FilterStates.KEPT);
        runTasks();
        assertThat(closed).isEmpty();
        timers.pass(MINUTE);
        assertThat(closed).containsExactly(shared);
        runTasks();
        assertThat(closed).containsExactlyInAnyOrder(shared, own, others);
        assertThat(states.names()).isEmpty();
        assertThat(timers.pending()).isZero();
        assertThat(one.get(SHARED, Bucket::new)).isNotSameAs(shared);
        assertThat(one.get(OWN, Bucket::new)).isNotSameAs(own);
    }

    @Test
    void whatComesBackInTimeIsFoundAsItWas() {
        Bucket shared = one.get(SHARED, Bucket::new);
        named.clear();
        timers.pass(FilterStates.KEPT.minus(MINUTE));
        named.add("bucket/a");
        timers.pass(MINUTE);
        named.clear();
        timers.pass(FilterStates.KEPT);
        assertThat(one.get(SHARED, Bucket::new)).isSameAs(shared);
        timers.pass(MINUTE);
        assertThat(closed).containsExactly(shared);
    }

    @Test
    void nothingIsLookedAfterWhereNothingIs() {
        assertThat(timers.pending()).isZero();
    }

    @Test
    void aNameHasOneType() {
        one.get(SHARED, Bucket::new);
        assertThatIllegalStateException()
                .isThrownBy(() -> one.get(new StateKey<>("bucket/a", String.class, Scope.SHARED), () -> "text"))
                .withMessageContaining("bucket/a")
                .withMessageContaining("java.lang.String");
    }

    @Test
    void theEndClosesAll() {
        Bucket shared = one.get(SHARED, Bucket::new);
        Bucket own = one.get(OWN, Bucket::new);
        states.close();
        runTasks();
        assertThat(closed).containsExactly(shared, own);
        assertThat(timers.pending()).isZero();
    }

    // --- which names a configuration has

    private static HttpFilterConfig filter(String name) {
        return new HttpFilterConfig.Ignored(name);
    }

    private final List<HttpFilterConfig> read = new ArrayList<>();

    private List<StateKey<?>> keys(HttpFilterConfig config) {
        read.add(config);
        return config instanceof HttpFilterConfig.Ignored(String name)
                ? List.of(new StateKey<>(name, Bucket.class, Scope.SHARED))
                : List.of();
    }

    private static RouteTable overriding(String host, String route, String weighted) {
        Route plain = RouteFixtures.route(any(), to("c"));
        Route one = new Route(
                "r",
                any(),
                to("c"),
                HeaderMutations.NONE,
                HeaderMutations.NONE,
                Map.of("f", filter(route)),
                Provenance.NONE);
        WeightedCluster part = new WeightedCluster(
                "c", 1, HeaderMutations.NONE, HeaderMutations.NONE, null, Map.of("f", filter(weighted)));
        Route split = RouteFixtures.route(
                any(),
                RouteFixtures.forward(
                        new RouteAction.ClusterSpecifier.Weighted(List.of(part), 1),
                        new RouteAction.PathRewrite.None(),
                        new RouteAction.HostRewrite.None()));
        return table(new VirtualHost(
                "h",
                List.of("*"),
                List.of(plain, one, split),
                VirtualHost.RequireTls.NONE,
                HeaderMutations.NONE,
                HeaderMutations.NONE,
                false,
                false,
                null,
                Map.of("f", filter(host))));
    }

    private static ProxySnapshot snapshot(RouteTable... tables) {
        Map<String, RouteTable> all = new HashMap<>();
        for (RouteTable table : tables) {
            all.put("t" + all.size(), table);
        }
        return new ProxySnapshot(1, Map.of(), all, Map.of(), Map.of(), Map.of());
    }

    @Test
    void overridesOfAllKindsName() {
        NamedStates names = new NamedStates(this::keys);
        assertThat(names.apply(snapshot(overriding("host", "route", "part"))))
                .containsExactlyInAnyOrder("host", "route", "part");
        assertThat(names.apply(ProxySnapshot.EMPTY)).isEmpty();
    }

    @Test
    void connectionManagersOfAllChainsName() {
        Listener listener = new Listener(
                "l",
                RouteFixtures.address("127.0.0.1", 1),
                List.of(),
                Listener.Binding.PLAIN,
                false,
                Listener.Direction.OUTBOUND,
                new Listener.ListenerFilters(
                        false, false, false, false, null, Duration.ZERO, false, List.of(), List.of()),
                List.of(chain("first")),
                chain("last"),
                List.of());
        assertThat(new NamedStates(this::keys)
                        .apply(new ProxySnapshot(1, Map.of("l", listener), Map.of(), Map.of(), Map.of(), Map.of())))
                .containsExactlyInAnyOrder("first", "last");
    }

    private static FilterChain chain(String name) {
        return new FilterChain(
                name, FilterChainMatch.ANY, null, Duration.ZERO, List.of(), FiltersTest.manager(List.of(filter(name))));
    }

    @Test
    void aTableThatStaysIsReadOnce() {
        NamedStates names = new NamedStates(this::keys);
        RouteTable stays = overriding("a", "b", "c");
        names.apply(snapshot(stays));
        read.clear();
        assertThat(names.apply(snapshot(stays, overriding("d", "e", "f"))))
                .containsExactlyInAnyOrder("a", "b", "c", "d", "e", "f");
        assertThat(read).containsExactlyInAnyOrder(filter("d"), filter("e"), filter("f"));
    }
}

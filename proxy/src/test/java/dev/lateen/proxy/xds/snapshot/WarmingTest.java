package dev.lateen.proxy.xds.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.xds.decode.Decoded;
import dev.lateen.proxy.xds.decode.Decoded.Resource;
import dev.lateen.proxy.xds.decode.Resources;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WarmingTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final Set<String> there = new HashSet<>();
    private final List<String> late = new ArrayList<>();
    private final Warming<String> warming = new Warming<>(held -> held.routeTables().stream()
            .filter(table -> !there.contains(table))
            .findFirst()
            .orElse(null));

    private void put(String value, Duration patience, String... tables) {
        warming.put("l", value, waitingFor(patience, tables), START);
    }

    private static Decoded.Accepted waitingFor(Duration patience, String... tables) {
        Cluster any = ((Resource.OfCluster)
                        Resources.accepted(Resources.cluster("{name: a, type: STATIC, connect_timeout: 1s}"))
                                .resource())
                .cluster();
        return new Decoded.Accepted(
                "l", new Resource.OfCluster(any), Set.of(), Set.of(tables), List.of(), List.of(), patience, null);
    }

    private void settle(Instant now) {
        warming.settle(now, (name, lacks) -> late.add(name + " lacks " + lacks));
    }

    @Test
    void whatLacksNothingComesIntoForceAtOnce() {
        put("one", Duration.ZERO);
        settle(START);
        assertThat(warming.active()).containsEntry("l", "one");
        assertThat(warming.isWarming("l")).isFalse();
    }

    @Test
    void theOneBeforeStaysWhileTheNextWaits() {
        put("one", Duration.ZERO);
        settle(START);
        put("two", Duration.ZERO, "r");
        settle(START);
        assertThat(warming.active()).containsEntry("l", "one");
        assertThat(warming.held("l")).isNotNull();
        List<String> texts = new ArrayList<>();
        warming.describe("listener", texts);
        assertThat(texts).containsExactly("listener l waits for r");

        there.add("r");
        settle(START);
        assertThat(warming.active()).containsEntry("l", "two");
        assertThat(warming.held("l")).isNull();
    }

    @Test
    void whoGoesBackToWhatIsInForceWaitsForNothing() {
        put("one", Duration.ZERO);
        settle(START);
        put("two", Duration.ofSeconds(5), "r");
        put("one", Duration.ofSeconds(5));
        assertThat(warming.isWarming("l")).isFalse();
        assertThat(warming.nextDeadline()).isNull();
    }

    @Test
    void patienceHasAnEndAndItIsTold() {
        put("one", Duration.ofSeconds(5), "r");
        settle(START.plusMillis(4999));
        assertThat(warming.active()).isEmpty();
        assertThat(warming.nextDeadline()).isEqualTo(START.plusSeconds(5));
        settle(START.plusSeconds(5));
        assertThat(warming.active()).containsEntry("l", "one");
        assertThat(late).containsExactly("l lacks r");
        assertThat(warming.nextDeadline()).isNull();
    }

    @Test
    void whatIsRemovedIsNeitherInForceNorAwaited() {
        put("one", Duration.ZERO);
        settle(START);
        put("two", Duration.ofSeconds(5), "r");
        warming.remove("l");
        assertThat(warming.active()).isEmpty();
        assertThat(warming.isWarming("l")).isFalse();
        assertThat(warming.nextDeadline()).isNull();
    }
}

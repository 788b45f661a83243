package dev.lateen.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.upstream.PriorityLoads.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers as in Envoy's documents on priority levels, degraded endpoints and the panic threshold. */
class PriorityLoadsTest {
    private static Level hundred(int healthy) {
        return new Level(100, healthy, 0);
    }

    @ParameterizedTest
    @CsvSource({"100, 100, 0", "72, 100, 0", "71, 99, 1", "50, 70, 30", "25, 35, 65", "0, 0, 100"})
    void whatALevelCannotTakeFlowsToTheNext(int healthy, int first, int second) {
        PriorityLoads loads = PriorityLoads.of(new Level[] {hundred(healthy), hundred(100)}, 50);
        assertThat(loads.healthy(0)).isEqualTo(first);
        assertThat(loads.healthy(1)).isEqualTo(second);
        assertThat(loads.panic(0)).as("the other level takes all").isFalse();
    }

    @Test
    void sharesAreStretchedWhenAllTogetherCannotTakeEverything() {
        PriorityLoads loads = PriorityLoads.of(new Level[] {hundred(25), hundred(25)}, 0);
        assertThat(loads.healthy(0)).isEqualTo(50);
        assertThat(loads.healthy(1)).isEqualTo(50);
        PriorityLoads uneven = PriorityLoads.of(new Level[] {hundred(25), hundred(20)}, 0);
        assertThat(uneven.healthy(0) + uneven.healthy(1)).isEqualTo(100);
        assertThat(uneven.healthy(0)).isEqualTo(56);
    }

    @Test
    void degradedHostsOfAllLevelsComeAfterTheHealthyOnes() {
        PriorityLoads loads = PriorityLoads.of(new Level[] {new Level(100, 0, 100), new Level(100, 50, 50)}, 50);
        assertThat(loads.healthy(0)).isZero();
        assertThat(loads.healthy(1)).isEqualTo(70);
        assertThat(loads.degraded(0)).isEqualTo(30);
        assertThat(loads.degraded(1)).isZero();
    }

    @Test
    void aLevelPanicsOnlyWhileTheOthersCannotTakeItsLoad() {
        Level[] levels = {hundred(10), hundred(30)};
        assertThat(PriorityLoads.of(levels, 50).panic(0)).isTrue();
        assertThat(PriorityLoads.of(levels, 50).panic(1)).isTrue();
        assertThat(PriorityLoads.of(levels, 20).panic(0)).isTrue();
        assertThat(PriorityLoads.of(levels, 20).panic(1)).isFalse();
        assertThat(PriorityLoads.of(levels, 0).panic(0)).isFalse();
        assertThat(PriorityLoads.of(new Level[] {hundred(10), hundred(100)}, 50).panic(0))
                .isFalse();
    }

    @Test
    void whenAllPanicLoadFollowsTheNumberOfHosts() {
        PriorityLoads loads = PriorityLoads.of(new Level[] {new Level(30, 0, 0), new Level(10, 0, 0)}, 50);
        assertThat(loads.healthy(0)).isEqualTo(75);
        assertThat(loads.healthy(1)).isEqualTo(25);
    }

    @Test
    void everyDrawChoosesALevelInItsShare() {
        PriorityLoads loads = PriorityLoads.of(new Level[] {new Level(100, 0, 100), new Level(100, 50, 50)}, 50);
        int[] chosen = new int[3];
        for (int draw = 0; draw < 100; draw++) {
            int choice = loads.choose(draw);
            chosen[choice < 0 ? 2 : choice]++;
        }
        assertThat(chosen).containsExactly(0, 70, 30);
        assertThat(loads.choose(99)).as("degraded hosts of the first level").isEqualTo(-1);
    }

    @Test
    void withoutAnyHostEverythingIsForTheFirstLevel() {
        assertThat(PriorityLoads.of(new Level[] {new Level(0, 0, 0)}, 50).healthy(0))
                .isEqualTo(100);
        assertThat(PriorityLoads.of(new Level[] {}, 50).choose(0)).isZero();
    }
}

package dev.lateen.istiod.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When changes are put in force, by a clock that the test moves. */
class DebounceTest {
    private final Debounce debounce = new Debounce(ConfigTiming.USUAL.quiet(), ConfigTiming.USUAL.atMost());

    private static long millis(long millis) {
        return Duration.ofMillis(millis).toNanos();
    }

    @Test
    void itWaitsAsIstioDoes() {
        assertThat(ConfigTiming.USUAL.quiet()).isEqualTo(Duration.ofMillis(100));
        assertThat(ConfigTiming.USUAL.atMost()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void aLoneChangeIsPutInForceAtOnce() {
        assertThat(debounce.waitsFor(0)).isEqualTo(Long.MAX_VALUE);
        debounce.changed(millis(5), false);
        assertThat(debounce.waitsFor(millis(5))).isZero();
        debounce.done();
        assertThat(debounce.waitsFor(millis(5))).isEqualTo(Long.MAX_VALUE);
        debounce.changed(millis(105), false);
        assertThat(debounce.waitsFor(millis(105))).isZero();
    }

    @Test
    void whatFollowsCloselyWaitsForAQuietMoment() {
        debounce.changed(0, false);
        debounce.done();
        debounce.changed(millis(10), false);
        assertThat(debounce.waitsFor(millis(10))).isEqualTo(millis(100));
        debounce.changed(millis(90), false);
        assertThat(debounce.waitsFor(millis(110))).isEqualTo(millis(80));
        assertThat(debounce.waitsFor(millis(190))).isZero();
    }

    @Test
    void changesThatNeverEndArePutInForceAfterTenSeconds() {
        List<Long> inForce = new ArrayList<>();
        for (long now = 0; now <= 30_000; now += 50) {
            debounce.changed(millis(now), false);
            if (debounce.waitsFor(millis(now)) == 0) {
                inForce.add(now);
                debounce.done();
            }
        }
        assertThat(inForce).containsExactly(0L, 10_050L, 20_100L);
    }

    /** With many rollouts at a time there is no quiet moment for seconds, and pods that are gone would be called meanwhile. */
    @Test
    void aPressingChangeDoesNotWaitForTheEndOfOthers() {
        List<Long> inForce = new ArrayList<>();
        for (long now = 0; now <= 1_000; now += 50) {
            debounce.changed(millis(now), now == 300 || now == 350);
            if (debounce.waitsFor(millis(now)) == 0) {
                inForce.add(now);
                debounce.done();
            }
        }
        assertThat(inForce).containsExactly(0L, 400L);
    }

    @Test
    void aSecondChangeBeforeTheFirstIsTakenUpMakesBothABurst() {
        debounce.changed(0, false);
        debounce.changed(millis(20), false);
        assertThat(debounce.waitsFor(millis(20))).isEqualTo(millis(100));
    }
}

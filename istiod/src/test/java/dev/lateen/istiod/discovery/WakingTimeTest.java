package dev.lateen.istiod.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How long istiod could have heard an answer. */
class WakingTimeTest {
    private final WakingTime time = new WakingTime(10, 100);

    @Test
    void timeThatIsLookedAtCounts() {
        for (long now = 105; now <= 200; now += 5) {
            time.look(now);
        }
        assertThat(time.now()).isEqualTo(200);
        assertThat(time.since(150)).isEqualTo(50);
    }

    @Test
    void whatIsSleptThroughDoesNotCount() {
        time.look(105);
        time.look(1105);
        time.look(1110);
        assertThat(time.since(105)).isEqualTo(15);
        assertThat(time.since(1105)).isEqualTo(5);
    }

    @Test
    void ofASleepThatBeganBeforeOnlyTheRestDoesNotCount() {
        time.look(1100);
        assertThat(time.since(1000)).isZero();
        assertThat(time.since(50)).isEqualTo(60);
    }
}

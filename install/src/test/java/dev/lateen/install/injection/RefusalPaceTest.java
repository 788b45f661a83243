package dev.lateen.install.injection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RefusalPaceTest {
    private final RefusalPace pace = new RefusalPace();

    private boolean tell(String what, Duration at) {
        return pace.tell(what, at.toNanos());
    }

    @Test
    void theSameIsToldOnceInAWhile() {
        assertThat(tell("a", Duration.ZERO)).isTrue();
        assertThat(tell("a", Duration.ofMinutes(4))).isFalse();
        assertThat(tell("b", Duration.ofMinutes(4))).isTrue();
        assertThat(tell("a", Duration.ofMinutes(5))).isTrue();
    }

    @Test
    void whoeverMakesManyDifferentOnesIsHeardSoOftenAMinute() {
        for (int i = 0; i < RefusalPace.MOST; i++) {
            assertThat(tell("pod " + i, Duration.ofSeconds(1))).isTrue();
        }
        assertThat(tell("one more", Duration.ofSeconds(2))).isFalse();
        assertThat(tell("one more", Duration.ofSeconds(61))).isTrue();
    }
}

package dev.lateen.proxy.xds;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class BackoffTest {
    /** Chance at its worst: as long as may be. */
    private static final RandomGenerator LONGEST = new RandomGenerator() {
        @Override
        public long nextLong() {
            return Long.MAX_VALUE;
        }

        @Override
        public long nextLong(long bound) {
            return bound - 1;
        }
    };

    private final Backoff backoff = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(2), LONGEST);

    @Test
    void theCeilingDoublesWithEachFailureUpToTheLast() {
        assertThat(backoff.next()).isEqualTo(Duration.ofMillis(500));
        assertThat(backoff.next()).isEqualTo(Duration.ofSeconds(1));
        assertThat(backoff.next()).isEqualTo(Duration.ofSeconds(2));
        assertThat(backoff.next()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void aSuccessBeginsAnew() {
        backoff.next();
        backoff.next();
        backoff.reset();
        assertThat(backoff.next()).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void howeverOftenItFailsNothingOverflows() {
        for (int i = 0; i < 100; i++) {
            assertThat(backoff.next()).isBetween(Duration.ofMillis(1), Duration.ofSeconds(2));
        }
    }

    @Test
    void chanceSpreadsTheWaits() {
        RandomGenerator shortest = () -> 0;
        assertThat(new Backoff(Duration.ofMillis(500), Duration.ofSeconds(2), shortest).next())
                .isEqualTo(Duration.ofMillis(1));
    }
}

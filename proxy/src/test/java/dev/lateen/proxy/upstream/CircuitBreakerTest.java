package dev.lateen.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.model.Cluster.CircuitBreakers;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {
    private static CircuitBreaker breaker(double budget, long atLeast) {
        return new CircuitBreaker(new CircuitBreakers(1, 2, 3, 4, budget, atLeast));
    }

    @Test
    void eachKindHasALimitOfItsOwn() {
        CircuitBreaker breaker = breaker(-1, 0);
        assertThat(breaker.tryAcquireConnection()).isTrue();
        assertThat(breaker.tryAcquireConnection()).isFalse();
        for (int i = 0; i < 4; i++) {
            assertThat(breaker.tryAcquirePending()).isEqualTo(i < 2);
            assertThat(breaker.tryAcquireRequest()).isEqualTo(i < 3);
            assertThat(breaker.tryAcquireRetry()).isTrue();
        }
        assertThat(breaker.tryAcquireRetry()).isFalse();
    }

    @Test
    void whatIsRefusedIsCountedAndTakesNothing() {
        CircuitBreaker breaker = breaker(-1, 0);
        breaker.tryAcquireConnection();
        breaker.tryAcquireConnection();
        assertThat(breaker.connections()).isEqualTo(1);
        assertThat(breaker.connectionOverflows()).isEqualTo(1);
        for (int i = 0; i < 5; i++) {
            breaker.tryAcquirePending();
            breaker.tryAcquireRequest();
        }
        assertThat(breaker.pending()).isEqualTo(2);
        assertThat(breaker.pendingTotal()).isEqualTo(2);
        assertThat(breaker.requestOverflows()).as("waiting and under way").isEqualTo(3 + 2);
        assertThat(breaker.retryOverflows()).isZero();
    }

    @Test
    void whatIsReleasedCanBeTakenAgain() {
        CircuitBreaker breaker = breaker(-1, 0);
        breaker.tryAcquireConnection();
        breaker.releaseConnection();
        assertThat(breaker.tryAcquireConnection()).isTrue();
    }

    @Test
    void aBudgetOfRetriesFollowsTheRequestsUnderWayAndWaiting() {
        CircuitBreaker breaker = breaker(50, 1);
        assertThat(breaker.tryAcquireRetry())
                .as("the least that is always allowed")
                .isTrue();
        assertThat(breaker.tryAcquireRetry()).isFalse();
        breaker.tryAcquireRequest();
        breaker.tryAcquireRequest();
        breaker.tryAcquirePending();
        breaker.tryAcquirePending();
        assertThat(breaker.tryAcquireRetry()).as("half of four").isTrue();
        assertThat(breaker.tryAcquireRetry()).isFalse();
    }

    @Test
    void aLoweredLimitHoldsForWhatComesNext() {
        CircuitBreaker breaker = breaker(-1, 0);
        breaker.tryAcquireRequest();
        breaker.tryAcquireRequest();
        breaker.limits(new CircuitBreakers(1, 2, 1, 4, -1, 0));
        breaker.releaseRequest();
        assertThat(breaker.tryAcquireRequest()).isFalse();
        breaker.releaseRequest();
        assertThat(breaker.tryAcquireRequest()).isTrue();
    }
}

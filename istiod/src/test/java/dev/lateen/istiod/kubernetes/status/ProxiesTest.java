package dev.lateen.istiod.kubernetes.status;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How many proxies have a config. */
class ProxiesTest {
    @Test
    void thoseWithThatConfigOrALaterOneAreCounted() {
        Proxies proxies = new Proxies(6, -1, 3, 5, 5, 8);
        assertThat(proxies.upToDate(0)).isEqualTo(4);
        assertThat(proxies.upToDate(4)).isEqualTo(3);
        assertThat(proxies.upToDate(5)).as("of equals all").isEqualTo(3);
        assertThat(proxies.upToDate(9)).isZero();
        assertThat(new Proxies(0).upToDate(0)).isZero();
    }
}

package dev.lateen.install.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AddressPlanTest {
    private final AddressPlan plan = new AddressPlan("127.1", "127.2");

    @Test
    void aPodHasOneAddressInEachNetworkAndKeepsThem() {
        AddressPlan.Addresses first = plan.of("default/a");
        assertThat(first).isEqualTo(new AddressPlan.Addresses("127.1.0.1", "127.2.0.1"));
        assertThat(plan.of("default/b").pod()).isEqualTo("127.1.0.2");
        assertThat(plan.of("default/a")).isEqualTo(first);
    }

    @Test
    void addressesGivenBackAreGivenAgain() {
        plan.of("default/a");
        plan.of("default/b");
        plan.release("default/a");
        assertThat(plan.of("default/c").pod()).isEqualTo("127.1.0.1");
    }

    @Test
    void noTwoPodsShareAnAddressAndNoneEndsInZeroOr255() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 2_000; i++) {
            assertThat(seen.add(plan.of("n/" + i).pod())).isTrue();
        }
        assertThat(seen).noneMatch(address -> address.endsWith(".0") || address.endsWith(".255"));
    }
}

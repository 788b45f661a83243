package dev.lateen.proxy.http.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BodyWishOutcomesTest {
    @ParameterizedTest
    @CsvSource({
        "false,  9, false, WAITING",
        "false, 10, false, WAITING",
        "false, 10, true,  MET",
        "false, 11, false, TOO_LARGE",
        "false, 11, true,  TOO_LARGE",
        "true,   9, false, WAITING",
        "true,   9, true,  MET",
        "true,  10, false, MET",
        "true,  11, false, MET",
    })
    void aWishOfTenBytes(boolean partial, long bytes, boolean complete, BodyWish.Outcome outcome) {
        assertThat(new BodyWish(10, partial).with(bytes, complete)).isEqualTo(outcome);
    }

    @Test
    void aWishForNothingIsNone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BodyWish(0, true))
                .withMessageContaining("maxBytes");
    }
}

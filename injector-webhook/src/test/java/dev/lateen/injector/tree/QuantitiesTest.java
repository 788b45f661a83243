package dev.lateen.injector.tree;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantitiesTest {
    @ParameterizedTest
    @CsvSource({
        "2000m,2",
        "100m,100m",
        "0.5,500m",
        "1,1",
        "0,0",
        "0m,0",
        "1500,1500",
        "12000,12k",
        "1024Mi,1Gi",
        "1536Mi,1536Mi",
        "1.5Gi,1536Mi",
        "0.5Ki,512",
        "128974848,128974848",
        "1e3,1e3",
        "-2,-2",
        "0.0000000001,1n"
    })
    void theLargestSuffixWithoutAFractionIsTaken(String text, String canonical) {
        assertThat(Quantities.canonical(text)).isEqualTo(canonical);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "fast", "1.2.3", "10 m", "100m\n", "1Qi", "--1", "m"})
    void whatIsNoQuantityIsNone(String text) {
        assertThat(Quantities.canonical(text)).isNull();
    }
}

package dev.lateen.install.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the kubelet writes into a downward API volume. */
class DownwardApiTest {
    @Test
    void valuesAreUnquotedAsGoQuotesThem() {
        assertThat(DownwardApi.parse("""
            app="hello"
            json="{\\"a\\": \\"b=c\\"}"
            lines="one\\ntwo\\tthree\\\\"
            odd="\\x41\\u00e4\\U0001f600\\101\\a"
            plain=""
            """))
                .isEqualTo(Map.of(
                        "app", "hello",
                        "json", "{\"a\": \"b=c\"}",
                        "lines", "one\ntwo\tthree\\",
                        "odd", "Aä\uD83D\uDE00A\u0007",
                        "plain", ""));
    }

    @Test
    void anEmptyFileHasNothing() {
        assertThat(DownwardApi.parse("")).isEmpty();
        assertThat(DownwardApi.parse("\n\n")).isEmpty();
    }

    @Test
    void aValueThatIsNotQuotedIsRefusedByItsKey() {
        for (String value : new String[] {"hello", "\"hello", "\"a\\", "\"a\\xZZ\"", "\"a\"b\"", "\"\\q\""}) {
            assertThatThrownBy(() -> DownwardApi.parse("app=" + value))
                    .as(value)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("app: " + value + " (expected: ");
        }
    }
}

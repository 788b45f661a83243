package dev.lateen.api.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TextsTest {
    @Test
    void durationsAreReadAsByGo() {
        assertThat(GoDuration.parse("1h30m")).contains(Duration.ofMinutes(90));
        assertThat(GoDuration.parse("1.5s")).contains(Duration.ofMillis(1500));
        assertThat(GoDuration.parse(".5s")).contains(Duration.ofMillis(500));
        assertThat(GoDuration.parse("100ms")).contains(Duration.ofMillis(100));
        assertThat(GoDuration.parse("0")).contains(Duration.ZERO);
        assertThat(GoDuration.parse("-2s")).contains(Duration.ofSeconds(-2));
        assertThat(GoDuration.parse("0.000000001s")).contains(Duration.ofNanos(1));
    }

    @Test
    void otherTextsAreNoDurations() {
        for (String text : new String[] {
            "", "5", "s", "1x", "1 s", "1s ", "--1s", ".s", "1.2.3s", "9999999999h", "1e3s", "9".repeat(100) + "s"
        }) {
            assertThat(GoDuration.parse(text)).as(text).isEmpty();
        }
    }

    @Test
    void addressesAreToldFromOtherTexts() {
        for (String text :
                new String[] {"10.0.0.1", "::", "::1", "2001:db8::1", "1:2:3:4:5:6:7:8", "::ffff:10.0.0.1", "1::"}) {
            assertThat(IpText.isAddress(text)).as(text).isTrue();
        }
        for (String text : new String[] {
            "",
            "10.0.0",
            "10.0.0.256",
            "10.0.0.01",
            "1:2:3",
            "1::2::3",
            "12345::",
            "g::",
            "10.0.0.1/8",
            "1:2:3:4:5:6:7:8:9"
        }) {
            assertThat(IpText.isAddress(text)).as(text).isFalse();
        }
        assertThat(IpText.isAddressOrRange("10.0.0.0/8")).isTrue();
        assertThat(IpText.isAddressOrRange("::/0")).isTrue();
        assertThat(IpText.isAddressOrRange("10.0.0.0/33")).isFalse();
        assertThat(IpText.isAddressOrRange("10.0.0.0/")).isFalse();
    }
}

package dev.lateen.api.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.Shared;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class HostileTextTest {
    private final ResourceReader reader = new ResourceReader();

    @Test
    void aTextCutOffAnywhereGivesProblemsAndNothingElse() {
        String text = Shared.text(Shared.istio("samples/bookinfo/networking/virtual-service-reviews-jason-v2-v3.yaml"));
        for (int end = 0; end < text.length(); end++) {
            assertThat(reader.read("cut", text.substring(0, end)).problems()).isNotNull();
        }
    }

    @Test
    void changedBytesGiveProblemsAndNothingElse() {
        byte[] good = Shared.text(Shared.istio("samples/bookinfo/networking/destination-rule-all-mtls.yaml"))
                .getBytes(StandardCharsets.UTF_8);
        Random random = new Random(7);
        for (int round = 0; round < 1_000; round++) {
            byte[] bad = good.clone();
            for (int i = 0; i < 1 + random.nextInt(8); i++) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            assertThat(reader.read("changed", new String(bad, StandardCharsets.ISO_8859_1))
                            .problems())
                    .isNotNull();
        }
    }

    @Test
    void randomTextGivesProblemsAndNothingElse() {
        String signs = "-:[]{}&*!|>'\"%@`#,? \n\tab01<=~.\u0000\u0085\ud800\ufeff";
        Random random = new Random(11);
        for (int round = 0; round < 4_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(40); i > 0; i--) {
                text.append(signs.charAt(random.nextInt(signs.length())));
            }
            assertThat(reader.read("random", text.toString()).problems()).isNotNull();
            assertThat(reader.readMeshConfig("random", text.toString()).problems())
                    .isNotNull();
        }
    }

    @Test
    void anchorsThatExplodeAreRefusedAtOnce() {
        StringBuilder text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 30; i++) {
            text.append("a%d: &a%d [%s]\n".formatted(i, i, ("*a" + (i - 1) + ", ").repeat(9) + "*a" + (i - 1)));
        }
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(30),
                () -> assertThat(reader.read("bomb", text.toString()).problems())
                        .singleElement()
                        .asString()
                        .contains("more than 4000000 values"));
    }

    @Test
    void anchorsThatGoDeepAreRefused() {
        StringBuilder text = new StringBuilder("a0: &a0 [x]\n");
        for (int i = 1; i < 5000; i++) {
            text.append("a%d: &a%d [*a%d]\n".formatted(i, i, i - 1));
        }
        assertThat(reader.read("deep", text.toString()).problems())
                .singleElement()
                .asString()
                .contains("too deep");
    }

    @Test
    void depthAndLengthAreBounded() {
        assertThat(reader.read("deep", "[".repeat(1_000_000)).problems())
                .singleElement()
                .asString()
                .contains("too deep");
        ResourceReader small = new ResourceReader("default", new Limits(10, 10, 10, 10));
        assertThat(small.read("long", "a: bcdefghijk").problems())
                .singleElement()
                .asString()
                .isEqualTo("long: 13 characters in one file (expected: at most 10)");
    }

    @Test
    void problemsWithoutEndAreCounted() {
        String text = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a}\nspec:\n";
        StringBuilder fields = new StringBuilder(text);
        for (int i = 0; i < 1_000; i++) {
            fields.append("  nope").append(i).append(": 1\n");
        }
        assertThat(reader.read("many", fields.toString()).problems())
                .hasSize(201)
                .last()
                .asString()
                .contains("800 more problems");
    }
}

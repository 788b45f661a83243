package dev.lateen.it.language;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The two halves know each other's whole language: from the schema of each API kind come objects in which each field is set, to each of its
 * values; they are translated for sidecars and gateways and decoded.
 */
class FieldsTest {
    private static Findings findings;

    @BeforeAll
    static void tryEveryField() throws IOException {
        findings = Findings.ofAllFields();
        Files.writeString(Path.of("target/fields.txt"), findings.text());
    }

    @Test
    void whatTheTestMakesIsValid() {
        Map<String, String> refused = new TreeMap<>(findings.refused());
        refused.keySet().removeAll(Justified.fields("refused"));
        assertThat(refused).isEmpty();
    }

    @Test
    void nothingThatIsSentIsRejected() {
        Map<String, String> rejected = new TreeMap<>(findings.rejected());
        rejected.keySet().removeIf(r -> PassedOver.named(r));
        assertThat(rejected).isEmpty();
        Map<String, String> stock = new TreeMap<>(findings.rejectedByStock());
        stock.keySet().removeIf(r -> PassedOver.find(r).isPresent());
        assertThat(stock).as("of what a stock Envoy is sent").isEmpty();
    }

    @Test
    void whatTheProxyPassesOverStandsOnOneListWithItsReason() {
        Set<String> unlisted = new TreeSet<>();
        Map<String, String> used = new TreeMap<>();
        findings.unread()
                .forEach((path, by) -> PassedOver.find(path)
                        .ifPresentOrElse(
                                entry -> used.put(entry.pattern(), path), () -> unlisted.add(path + " (" + by + ")")));
        assertThat(unlisted).as("passed over, and not on the list").isEmpty();
        Stream.of(findings.rejected(), findings.rejectedByStock())
                .flatMap(m -> m.keySet().stream())
                .forEach(r -> PassedOver.find(r).ifPresent(e -> used.put(e.pattern(), r)));
        List<String> unused = new ArrayList<>();
        PassedOver.all().forEach(e -> {
            if (!used.containsKey(e.pattern())) {
                unused.add(e.pattern());
            }
        });
        assertThat(unused).as("on the list without need").isEmpty();
    }

    @Test
    void aFieldThatTheProxyPassesOverIsNamedToTheUser() {
        assertThat(findings.passedOverInSilence()).isEmpty();
    }

    @Test
    void aFieldThatChangesNothingIsNamedToTheUser() {
        Set<String> silent = new TreeSet<>(findings.silent());
        Set<String> justified = new TreeSet<>(Justified.fields());
        Set<String> unused = new TreeSet<>(justified);
        unused.removeAll(silent);
        unused.removeAll(Justified.fields("differs"));
        silent.removeAll(justified);
        assertThat(silent)
                .as("changes nothing that is sent, and nothing is said")
                .isEmpty();
        assertThat(unused).as("justified without need").isEmpty();
    }

    @Test
    void aFieldThatIsSaidToHaveNoEffectHasNone() {
        assertThat(findings.namedThoughItWorks()).isEmpty();
    }

    @Test
    void supportMdHasAWordForEveryField() throws IOException {
        Path root = Path.of(System.getProperty("lateen.root"));
        Path file = root.resolve("mesh-api/SUPPORT.md");
        Support support = new Support(new Evidence(root));
        String text = support.text(findings.fields());
        if (Boolean.getBoolean("lateen.support")) {
            Files.writeString(file, text);
        }
        assertThat(Files.readString(file))
                .as("mesh-api/SUPPORT.md (written anew with -Dlateen.support=true)")
                .isEqualTo(text);
        assertThat(support.withoutWord()).isEmpty();
        assertThat(support.shownAndUnknown(findings.fields()))
                .as("fields that tests say they show and that are not there")
                .isEmpty();
    }
}

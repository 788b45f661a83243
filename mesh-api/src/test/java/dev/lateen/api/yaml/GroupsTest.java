package dev.lateen.api.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.schema.Alias;
import dev.lateen.api.schema.AtMostOne;
import dev.lateen.api.schema.Default;
import dev.lateen.api.schema.ExactlyOne;
import dev.lateen.api.schema.Group;
import dev.lateen.api.schema.KnownButUnused;
import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.Port;
import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Required;
import dev.lateen.api.schema.Rule;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** In YAML there is no trace of {@link Group}s: what they hold is the message's own. */
class GroupsTest {
    private final ResourceReader reader = new ResourceReader();

    @AtMostOne({"file", "collector"})
    @KnownButUnused("colour")
    @Obeys(PortsDiffer.class)
    record Settings(
            @Default("main") String name,
            @Group Ports ports,
            @Group Log log,
            List<String> labels,
            @Nullable Inner inner) {}

    record Ports(
            @Default("8080") @Port int plain,
            @Nullable @Port Integer secure) {}

    record Log(@Nullable String file, @Group Remote remote) {}

    record Remote(
            @Alias("collector_address") @Nullable String collector,
            @Default("true") boolean batched) {}

    @ExactlyOne({"exact", "prefix"})
    record Inner(@Group Wanted wanted, @Group Fallback fallback) {}

    record Wanted(@Required String key, @Nullable String exact) {}

    record Fallback(@Nullable String prefix) {}

    static final class PortsDiffer implements Rule<Settings> {
        @Override
        public void check(Settings value, Report report) {
            Integer secure = value.ports().secure();
            if (secure != null && secure == value.ports().plain()) {
                report.refuse("secure", secure.toString(), "another port than plain");
            }
        }
    }

    @Test
    void groupsOfWhichNothingIsSaidHaveTheDefaultsOfTheirFields() {
        assertThat(read("{}"))
                .contains(new Settings(
                        "main", new Ports(8080, null), new Log(null, new Remote(null, true)), List.of(), null));
    }

    @Test
    void fieldsOfGroupsStandAtTheLevelOfTheMessage() {
        assertThat(read("{name: a, secure: 8443, batched: false, labels: [x]}"))
                .contains(new Settings(
                        "a", new Ports(8080, 8443), new Log(null, new Remote(null, false)), List.of("x"), null));
    }

    @Test
    void aGroupIsNoField() {
        assertThat(problems("ports: {plain: 1}"))
                .containsExactly("s.yaml:1 (document 1): ports: unknown field (expected:"
                        + " one of name, plain, secure, file, collector, batched, labels, inner)");
    }

    @Test
    void aMisspeltFieldOfAGroupIsAnsweredWithTheNearestOne() {
        assertThat(problems("batchd: true"))
                .singleElement()
                .asString()
                .startsWith("s.yaml:1 (document 1): batchd: unknown field (expected: 'batched'? one of name, plain,");
    }

    @Test
    void pathsOfProblemsDoNotNameGroups() {
        assertThat(problems("name: a\nplain: 70000\ncollector: 7\n"))
                .containsExactly(
                        "s.yaml:2 (document 1): plain: 70000 (expected: a number from 1 to 65535)",
                        "s.yaml:3 (document 1): collector: the number '7' (expected: a text: put it in quotes)");
    }

    @Test
    void anotherNameOfAFieldInAGroupIsTaken() {
        assertThat(read("collector_address: a:1"))
                .hasValueSatisfying(
                        s -> assertThat(s.log().remote().collector()).isEqualTo("a:1"));
        assertThat(problems("{collector_address: a, collector: b}"))
                .containsExactly("s.yaml:1 (document 1): collector: a second time, under another name"
                        + " (expected: 'collector' once)");
    }

    @Test
    void atMostOneHoldsAcrossGroups() {
        assertThat(problems("{file: /dev/stdout, collector: a}"))
                .containsExactly("s.yaml:1 (document 1): collector: file and collector"
                        + " (expected: only one of file, collector)");
    }

    @Test
    void exactlyOneHoldsAcrossGroups() {
        assertThat(problems("inner: {key: k, exact: a, prefix: b}"))
                .containsExactly(
                        "s.yaml:1 (document 1): inner: exact and prefix" + " (expected: exactly one of exact, prefix)");
        assertThat(problems("inner: {key: k}"))
                .containsExactly(
                        "s.yaml:1 (document 1): inner: none of them" + " (expected: exactly one of exact, prefix)");
    }

    @Test
    void aRequiredFieldOfAGroupIsMissedInTheMessage() {
        assertThat(problems("inner: {exact: a}"))
                .containsExactly("s.yaml:1 (document 1): inner.key: missing (expected: a text)");
    }

    @Test
    void rulesOfTheMessageSeeItsGroups() {
        assertThat(problems("plain: 8443\nsecure: 8443\n"))
                .containsExactly("s.yaml:2 (document 1): secure: 8443 (expected: another port than plain)");
    }

    @Test
    void whatIsKnownButUnusedIsSoInAMessageWithGroups() {
        assertThat(problems("colour: red"))
                .containsExactly("s.yaml:1 (document 1): warning: colour: known to Istio, without effect in Lateen");
    }

    private Optional<Settings> read(String text) {
        SettingsReading<Settings> reading = reader.settings("s.yaml", text, Settings.class);
        assertThat(reading.problems()).isEmpty();
        return reading.settings();
    }

    private List<String> problems(String text) {
        return reader.settings("s.yaml", text, Settings.class).problems().stream()
                .map(Problem::toString)
                .toList();
    }
}

package dev.lateen.istiod.kubernetes.object;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.input.ObjectFate;
import dev.lateen.istiod.input.ObjectKey;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** What is said in an object's status, and when it need not be said. */
class WordTest {
    private static final ResourceKey KEY = new ResourceKey("networking.istio.io", "ServiceEntry", "shop", "outside");
    private static final Origin ORIGIN = new Origin.InCluster("Kubernetes", "5e3f", 4, "912");

    private static ObjectFate fate(ObjectFate.Verdict verdict, long inForceSince, Problem... problems) {
        return new ObjectFate(new ObjectKey("", KEY), ORIGIN, verdict, inForceSince, List.of(problems));
    }

    private static Problem problem(Problem.Severity severity, String path) {
        return new Problem(severity, ORIGIN, 0, KEY, path, "'x'", "a number");
    }

    private static Word accepted(int acknowledged, int proxies) {
        return Word.of(
                fate(ObjectFate.Verdict.ACCEPTED, 7), 4, acknowledged, proxies, Map.of("a.example.org", "240.240.0.1"));
    }

    @Test
    void whatIsWrittenIsReadBackAsTheSame() {
        Word refused = Word.of(
                fate(
                        ObjectFate.Verdict.REFUSED,
                        7,
                        problem(Problem.Severity.WARNING, "spec.b"),
                        problem(Problem.Severity.ERROR, "spec.a")),
                4,
                0,
                2,
                Map.of());
        Map<String, String> since =
                Map.of("PassedValidation", "2026-01-31T12:00:00Z", "Reconciled", "2026-01-31T12:00:01Z");
        for (Word word : List.of(accepted(1, 2), accepted(2, 2), refused)) {
            // As the API server stores it and a watch tells it.
            Object status = JsonMapper.shared()
                    .readValue(JsonMapper.shared().writeValueAsString(word.document(since)), Object.class);
            Word.Standing read = requireNonNull(Standings.read(status));
            assertThat(read.word()).isEqualTo(word);
            assertThat(read.since()).isEqualTo(since);
        }
        assertThat(refused.reason()).as("errors first").startsWith("spec.a: 'x' (expected: a number); spec.b: ");
        assertThat(refused.isRefusal()).isTrue();
    }

    @Test
    void onlyWaitingForProxiesIsNotSettled() {
        assertThat(accepted(1, 2).isSettled()).isFalse();
        assertThat(accepted(2, 2).isSettled()).isTrue();
        assertThat(Word.of(fate(ObjectFate.Verdict.REFUSED, 0, problem(Problem.Severity.ERROR, "")), 4, 0, 2, Map.of())
                        .isSettled())
                .isTrue();
    }

    @Test
    void thatOtherProxiesHaveItAllIsNoNews() {
        assertThat(accepted(2, 2).saysTheSame(accepted(5, 5))).isTrue();
        assertThat(accepted(2, 2).saysTheSame(accepted(4, 5))).isFalse();
        assertThat(accepted(4, 5).saysTheSame(accepted(3, 5))).isFalse();
        assertThat(accepted(2, 2).saysTheSame(Word.of(fate(ObjectFate.Verdict.ACCEPTED, 7), 5, 2, 2, Map.of())))
                .isFalse();
    }

    @Test
    void aConditionThatStaysKeepsItsTime() {
        Word.Standing standing =
                new Word.Standing(accepted(1, 2), Map.of("PassedValidation", "early", "Reconciled", "early"));
        assertThat(Word.Standing.since(standing, accepted(2, 2), "late"))
                .isEqualTo(Map.of("PassedValidation", "early", "Reconciled", "late"));
        assertThat(Word.Standing.since(null, accepted(2, 2), "late"))
                .isEqualTo(Map.of("PassedValidation", "late", "Reconciled", "late"));
    }

    @Test
    void whatOthersWroteIsReadWithoutAFault() {
        assertThat(Standings.read(null)).isNull();
        assertThat(Standings.read(Map.of())).isNull();
        assertThat(Standings.read("text")).isNull();
        assertThat(requireNonNull(Standings.read(Map.of(
                                "conditions", List.of("x", Map.of("type", 5)), "observedGeneration", "4", "other", 1)))
                        .word()
                        .saysTheSame(accepted(2, 2)))
                .isFalse();
    }
}

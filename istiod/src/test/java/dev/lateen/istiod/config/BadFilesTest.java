package dev.lateen.istiod.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lateen.api.networking.VirtualService;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.input.ObjectFate;
import dev.lateen.istiod.input.ObjectKey;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What holds of files that say something wrong, and what is told of it. */
class BadFilesTest extends DirectoryFixture {
    private static String rule(String subset) {
        return """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: reviews}
            spec:
              host: reviews
              subsets: [{name: %s, labels: {version: v1}}]
            """.formatted(subset);
    }

    private static String toSubset(String subset) {
        return route("reviews", "5s").replace("{host: reviews}", "{host: reviews, subset: " + subset + "}");
    }

    @Test
    void aFileThatBreaksStaysAsItWasWhileOthersChange() throws Exception {
        write("a.yaml", route("a", "1s"));
        open();
        write("a.yaml", route("a", "1s").replace("timeout", "timeuot"));
        await().until(() -> !problems.isEmpty());
        assertThat(names()).containsExactly("a");
        assertThat(problems.getFirst().toString())
                .contains("a.yaml")
                .contains("VirtualService default/a")
                .contains("spec.http[0].timeuot");

        write("b.yaml", route("b", "1s"));
        await().until(() -> names().equals(List.of("a", "b")));
        assertThat(problems).hasSize(1);

        write("a.yaml", route("better", "1s"));
        await().until(() -> names().equals(List.of("b", "better")));
    }

    @Test
    void aRouteToNowhereIsTakenWithAWarning() throws Exception {
        write("rule.yaml", rule("v1"));
        write("route.yaml", toSubset("v1"));
        open();
        write("route.yaml", toSubset("v9"));
        await().until(() -> changes.size() == 1);
        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.isError()).isFalse();
            assertThat(problem.toString())
                    .contains("spec.http[0].route[0].destination.subset", "unknown subset 'v9'", "v1");
        });
        write(
                "route.yaml",
                toSubset("v1").replace("destination: {host: reviews,", "destination: {host: nowhere,")
                        + "---\n"
                        + route("beside", "1s"));
        await().until(() -> names().contains("beside"));
        assertThat(problems.getLast().isError()).isFalse();
        assertThat(problems.getLast().found()).startsWith("unknown host 'nowhere'");
    }

    @Test
    void hostsThatAreNotThereHoldNoStartBack() throws Exception {
        Files.delete(directory.resolve("service.yaml"));
        write("route.yaml", route("reviews", "1s"));
        open();
        assertThat(names()).containsExactly("reviews");
        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.isError()).isFalse();
            assertThat(problem.subject()).isEqualTo("VirtualService default/reviews");
            assertThat(problem.path()).isEqualTo("spec.http[0].route[0].destination.host");
        });
        write("service.yaml", SERVICE);
        await().until(() -> config().problems().isEmpty());
    }

    @Test
    void aRemovalThatLeavesARouteWithoutTargetIsToldAndHoldsNothingBack() throws Exception {
        write("rule.yaml", rule("v1"));
        write("route.yaml", toSubset("v1"));
        open();
        Files.delete(directory.resolve("rule.yaml"));
        await().until(() -> changes.size() == 1);
        assertThat(names()).containsExactly("reviews");
        assertThat(problems)
                .singleElement()
                .extracting(Problem::found)
                .isEqualTo("unknown subset 'v1' of " + "reviews.default.svc.cluster.local");
        Files.delete(directory.resolve("route.yaml"));
        await().until(() -> names().isEmpty());
    }

    @Test
    void ofTwoResourcesOfOneNameTheLaterOneIsInForceAndBothFilesAreNamed() throws Exception {
        write("a.yaml", route("same", "1s") + "---\n" + route("other", "1s"));
        write("b.yaml", route("same", "2s"));
        open();
        assertThat(names()).containsExactly("other", "same");
        assertThat(resources())
                .filteredOn(object -> object.key().name().equals("same"))
                .singleElement()
                .satisfies(object -> assertThat(object.origin().source()).endsWith("b.yaml"));
        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.isError()).isFalse();
            assertThat(problem.toString())
                    .contains("b.yaml", "VirtualService default/same", "the same resource as in", "a.yaml");
        });
        Files.delete(directory.resolve("b.yaml"));
        await().until(() -> config().problems().isEmpty());
        assertThat(names()).containsExactly("other", "same");
    }

    @Test
    void aBrokenCertificateIsAnErrorWithoutItsContent() throws Exception {
        write("secret.yaml", """
            apiVersion: v1
            kind: Secret
            type: kubernetes.io/tls
            metadata: {name: gateway-cert, namespace: istio-system}
            stringData: {tls.crt: top secret, tls.key: top secret}
            """);
        assertThatThrownBy(this::open)
                .hasMessageContaining("secret.yaml")
                .hasMessageContaining("Secret istio-system/gateway-cert")
                .hasMessageContaining("tls.crt")
                .hasMessageNotContaining("top secret");
    }

    @Test
    void anErrorThatComesBackIsToldAgain() throws Exception {
        write("a.yaml", route("a", "1s"));
        open();
        String wrong = route("a", "1s").replace("timeout", "timeuot");
        write("a.yaml", wrong);
        await().until(() -> problems.size() == 1);
        write("a.yaml", route("a", "2s"));
        await().until(() -> changes.size() == 1);
        write("a.yaml", wrong);
        await().until(() -> problems.size() == 2);
        assertThat(problems.getFirst()).isEqualTo(problems.getLast());
    }

    @Test
    void oneBadObjectOfAFileHoldsNoOtherBack() throws Exception {
        write("a.yaml", route("a", "1s") + "---\n" + route("b", "1s") + "---\n" + route("c", "1s"));
        open();
        write("a.yaml", route("a", "2s") + "---\n" + route("b", "2s").replace("timeout", "timeuot"));
        await().until(() -> names().equals(List.of("a", "b")));
        assertThat(named("a")
                        .as(VirtualService.class)
                        .orElseThrow()
                        .spec()
                        .http()
                        .getFirst()
                        .timeout())
                .isEqualTo(Duration.ofSeconds(2));
        assertThat(named("b")
                        .as(VirtualService.class)
                        .orElseThrow()
                        .spec()
                        .http()
                        .getFirst()
                        .timeout())
                .isEqualTo(Duration.ofSeconds(1));
        ObjectFate fate = config().fates().get(ObjectKey.of("", named("b").key()));
        assertThat(fate).isNotNull();
        assertThat(fate.verdict()).isEqualTo(ObjectFate.Verdict.REFUSED);
        assertThat(fate.keepsLastGood()).isTrue();
        assertThat(fate.inForceSince()).isEqualTo(1);
        assertThat(fate.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.path()).isEqualTo("spec.http[0].timeuot"));
    }

    @Test
    void whereAnErrorHasNoNameNothingOfTheFileIsTakenAsGone() throws Exception {
        write("a.yaml", route("a", "1s") + "---\n" + route("b", "1s"));
        open();
        write("a.yaml", route("a", "2s") + "---\n" + route("b", "1s").replace("{name: b}", "{}"));
        await().until(() -> !problems.isEmpty());
        assertThat(names()).containsExactly("a", "b");
        await().until(() -> !changes.isEmpty());
        write("a.yaml", route("a", "2s"));
        await().until(() -> names().equals(List.of("a")));
    }
}

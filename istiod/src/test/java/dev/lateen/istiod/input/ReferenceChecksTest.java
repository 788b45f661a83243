package dev.lateen.istiod.input;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.yaml.Problem;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said of routes to what isn't there: warnings that name resource, field and what was found, never errors. */
class ReferenceChecksTest {
    private static final String SERVICES = """
        apiVersion: v1
        kind: Service
        metadata: {name: u}
        spec: {ports: [{port: 80}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: t}
        spec: {ports: [{name: tcp, port: 9000}, {name: http, port: 9001}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: wide}
        spec: {hosts: ["*.wide.example.com"], ports: [{number: 443, name: tls, protocol: TLS}]}
        """;

    private static List<Problem> problems(String... texts) {
        List<String> all = new ArrayList<>(List.of(SERVICES));
        all.addAll(List.of(texts));
        List<Problem> problems = TestOffers.join(1)
                .join(List.of(TestOffers.of(all.toArray(String[]::new))))
                .problems();
        assertThat(problems).noneMatch(Problem::isError);
        return problems;
    }

    private static String route(String destination) {
        return """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: r}
            spec: {hosts: [r.example.com], http: [{route: [{destination: %s}]}]}
            """.formatted(destination);
    }

    private static String rule(String host, String subset, String more) {
        return """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: rule-%s%s}
            spec: {host: "%s", subsets: [{name: %s, labels: {version: v1}}]%s}
            """.formatted(subset, more.hashCode() & 0xff, host, subset, more);
    }

    private static void assertOne(List<Problem> problems, String field, String found) {
        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.subject()).isEqualTo("VirtualService default/r");
            assertThat(problem.path()).isEqualTo("spec.http[0].route[0].destination" + field);
            assertThat(problem.found()).startsWith(found);
        });
    }

    @Test
    void aHostThatNothingDeclaresIsNamed() {
        assertOne(problems(route("{host: later}")), ".host", "unknown host 'later'; the route answers 503 until");
    }

    @Test
    void aPortThatTheHostHasNotIsNamedWithThoseItHas() {
        List<Problem> problems = problems(route("{host: u, port: {number: 81}}"));
        assertOne(problems, ".port.number", "unknown port 81 of u.default.svc.cluster.local");
        assertThat(problems.getFirst().accepted()).isEqualTo("a port that it has: 80");
    }

    @Test
    void aPortLeftOutIsNamedWhereTheHostHasSeveral() {
        assertOne(
                problems(route("{host: t}")),
                ".port",
                "missing, and t.default.svc.cluster.local has the ports 9000, 9001");
        assertThat(problems(route("{host: u}"))).isEmpty();
        assertThat(problems(route("{host: t, port: {number: 9001}}"))).isEmpty();
    }

    @Test
    void aHostUnderADeclaredWildcardIsKnown() {
        assertThat(problems(route("{host: one.wide.example.com}"))).isEmpty();
    }

    @Test
    void aSubsetMayComeFromAWildcardRule() {
        assertThat(problems(route("{host: u, subset: v1}"), rule("*.default.svc.cluster.local", "v1", "")))
                .isEmpty();
        assertThat(problems(route("{host: u, subset: v1}"), rule("*", "v1", "")))
                .isEmpty();
    }

    @Test
    void aMoreSpecificRuleHidesTheSubsetsOfAWildcard() {
        String star = rule("*.default.svc.cluster.local", "v1", "");
        assertOne(
                problems(route("{host: u, subset: v1}"), star, rule("u", "v2", "")),
                ".subset",
                "unknown subset 'v1' of u.default.svc.cluster.local");
        assertThat(problems(
                        route("{host: u, subset: v1}"),
                        star,
                        rule("u", "v2", ", workloadSelector: {matchLabels: {app: x}}")))
                .isEmpty();
    }
}

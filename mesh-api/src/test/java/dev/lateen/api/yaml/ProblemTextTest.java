package dev.lateen.api.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProblemTextTest {
    private static final String HEAD = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata:
          name: reviews
        spec:
        """;

    private final ResourceReader reader = new ResourceReader();

    @Test
    void aMisspeltFieldIsAnsweredWithTheNearestOne() {
        assertThat(problems(HEAD + """
              hosts: [reviews]
              http:
              - rout:
                - destination: {host: reviews}
            """))
                .singleElement()
                .asString()
                .startsWith("vs.yaml:8 (document 1): VirtualService default/reviews: spec.http[0].rout:"
                        + " unknown field (expected: 'route'? one of name, match, route,");
    }

    @Test
    void aTextWhereANumberBelongsIsNamed() {
        assertThat(problems(HEAD + """
              hosts: [reviews]
              http:
              - route:
                - destination: {host: reviews}
                  weight: "10"
            """))
                .containsExactly(
                        "vs.yaml:10 (document 1): VirtualService default/reviews: spec.http[0].route[0].weight:"
                                + " the text '10' (expected: a whole number, without quotes)");
    }

    @Test
    void aNumberWhereATextBelongsAsksForQuotes() {
        assertThat(problems("""
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: reviews}
            spec:
              host: reviews
              subsets:
              - name: v1
                labels: {version: 1}
            """))
                .containsExactly(
                        "vs.yaml:8 (document 1): DestinationRule default/reviews: spec.subsets[0].labels.version:"
                                + " the number '1' (expected: a text: put it in quotes)");
    }

    @Test
    void aMissingFieldIsNamed() {
        assertThat(problems(HEAD + """
              hosts: [reviews]
              http:
              - route:
                - weight: 1
            """))
                .containsExactly(
                        "vs.yaml:9 (document 1): VirtualService default/reviews: spec.http[0].route[0].destination:"
                                + " missing (expected: a map)");
    }

    @Test
    void twoMembersOfAUnionAreNamed() {
        assertThat(problems(HEAD + """
              hosts: [reviews]
              http:
              - match: [{uri: {exact: /a, prefix: /b}}]
                route: [{destination: {host: reviews}}]
            """))
                .containsExactly("vs.yaml:8 (document 1): VirtualService default/reviews: spec.http[0].match[0].uri:"
                        + " exact and prefix (expected: only one of exact, prefix, regex)");
    }

    @Test
    void anUnknownConstantIsAnsweredWithTheNearestOne() {
        assertThat(problems("""
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: default, namespace: prod}
            spec: {mtls: {mode: STRICKT}}
            """))
                .containsExactly(
                        "vs.yaml:4 (document 1): PeerAuthentication prod/default: spec.mtls.mode: the text 'STRICKT'"
                                + " (expected: 'STRICT'? one of UNSET, DISABLE, PERMISSIVE, STRICT)");
    }

    @Test
    void aDurationWithoutUnitIsRefused() {
        assertThat(problems(HEAD + """
              hosts: [reviews]
              http:
              - timeout: 5
                route: [{destination: {host: reviews}}]
            """))
                .containsExactly(
                        "vs.yaml:8 (document 1): VirtualService default/reviews: spec.http[0].timeout: the number '5'"
                                + " (expected: a duration such as 500ms, 10s or 1h30m)");
    }

    @Test
    void anExpressionThatIsNoneIsRefused() {
        assertThat(problems(HEAD + """
              hosts: [reviews]
              http:
              - match: [{uri: {regex: "/a("}}]
                route: [{destination: {host: reviews}}]
            """))
                .singleElement()
                .asString()
                .contains(
                        "spec.http[0].match[0].uri.regex: '/a(': missing closing )",
                        "(expected: an expression of RE2)");
    }

    @Test
    void anUnknownKindAndAnUnknownVersionAreToldApart() {
        assertThat(problems("""
            apiVersion: networking.istio.io/v1
            kind: VirtualServices
            metadata: {name: a}
            ---
            apiVersion: networking.istio.io/v2
            kind: VirtualService
            metadata: {name: a}
            """))
                .satisfiesExactly(
                        first -> assertThat(first)
                                .startsWith("vs.yaml:2 (document 1): kind: unknown kind 'VirtualServices' of"
                                        + " networking.istio.io (expected: 'VirtualService'? one of"),
                        second -> assertThat(second)
                                .isEqualTo("vs.yaml:5 (document 2): apiVersion: 'networking.istio.io/v2' for"
                                        + " VirtualService (expected: networking.istio.io/v1,"
                                        + " networking.istio.io/v1beta1, networking.istio.io/v1alpha3)"));
    }

    @Test
    void aKeyTwiceIsRefusedWithItsLine() {
        assertThat(problems(HEAD + """
              hosts: [a]
              hosts: [b]
            """))
                .containsExactly("vs.yaml:7 (document 1): the key 'hosts' a second time (expected: each key once)");
    }

    @Test
    void brokenYamlIsRefusedWithItsLine() {
        assertThat(problems("a: b\nc: [1,\n"))
                .singleElement()
                .asString()
                .startsWith("vs.yaml:3 (document 1): no YAML: ");
    }

    @Test
    void aPathInsideAListOfResourcesLeadsThere() {
        assertThat(problems("""
            apiVersion: v1
            kind: List
            items:
            - apiVersion: v1
              kind: Service
              metadata: {name: reviews}
            - apiVersion: networking.istio.io/v1
              kind: DestinationRule
              metadata: {name: reviews}
              spec: {}
            """))
                .containsExactly("vs.yaml:10 (document 1): DestinationRule default/reviews: items[1].spec.host: missing"
                        + " (expected: a text)");
    }

    @Test
    void whatFollowsABadDocumentIsStillRead() {
        Reading reading = reader.read("vs.yaml", HEAD + "  nope: 1\n---\n" + """
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: default}
            """);
        assertThat(reading.problems()).isNotEmpty();
        assertThat(reading.resources())
                .singleElement()
                .satisfies(r -> assertThat(r.key()).hasToString("PeerAuthentication default/default"));
    }

    @Test
    void aCipherSuiteThatNobodyKnowsIsLeftOutAndNamed() {
        Reading reading = reader.read("gw.yaml", """
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: shop}
            spec:
              servers:
              - hosts: [shop.example]
                port: {number: 443, name: https, protocol: HTTPS}
                tls:
                  mode: SIMPLE
                  credentialName: shop
                  cipherSuites: [ECDHE-RSA-AES256-GCM-SHA384, NOSUCH]
            """);
        assertThat(reading.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.isError()).isFalse())
                .asString()
                .contains("spec.servers[0].tls.cipherSuites[1]: 'NOSUCH' is unknown and left out (expected: one of"
                        + " ECDHE-ECDSA-AES128-GCM-SHA256, ");
        assertThat(reading.resources()).hasSize(1);
    }

    private List<String> problems(String text) {
        return reader.read("vs.yaml", text).problems().stream()
                .map(Problem::toString)
                .toList();
    }
}

package dev.lateen.api.yaml;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.networking.DestinationRule;
import dev.lateen.api.networking.HttpRoute;
import dev.lateen.api.networking.ServiceEntry;
import dev.lateen.api.networking.StringMatch;
import dev.lateen.api.networking.TrafficPolicy;
import dev.lateen.api.networking.VirtualService;
import dev.lateen.api.resource.Resource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResourceReadingTest {
    private final ResourceReader reader = new ResourceReader();

    @Test
    void aVirtualServiceIsReadFieldByField() {
        Resource<VirtualService> resource = one(VirtualService.class, """
            apiVersion: networking.istio.io/v1beta1
            kind: VirtualService
            metadata:
              name: ratings
              namespace: prod
              labels: {app: ratings}
              creationTimestamp: "2026-01-31T12:00:00Z"
            spec:
              hosts: [ratings]
              http:
              - match:
                - headers: {end-user: {exact: jason}, x: {}}
                fault: {delay: {percentage: {value: 100}, fixedDelay: 7s}}
                timeout: 500ms
                route:
                - destination: {host: ratings, subset: v1, port: {number: 9080}}
            """);
        assertThat(resource.key()).hasToString("VirtualService prod/ratings");
        assertThat(resource.meta().created()).isEqualTo(Instant.parse("2026-01-31T12:00:00Z"));
        assertThat(resource.meta().labels()).isEqualTo(Map.of("app", "ratings"));
        assertThat(resource.meta().origin()).hasToString("a.yaml:1");
        HttpRoute route = resource.spec().http().getFirst();
        assertThat(route.match().getFirst().request().headers())
                .isEqualTo(Map.of("end-user", new StringMatch.Exact("jason"), "x", new StringMatch.Present()));
        assertThat(route.timeout()).isEqualTo(Duration.ofMillis(500));
        assertThat(route.fault()).isNotNull();
        assertThat(route.fault().delay()).isNotNull();
        assertThat(route.fault().delay().fixedDelay()).isEqualTo(Duration.ofSeconds(7));
        assertThat(route.retries()).isNull();
        assertThat(route.mirroring().mirrors()).isEmpty();
        assertThat(requireNonNull(
                                route.action().route().getFirst().destination().port())
                        .number())
                .isEqualTo(9080);
        assertThat(route.action().route().getFirst().weight()).isZero();
    }

    @Test
    void objectsOfJsonOneBehindTheOtherAreReadWithTheirLines() {
        String service = """
            {"apiVersion": "v1", "kind": "Service",
             "metadata": {"name": "NAME", "annotations": {"note": "a } { \\" }"}}}
            """;
        String wrong = """
            {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
             "metadata": {"name": "v"},
             "spec": {"hostz": []}}
            """;
        Reading reading =
                reader.read("a.json", service.replace("NAME", "one") + service.replace("NAME", "two") + wrong);
        assertThat(reading.documents()).extracting(RawDocument::name).containsExactly("one", "two");
        assertThat(reading.documents().getLast().origin().line()).isEqualTo(3);
        assertThat(reading.problems())
                .anySatisfy(problem -> assertThat(problem.toString())
                        .startsWith("a.json:7 (document 3): VirtualService default/v: spec.hostz: unknown field"));
        assertThat(reader.read("a.json", service + service.substring(0, 40)).accepted())
                .isFalse();
    }

    @Test
    void aRowOfObjectsOnOneLineIsReadAndYamlInBracesIsNotTakenForOne() {
        String object = "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\"}}";
        assertThat(reader.read("a.json", object + object + " " + object).documents())
                .hasSize(3);
        assertThat(reader.read("a.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: 'a}'}}\n---\n" + object)
                        .documents())
                .hasSize(2);
    }

    @Test
    void listsWithinListsAreLookedInto() {
        Reading reading = reader.read("a.yaml", """
            apiVersion: v1
            kind: List
            items:
            - apiVersion: v1
              kind: List
              items:
              - {apiVersion: v1, kind: Service, metadata: {name: deep}}
              - apiVersion: networking.istio.io/v1
                kind: Gateway
                metadata: {name: g}
                spec: {selectorz: {a: b}}
            """);
        assertThat(reading.documents()).extracting(RawDocument::name).containsExactly("deep");
        assertThat(reading.problems())
                .anySatisfy(problem -> assertThat(problem.toString())
                        .startsWith("a.yaml:11 (document 1): Gateway default/g: ")
                        .contains("selectorz"));
    }

    @Test
    void whatIsAbsentHasIstiosDefault() {
        Resource<DestinationRule> resource = one(DestinationRule.class, """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: a}
            spec: {host: a, trafficPolicy: {outlierDetection: {}, loadBalancer: null}}
            """);
        TrafficPolicy policy = requireNonNull(resource.spec().trafficPolicy());
        assertThat(policy.loadBalancer()).isNull();
        assertThat(policy.outlierDetection()).isNotNull();
        assertThat(policy.outlierDetection().interval()).isEqualTo(Duration.ofSeconds(10));
        assertThat(policy.outlierDetection().baseEjectionTime()).isEqualTo(Duration.ofSeconds(30));
        assertThat(policy.outlierDetection().consecutive5xxErrors()).isNull();
    }

    @Test
    void anchorsAndMergeKeysAreFollowed() {
        Resource<ServiceEntry> resource = one(ServiceEntry.class, """
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: a}
            spec:
              hosts: &hosts [a.example.com]
              subjectAltNames: *hosts
              resolution: DNS
              ports:
              - &port {number: 80, name: http, protocol: HTTP}
              - {<<: *port, number: 443, name: other}
            """);
        assertThat(resource.spec().subjectAltNames()).isEqualTo(List.of("a.example.com"));
        assertThat(resource.spec().ports())
                .extracting(ServiceEntry.ServicePort::protocol)
                .containsExactly("HTTP", "HTTP");
        assertThat(resource.spec().ports())
                .extracting(ServiceEntry.ServicePort::number)
                .containsExactly(80, 443);
    }

    @Test
    void unquotedWordsMeanWhatTheyMeanToKubernetes() {
        Resource<DestinationRule> resource = one(DestinationRule.class, """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: a}
            spec: {host: a, trafficPolicy: {outlierDetection: {splitExternalLocalOriginErrors: yes, consecutive5xxErrors: 010}}}
            """);
        TrafficPolicy.OutlierDetection outliers =
                requireNonNull(resource.spec().trafficPolicy()).outlierDetection();
        assertThat(outliers).isNotNull();
        assertThat(outliers.splitExternalLocalOriginErrors()).isTrue();
        assertThat(outliers.consecutive5xxErrors()).isEqualTo(8);
    }

    @Test
    void namesThatYamlTakesForSomethingElseAreTexts() {
        for (String name : List.of("n=false", "y=true", "off=false", "12=12", "'n'=n")) {
            String written = name.substring(0, name.indexOf('='));
            Reading reading = new ResourceReader().read("names.yaml", """
                apiVersion: networking.istio.io/v1
                kind: Sidecar
                metadata: {name: %s, namespace: %s}
                spec: {egress: [{hosts: ["./*"]}]}
                """.formatted(written, written));
            assertThat(reading.problems()).isEmpty();
            String read = name.substring(name.indexOf('=') + 1);
            assertThat(reading.resources().getFirst().key().toString()).isEqualTo("Sidecar " + read + "/" + read);
        }
    }

    @Test
    void equallyOldResourcesAreOrderedByName() {
        Reading reading = reader.read("a.yaml", """
            {apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: b}}
            ---
            {apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: a}}
            ---
            {apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: z, creationTimestamp: "1969-01-01T00:00:00Z"}}
            """);
        assertThat(reading.resources().stream().sorted(Resource.OLDEST_FIRST).map(Resource::name))
                .containsExactly("z", "a", "b");
    }

    private <S extends dev.lateen.api.resource.Spec> Resource<S> one(Class<S> kind, String text) {
        Reading reading = reader.read("a.yaml", text);
        assertThat(reading.problems()).isEmpty();
        return reading.of(kind).getFirst();
    }
}
